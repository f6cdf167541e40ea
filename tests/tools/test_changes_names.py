"""The change report knows the class that stands for a schema, as `make generate` would call it."""

from pathlib import Path

import pytest

from tests.tools.changes_documents import Json
from tools.changes.names import class_of
from tools.files import load
from tools.generate.normalize import normalize
from tools.generate.parse import CONFIG, parse

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("schema", "schemas", "name"),
    [
        ("MCPToolCall", {}, "MCPToolCall"),
        ("Leaf-2", {"Leaf-2": {}}, "Leaf"),
        ("Leaf-2", {"Leaf": {}}, "Leaf2"),
        ("Leaf-2", {"Leaf-2": {"title": "Blade"}}, "Blade"),
        ("Odd", {"Odd": True}, "Odd"),
        ("leaf_node", {}, "LeafNode"),
    ],
)
def test_names_of_classes(schema: str, schemas: Json, name: str):
    assert class_of(schema, schemas) == name


def test_every_name_is_that_of_the_generated_class():
    spec = load(str(ROOT / "spec" / "openapi.yaml"))
    parsed = parse(normalize(spec), ROOT / CONFIG)
    schemas = spec["components"]["schemas"]
    known = schemas.keys() & parsed.components.keys()
    assert len(known) > 300
    wrong = {
        name: (now, class_of(name, schemas))
        for name in sorted(known)
        if class_of(name, schemas) != (now := str(parsed.named(name).name))
    }
    assert wrong == {}
