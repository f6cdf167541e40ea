"""`spec/additions.overlay.yaml`: what the service has and the document lacks, until it has it."""

import json
import re
from copy import deepcopy
from pathlib import Path

import pytest

from tests.document import ROOT, alternatives, resolve, schemas
from tests.tools.spec_case import Json, Run, document, ref
from tools.changes.__main__ import run as changes
from tools.openapi_spec.overlay import read_overlay
from tools.plain import parse

ADDITIONS = ROOT / "spec" / "additions.overlay.yaml"
TEXT = """\
overlay: 1.0.0
info: {title: Additions, version: 1.0.0}
x-additions: true
actions:
  - x-name: size
    target: $.components.schemas.Thing.properties
    description: seen
    update: {size: {type: integer}}
  - x-name: colours
    target: $.components.schemas.Thing.properties.colour
    description: seen
    update: {enum: [red, green]}
  - x-name: robot
    target: $.components.schemas
    description: seen
    x-unless: $.components.schemas[?@.properties.type.enum[0] == 'robot']
    update:
      Robot: {type: object, required: [type], properties: {type: {type: string, enum: [robot]}}}
  - x-name: robots-are-parts
    target: $.components.schemas.Part
    description: seen
    x-unless: $.components.schemas[?@.properties.type.enum[0] == 'robot']
    update: {anyOf: [{$ref: '#/components/schemas/Robot'}]}
"""


def behind(colours: list[str], fields: Json, more: Json, *parts: str) -> Json:
    colour = {"type": "string", "enum": colours}
    thing = {"type": "object", "properties": {"colour": colour, "part": ref("Part"), **fields}}
    kind = {"type": {"type": "string", "enum": ["other"]}}
    other = {"type": "object", "required": ["type"], "properties": kind}
    union = {"anyOf": [ref("Other"), *map(ref, parts)]}
    return document({"Thing": thing, "Part": union, "Other": other, **more})


OLD = behind(["blue"], {}, {})
# Caught up with, in words of its own: another type for `size`, another name for the robot.
DROID = {"type": "object", "properties": {"type": {"const": "robot"}, "model": {"type": "string"}}}
NEW = behind(["red", "green", "blue"], {"size": {"type": "number"}}, {"Droid": DROID}, "Droid")


def result(root: Path) -> Json:
    text = (root / "spec" / "openapi.yaml").read_bytes()
    made = parse(text, "openapi.yaml")
    assert isinstance(made, dict)
    found: Json = made["components"]["schemas"]
    return found


@pytest.fixture
def root(root: Path) -> Path:
    (root / "spec" / "additions.overlay.yaml").write_text(TEXT)
    return root


def test_additions_are_added(root: Path, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(OLD) == 0
    made = result(root)
    assert made["Thing"]["properties"]["size"] == {"type": "integer"}
    assert made["Thing"]["properties"]["colour"]["enum"] == ["blue", "red", "green"]
    assert made["Part"]["anyOf"] == [ref("Other"), ref("Robot")]
    assert made["Robot"]["properties"]["type"] == {"type": "string", "enum": ["robot"]}
    assert "done:" not in capsys.readouterr().out


def test_upstream_has_caught_up(root: Path, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """Check that the document wins, that each is named, and that its removal changes nothing."""
    assert run(NEW) == 0
    made, said = result(root), capsys.readouterr().out
    assert re.findall(r"^done: upstream has what `(.*)` of spec/additions", said, re.M) == [
        "size", "colours", "robot", "robots-are-parts",
    ]  # fmt: skip
    assert made["Thing"]["properties"]["size"] == {"type": "number"}
    assert made["Thing"]["properties"]["colour"]["enum"] == ["red", "green", "blue"]
    assert made["Part"]["anyOf"] == [ref("Other"), ref("Droid")]
    assert "Robot" not in made
    (root / "spec" / "additions.overlay.yaml").unlink()
    assert run(NEW) == 0
    assert result(root) == made
    assert "written: nothing" in capsys.readouterr().out


OPERATION = """
  - x-name: list-of-things
    target: $.paths['/things']
    description: seen
    update: {put: {operationId: listThings, responses: {'200': {description: OK}}}}
"""
ADDED = "  - {added: true, keep: {listThings: PUT /things}, reason: upstream lacks it}\nrules:"


def operation_of(root: Path) -> Json:
    found = parse((root / "spec" / "openapi.yaml").read_bytes(), "openapi.yaml")
    assert isinstance(found, dict)
    operation: Json = found["paths"]["/things"]["put"]
    return operation


def test_an_operation_is_added(root: Path, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    selection = root / "spec" / "selection.yaml"
    text = selection.read_text()
    # Where the selection does not say so, upstream has to have it.
    selection.write_text(text.replace("rules:", ADDED.replace("added: true, ", "")))
    (root / "spec" / "additions.overlay.yaml").write_text(TEXT + OPERATION)
    assert run(OLD) == 1
    assert "`PUT /things` is not there." in capsys.readouterr().err
    selection.write_text(text.replace("rules:", ADDED))
    assert run(OLD) == 0
    assert operation_of(root)["operationId"] == "listThings"
    assert "done:" not in capsys.readouterr().out
    # Upstream has it, under a name of its own and with more in it.
    new = deepcopy(OLD)
    theirs = {"200": {"description": "OK"}, "404": {"description": "Not Found"}}
    new["paths"]["/things"]["put"] = {"operationId": "theirs", "responses": theirs}
    assert run(new) == 0
    made = operation_of(root)
    assert (made["operationId"], made["responses"].keys()) == ("listThings", theirs.keys())
    assert "done: upstream has what `list-of-things` of spec/" in capsys.readouterr().out
    # Nothing adds it any more.
    (root / "spec" / "additions.overlay.yaml").write_text(TEXT)
    assert run(new) == 0
    assert run(OLD) == 1
    assert "selection.yaml: listThings: upstream does not have it" in capsys.readouterr().err


def test_an_addition_that_is_half_there(root: Path, run: Run) -> None:
    assert run(behind(["green", "blue"], {}, {})) == 0
    assert result(root)["Thing"]["properties"]["colour"]["enum"] == ["green", "blue", "red"]


def test_a_place_that_is_gone_stops_the_run(
    root: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = behind(["blue"], {}, {})
    del gone["components"]["schemas"]["Thing"]["properties"]["colour"]
    assert run(gone) == 1
    assert "additions.overlay.yaml: action `colours`: its target" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("update: {size: {type: integer}}", "remove: true", "an addition is an object with what"),
        ("update: {size: {type: integer}}", "update: 1", "an addition is an object with what"),
        ("x-unless: $", "x-unless: §", "x-unless §.components.schemas[?"),
    ],
)
def test_what_is_not_an_addition(
    root: Path, run: Run, capsys: pytest.CaptureFixture[str], old: str, new: str, message: str
) -> None:
    (root / "spec" / "additions.overlay.yaml").write_text(TEXT.replace(old, new, 1))
    assert run(OLD) == 1
    assert message in capsys.readouterr().err


def test_our_additions_are_not_changes_of_upstreams(root: Path, run: Run) -> None:
    assert run(OLD) == 0
    (root / "old.json").write_text(json.dumps(OLD))
    said = changes(str(root / "old.json"), str(root / "spec" / "openapi.yaml"), root).markdown()
    assert "No differences that matter." in said


def test_every_addition_names_its_evidence() -> None:
    for action in read_overlay(ADDITIONS):
        assert action.adds
        source = (
            r"openai \(Python\) \d+\.\d+\.\d+, \w+|Recorded in \d+ \w+ of \d+"
            r"|Azure/azure-rest-api-specs, \w+"
        )
        assert re.match(source, action.reason), action.name


def test_the_document_has_what_the_service_has() -> None:
    found = schemas()
    for union in ("ConversationItem", "ItemResource", "OutputItem", "InputItem"):
        members = alternatives(found[union])
        members += [inner for one in members for inner in alternatives(resolve(one))]
        kinds = [resolve(one).get("properties", {}).get("type", {}) for one in members]
        assert "configuration_update" in [kind.get("enum", [""])[0] for kind in kinds], union
