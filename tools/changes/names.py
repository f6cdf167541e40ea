"""Which class of the generated package stands for a schema of a document, by its name."""

from openapi_python_client.strings import ClassName

from tools.openapi_spec.names import ADDED
from tools.values import Json, is_object


def class_of(schema: str, schemas: Json) -> str:
    """Return the class of a schema, by its name; `schemas` are all of its document."""
    name = _class(schema, schemas)
    bare = ADDED.sub("", name)
    return name if bare in {_class(one, schemas) for one in schemas} else bare


def _class(name: str, schemas: Json) -> str:
    """Return the class that the title of a schema, or its name, gives."""
    schema = schemas.get(name)
    return str(ClassName(str((is_object(schema) and schema.get("title")) or name), ""))
