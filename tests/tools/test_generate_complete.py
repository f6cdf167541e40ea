"""Nothing of a document is lost in silence: the run stops, and names what and where."""

from pathlib import Path
from typing import Any

import pytest

from tools import PACKAGE
from tools.errors import ToolError
from tools.generate.build import build, read_document
from tools.generate.parse import parse
from tools.generate.template_context import Views
from tools.generate.verify import verify

from .tiny import ROOT, document, object_, package, ref, root

TEXT = {"type": "string"}
OBJECT = object_({"id": TEXT})


@pytest.mark.parametrize(
    ("schemas", "said"),
    [
        ({"Thing": {"$recursiveRef": "#"}}, "does not read $recursiveRef"),
        ({"Thing": {**OBJECT, "patternProperties": {}}}, "does not read patternProperties"),
        ({"Thing": {**OBJECT, "anyOf": [OBJECT]}}, "properties beside anyOf"),
        ({"Thing": {"allOf": [OBJECT], "oneOf": [OBJECT]}}, "allOf beside oneOf"),
        (
            {"Thing": {"allOf": [OBJECT, {"anyOf": [OBJECT, object_({"b": TEXT})]}]}},
            "an allOf has a union as a member",
        ),
        ({"Thing": {"oneOf": [TEXT, ref("Thing")]}}, "it consists of itself"),
        ({"Thing": {"type": "array", "items": ref("Thing")}}, "holds itself as a list"),
        ({"Thing": OBJECT, "thing": OBJECT}, "differs from Thing by case alone"),
        (
            {"Thing": {"oneOf": [OBJECT, {}], "discriminator": {"propertyName": "kind"}}},
            "is told apart by 'kind'",
        ),
    ],
)
def test_silent_faults_stop_the_run(tmp_path: Path, schemas: dict[str, Any], said: str) -> None:
    with pytest.raises(ToolError) as caught:
        build(root(tmp_path / "root", document(schemas)), tmp_path / "made")
    assert said in str(caught.value)
    assert "#/components/schemas/" in str(caught.value)
    assert "spec/fixes.overlay.yaml" in str(caught.value)
    assert not (tmp_path / "made").exists()


def test_a_warning_of_the_generator_stops_the_run(tmp_path: Path) -> None:
    twice = {"title": "Same", **OBJECT}
    with pytest.raises(ToolError, match='duplicate models with name "Same"'):
        build(root(tmp_path, document({"One": twice, "Two": twice})), tmp_path / "made")


def test_variants_that_cannot_be_told_apart_stop_the_run(tmp_path: Path) -> None:
    part = object_({"type": {"type": "string", "enum": ["part"]}})
    schemas = {"One": part, "Two": part, "Thing": {"oneOf": [ref("One"), ref("Two")]}}
    with pytest.raises(ToolError, match="One and Two cannot be told apart"):
        build(root(tmp_path, document(schemas)), tmp_path / "made")


def test_the_count_names_what_is_gone(tmp_path: Path) -> None:
    spec = document({"Thing": object_({"id": TEXT, "part": ref("Part")}), "Part": OBJECT})
    build(root(tmp_path, spec), tmp_path / "made")
    made = tmp_path / "made" / "openai_conversations_api"
    views = Views(parse(spec, tmp_path / "generator-config.yaml"))
    assert verify(views, spec, made) == "1 of 1 operations, 2 of 2 schemas"
    (made / "models" / "part.py").unlink()
    (made / "api" / "things" / "get_thing.py").unlink()
    spec["components"]["schemas"]["Thing"]["properties"]["id"] = {"type": "integer"}
    spec["components"]["schemas"]["Thing"]["properties"]["new"] = TEXT
    with pytest.raises(ToolError) as caught:
        verify(views, spec, made)
    said = str(caught.value)
    assert "Operation getThing is not there" in said
    assert "Schema Part is not there" in said
    assert "Thing: Thing has other fields than its schema" in said
    del spec["components"]["schemas"]["Thing"]["properties"]["new"]
    with pytest.raises(ToolError, match=r"Thing\.id is integer, and became string"):
        verify(views, spec, made)


def test_names_carry_no_numbers_that_tell_nothing(tmp_path: Path) -> None:
    nullable = {"anyOf": [OBJECT, {"type": "null"}]}
    made = package(
        tmp_path,
        document({"Prompt": nullable, "Thing-2": OBJECT, "Holder": object_({"p": ref("Prompt")})}),
    )
    assert {"Prompt", "Thing", "Holder"} <= set(made.models.__all__)
    assert type(made.decode("Holder", {"p": {"id": "1"}}).p) is made.models.Prompt


def test_a_name_with_a_number_is_a_notice(tmp_path: Path) -> None:
    spec = document({"Thing": object_({"a": TEXT}), "Thing-2": object_({"b": TEXT})})
    made = build(root(tmp_path, spec), tmp_path / "made")
    assert [notice.split(":")[0] for notice in made.notices] == ["Thing2"]
    config = "class_overrides: {Thing2: {class_name: Other}}\n"
    with pytest.raises(ToolError, match=r"class_overrides: .* spec/names\.yaml"):
        build(root(tmp_path / "b", spec, config), tmp_path / "b" / "made")


def test_the_same_input_gives_the_same_bytes(tmp_path: Path, monkeypatch: Any) -> None:
    """Generate in another folder, from another place, and compare with what is in generated/."""
    monkeypatch.chdir(tmp_path)
    build(ROOT, tmp_path / "elsewhere")
    made, there = (
        {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.py*")}
        for folder in (tmp_path / "elsewhere" / PACKAGE, ROOT / "generated" / PACKAGE)
    )
    assert made == {path: data for path, data in there.items() if path.suffix != ".pyc"}
    assert len(made) > 300


def test_no_document_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="Make it with `make spec`"):
        read_document(tmp_path / "none.yaml")
    (tmp_path / "list.yaml").write_text("[1]")
    with pytest.raises(ToolError, match="not an OpenAPI document"):
        read_document(tmp_path / "list.yaml")
