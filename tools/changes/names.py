"""Which class of the generated package stands for a schema of a document, by its name."""

from collections.abc import Callable
from pathlib import Path

from openapi_python_client.strings import ClassName

from tools.fetch import fetch
from tools.plain import parse
from tools.values import Json, is_object

CONFIG = "generator-config.yaml"


def class_names(root: Path) -> Callable[[str], str]:
    """Return a function from a schema's name to that of its class, by the settings of `root`."""
    path = root / CONFIG
    settings = parse(fetch(str(path)), CONFIG) if path.exists() else {}
    given = settings.get("class_overrides") if is_object(settings) else None
    overrides: Json = given if is_object(given) else {}

    def class_of(schema: str) -> str:
        name = str(ClassName(schema, ""))
        override = overrides.get(name)
        return str(override.get("class_name", name)) if is_object(override) else name

    return class_of
