"""Count what a schema stands for with its references written out, and refuse what never ends.

References multiply as YAML aliases do: thirty schemas, each an `allOf` of the next one twice, stand
for a thousand million. To read what such a schema allows is to write its references out.
"""

from collections.abc import Iterator
from typing import Any

from tools.errors import ToolError, not_too_deep
from tools.openapi import SCHEMAS, pointer
from tools.values import Json, is_list, is_object

MOST = 1_000
"""Schemas that one may stand for; in OpenAI's document the largest stands for 61."""

# What is a type of its own is referred to, and not written out.
_APART = ("properties", "patternProperties", "$defs")


@not_too_deep()
def check_expansion(document: Json, name: str) -> None:
    """Raise ToolError for a component schema that stands for more than `MOST` schemas.

    One that refers to itself is not refused here: where `properties` or a list are between, it is
    a type like any other. `name` is what an error calls the document.
    """
    components = document.get("components")
    found = components.get("schemas") if is_object(components) else None
    schemas = found if is_object(found) else {}
    sizes: dict[str, int] = {}

    def size(schema: str) -> int:
        if schema not in sizes:
            sizes[schema] = 1  # for those that it leads to and that refer to it
            sizes[schema] += sum(size(one) for one in _references(schemas.get(schema)))
            if sizes[schema] > MOST:
                raise ToolError(
                    f"{name}: {pointer(('components', 'schemas', schema))}: stands for more than "
                    f"{MOST:,} schemas with its references written out."
                )
        return sizes[schema]

    for schema in schemas:
        size(schema)


def _references(part: Any) -> Iterator[str]:
    """Yield the component schemas that a part of a schema refers to, each as often as it does."""
    if is_object(part):
        if isinstance(ref := part.get("$ref"), str):
            yield ref.removeprefix(SCHEMAS)
        for key, value in part.items():
            if key not in _APART:
                yield from _references(value)
    elif is_list(part):
        for one in part:
            yield from _references(one)
