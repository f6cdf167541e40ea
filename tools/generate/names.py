"""Names: what a field, a class and a module are called in the generated package.

A field has its JSON name (`item.type`, `conversation.object`), because that is what people know
from openai-python. The generator would write `type_`, since `type` is a builtin. The underscore
stays for keywords, for what a model itself defines, and for the names that annotations use.
"""

import re
import unicodedata
from collections.abc import Mapping
from keyword import iskeyword

from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.schema.untrusted_string import UntrustedString

from tools.errors import ToolError
from tools.openapi_spec.names import line

from .code import Code, identifier

_TAKEN = {"additional_properties", "from_dict", "missing", "to_bytes", "to_dict"}
_TAKEN |= {"model_dump", "model_dump_json", "to_json"}
_TAKEN |= {"str", "int", "float", "bool", "list", "dict", "tuple", "frozenset", "classmethod"}
_TAKEN |= {"models", "self", "property"}

# What the generated modules import or define beside the classes.
OWN = {"Any", "ClassVar", "Client", "DetailedResponse", "Dispatch", "Extra", "HasCreated", "Self"}
OWN |= {"HasArguments", "HasOutputText", "HasText", "JsonObject", "Literal", "Model", "RawObject"}
OWN |= {"TypeAlias", "TYPE_CHECKING"}
_MODULES = {"decode"}
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def check_names(names: Mapping[Code, Code]) -> None:
    """Raise ToolError if a class or its module is called as something of the package itself is.

    `names` are classes with their modules.
    """
    for name, module in names.items():
        if name in OWN or module in _MODULES:
            raise ToolError(
                f"Schema {name}: the generated package uses {name if name in OWN else module!r} "
                f"for something of its own. Give it another one: add {line(f'{name}Object', name)}."
            )


def attribute_name(prop: PropertyProtocol) -> Code:
    """Return the attribute for a property: its JSON name where Python allows that."""
    given = python_name(prop)
    bare = given.removesuffix("_")
    if bare in _TAKEN or iskeyword(bare):
        bare += "_"
    return identifier(bare or given, f"The name of {json_name(prop)!r:.99}")


def python_name(prop: PropertyProtocol) -> str:
    """Return the generator's name for a property, as Python reads it."""
    return unicodedata.normalize("NFKC", prop.python_name)


def json_name(prop: PropertyProtocol) -> str:
    """Return the name in JSON, or in a query."""
    return str(prop.name.get_untrusted_value())


def constant_name(name: str) -> str:
    """Return `Message.content` or `MCPToolCallError` as the name of a constant."""
    return _HUMP.sub("_", name).replace(".", "_").upper()


def plain_text(text: UntrustedString | str | None) -> str:
    """Return a summary or description as it stands in the document; "" where there is none."""
    return text.get_untrusted_value() if isinstance(text, UntrustedString) else text or ""
