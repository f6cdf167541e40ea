"""Let the Overlays find a constant however upstream writes it.

`const: message` and `enum: [message]` say the same, and upstream has changed from one to the other
before. The targets of the Overlays look at `enum`; so while they are applied, a constant has both.
"""

from copy import deepcopy

from tools.openapi import Json, walk


def with_enums(document: Json) -> Json:
    """A copy of `document` in which each constant is an enumeration of one value too."""
    result = deepcopy(document)
    for node in walk(result, "document"):
        if node.kind == "schema" and "const" in node.value:
            node.value.setdefault("enum", [node.value["const"]])
    return result


def without_enums(document: Json) -> Json:
    """A copy of `document` in which a constant is nothing but that."""
    result = deepcopy(document)
    for node in walk(result, "document"):
        if node.kind == "schema" and node.value.get("enum") == [node.value.get("const")]:
            del node.value["enum"]
    return result
