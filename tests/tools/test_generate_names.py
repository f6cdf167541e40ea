"""Names that Python or the package itself has a use for: they work, or stop the run with a fix."""

import json
from pathlib import Path
from typing import Any

import pytest

from tools.errors import ToolError
from tools.generate.build import build

from .tiny import document, object_, package, ref, root

TEXT = {"type": "string"}
AWKWARD = ["class", "None", "list", "str", "len", "tuple", "self", "_self", "cls", "raw", "left"]
AWKWARD += ["extra", "new", "_extra", "from_dict", "to_dict", "__class__", "__init__", "encode"]
AWKWARD += [
    "additional_properties",
    "_parse",
    "_REQUIRED",
    "a-b",
    "1st",
    "$ref",
    "größe",
    "frozenset",
]
AWKWARD += ["classmethod", "decode_one", "property", "match", "missing", "data", 'a"b', "c\\d", ""]
AWKWARD += [
    "out",
    "type",
    "plain",
    "plain_list",
    "quote",
    "write",
    "to_bytes",
    "{x}",
    "}'\"\n{",
    "é😀",
]


def test_any_property_name_is_read_and_written_back(tmp_path: Path) -> None:
    # each in an object of its own, since several of them are one name in Python
    kind = {"type": {"type": "string", "enum": ["part"]}}
    schemas: dict[str, Any] = {"Part": object_({**kind, "x": TEXT})}
    for number, name in enumerate(AWKWARD):
        letter = "".join(chr(65 + int(digit)) for digit in str(number))
        either = {"anyOf": [ref("Part"), TEXT]}
        schemas[f"Needs{letter}"] = object_({name: either})
        schemas[f"Has{letter}"] = object_({"other": TEXT}, {name: either, "part": ref("Part")})
        schemas[f"Texts{letter}"] = object_({name: TEXT, "second": TEXT}, {"third": TEXT})
    made = package(tmp_path, document(schemas))
    for schema, definition in schemas.items():
        part = {"type": "part", "x": "1"}
        given = "1" if schema.startswith("Texts") else part
        known = {name: given for name in definition["properties"] if name != "other"}
        value = known if schema != "Part" else part
        for held in (value, {**value, "other": "o"}, {**value, "unknown": 1}):
            model = made.decode(schema, held)
            assert model.to_dict() == model._plain() == held
            compact = json.dumps(model.to_dict(), ensure_ascii=False, separators=(",", ":"))
            assert model.to_bytes().decode() == compact
            assert model.missing or model._json() == compact


@pytest.mark.parametrize(
    ("schemas", "said"),
    [
        ({"Extra": object_({"id": TEXT})}, r"Schema Extra: .* `ExtraObject: Extra`"),
        ({"decode": {"enum": ["a"], "type": "string"}}, "uses 'decode' for something of its own"),
        ({"Thing": object_({"class": TEXT, "class_": TEXT})}, "class_ and class have the same"),
        (
            {"item": object_({"a": TEXT}), "Thing": object_({"item": ref("item"), "Item": TEXT})},
            "its property 'Item' would be called Item, as a class is",
        ),
    ],
)
def test_a_name_that_cannot_be_used_stops_the_run(
    tmp_path: Path, schemas: dict[str, Any], said: str
) -> None:
    with pytest.raises(ToolError, match=said) as caught:
        build(root(tmp_path, document(schemas)), tmp_path / "made")
    assert "object at 0x" not in str(caught.value)


def test_prose_cannot_break_out_of_a_docstring(tmp_path: Path) -> None:
    prose = 'says """ and \\N and {{ x }} and ends with "'
    thing = {**object_({"id": {**TEXT, "description": prose}}), "description": prose}
    made = package(tmp_path, document({"Thing": thing, "Kind": {**TEXT, "description": prose}}))
    assert prose in made.models.Thing.__doc__
    assert made.decode("Kind", "k") == "k"
