"""The change report knows the class that stands for a schema, as `make generate` would call it."""

from pathlib import Path

import pytest

from tests.tools.changes_documents import Json
from tools.changes.names import CONFIG, class_names
from tools.files import load
from tools.generate.normalize import normalize
from tools.generate.parse import parse

ROOT = Path(__file__).resolve().parents[2]

SETTINGS = "class_overrides: {Thing2: {class_name: Other}, Odd: {module_name: odd}}\n"


@pytest.mark.parametrize(
    ("schema", "schemas", "name"),
    [
        ("MCPToolCall", {}, "MCPToolCall"),
        ("Leaf-2", {"Leaf-2": {}}, "Leaf"),
        ("Leaf-2", {"Leaf": {}}, "Leaf2"),
        ("Leaf-2", {"Leaf-2": {"title": "Blade"}}, "Blade"),
        ("Thing-2", {}, "Other"),
        ("Odd", {"Odd": True}, "Odd"),
        ("leaf_node", {}, "LeafNode"),
    ],
)
def test_names_of_classes(tmp_path: Path, schema: str, schemas: Json, name: str):
    (tmp_path / CONFIG).write_text(SETTINGS)
    assert class_names(tmp_path)(schema, schemas) == name


def test_every_name_is_that_of_the_generated_class():
    spec = load(str(ROOT / "spec" / "openapi.yaml"))
    parsed = parse(normalize(spec), ROOT / CONFIG)
    schemas, class_of = spec["components"]["schemas"], class_names(ROOT)
    known = schemas.keys() & parsed.components.keys()
    assert len(known) > 300
    wrong = {
        name: (now, class_of(name, schemas))
        for name in sorted(known)
        if class_of(name, schemas) != (now := str(parsed.named(name).name))
    }
    assert wrong == {}
