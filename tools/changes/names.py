"""Which class of the generated package stands for a schema of a document, by its name."""

import re
from collections.abc import Callable
from pathlib import Path

from openapi_python_client.strings import ClassName

from tools.fetch import fetch
from tools.plain import parse
from tools.values import Json, is_object

CONFIG = "generator-config.yaml"
ClassOf = Callable[[str, Json], str]
"""From the name of a schema, and all schemas of its document by name, to that of its class."""
# The digit by which upstream parts equal names; `make generate` takes it off where it can.
_DIGIT = re.compile(r"(?<=[a-z])\d$")


def class_names(root: Path) -> ClassOf:
    """Return how the settings of `root` call the classes of schemas."""
    path = root / CONFIG
    settings = parse(fetch(str(path)), CONFIG) if path.exists() else {}
    given = settings.get("class_overrides") if is_object(settings) else None
    overrides: Json = given if is_object(given) else {}

    def class_of(schema: str, schemas: Json) -> str:
        name = str(ClassName(_title(schema, schemas), ""))
        if is_object(override := overrides.get(name)):
            return str(override.get("class_name", name))
        bare = _DIGIT.sub("", name)
        taken = {str(ClassName(_title(one, schemas), "")) for one in schemas}
        return name if bare in taken else bare

    return class_of


def _title(name: str, schemas: Json) -> str:
    """Return the title of a schema; its name where it has none."""
    schema = schemas.get(name)
    return str(schema.get("title") or name) if is_object(schema) else name
