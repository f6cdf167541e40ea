"""The change report knows the class that stands for a schema, as `make generate` would call it."""

from pathlib import Path

import pytest

from tools.changes.names import class_names

CONFIG = "class_overrides: {Thing2: {class_name: Other}, Odd: {module_name: odd}}\n"


@pytest.mark.parametrize(
    ("schema", "schemas", "name"),
    [
        ("MCPToolCall", [], "MCPToolCall"),
        ("Leaf-2", [], "Leaf"),
        ("Leaf-2", ["Leaf"], "Leaf2"),
        ("Thing-2", [], "Other"),
        ("Odd", [], "Odd"),
        ("leaf_node", [], "LeafNode"),
    ],
)
def test_names_of_classes(tmp_path: Path, schema: str, schemas: list[str], name: str):
    (tmp_path / "generator-config.yaml").write_text(CONFIG)
    assert class_names(tmp_path)(schema, schemas) == name
