"""The whole pipeline on a small made-up document: trim, Overlays, generate, import, changes.

It runs in every clone. test_spec_upstream.py and its like add OpenAI's own documents to it.
"""

import json
import shutil
from collections.abc import Callable
from copy import deepcopy
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.tools.spec_case import Json
from tests.tools.tiny import imported
from tools.changes import NOTHING
from tools.changes.__main__ import run as compare
from tools.errors import ToolError
from tools.files import load
from tools.generate.build import build
from tools.openapi_spec.__main__ import run as make_spec

UPSTREAM = Path(__file__).with_name("garden.openapi.yaml")
SELECTION = """\
repository: garden/openapi
title: Our garden
operations:
  - {reason: They are what the client is for., keep: [createPlant, getPlant, deletePlant]}
  - {reason: Pages., keep: [listPlants]}
rules:
  - {drop: [description, summary], prose: true, reason: Prose is theirs.}
  - {drop: [title, example, examples, license, "x-*"], reason: They are not structure.}
"""
FIXES = """\
overlay: 1.0.0
info: {title: Fixes, version: 1.0.0}
actions:
  - x-name: recursive-reference
    target: $.components.schemas.Label.properties.inner
    description: The keyword is older than OpenAPI 3.1.
    remove: true
  - x-name: recursive-reference-again
    target: $.components.schemas.Label.properties
    description: A plain reference says the same.
    update: {inner: {$ref: '#/components/schemas/Label'}}
  - x-name: bed-undeclared
    target: $.components.schemas[?@.required[?@ == 'bed_id']].properties
    description: It is required and declared nowhere.
    update: {bed_id: {type: string}}
  - x-name: gone
    target: $.components.schemas.Hedge
    description: Some versions have it.
    x-optional: Some do not.
    remove: true
"""
DOCS = """\
overlay: 1.0.0
info: {title: Words, version: 1.0.0}
actions:
  - x-name: create-plant
    target: $.paths.*[?@.operationId == 'createPlant']
    description: Docstrings in our words.
    update: {summary: Put a plant into the ground.}
"""
KEPT = {
    *("Care", "CreatePlant", "Feeding-2", "Includable", "Label", "Plant", "PlantDone"),
    *("PlantEvent", "PlantGrown", "PlantList", "PlantSettings", "PlantUpload", "Pruning"),
    *("Trouble", "Watering"),
}
PLANT = {
    "id": "plant_1", "object": "plant", "created_at": 1, "height": None, "light": "dusk",
    "cares": [
        {"type": "watering", "litres": 1.5},
        {"type": "pruning", "bed_id": "bed_1", "cuts": 2},
        {"type": "feeding", "mix": {"text": "a", "inner": {"text": "b"}}},
        {"type": "singing", "song": "s"},
    ],
    "label": {"text": "Rose"}, "tags": {"a": "b"}, "unknown": [1],
}  # fmt: skip


def project(folder: Path, fixes: str = FIXES) -> Path:
    (folder / "spec").mkdir(parents=True)
    texts = {"selection": SELECTION, "fixes.overlay": fixes, "docs.overlay": DOCS}
    for name, text in texts.items():
        (folder / "spec" / f"{name}.yaml").write_text(text, encoding="utf-8")
    (folder / "generator-config.yaml").write_text("literal_enums: true\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project in which `make spec` has run on the document."""
    root = project(tmp_path_factory.mktemp("garden"))
    shutil.copy(UPSTREAM, root / "2026-05-04.openapi.yaml")
    make_spec(str(root / "2026-05-04.openapi.yaml"), root)
    return root


@pytest.fixture(scope="module")
def spec(root: Path) -> Json:
    return load(str(root / "spec" / "openapi.yaml"))


@pytest.fixture(scope="module")
def made(root: Path) -> ModuleType:
    """Import the package generated from it."""
    told = build(root, root / "made")
    assert told.notices == ()
    assert told.summary == f"4 of 4 operations, {len(KEPT)} of {len(KEPT)} schemas"
    return imported(root / "made", root / "importable")


def test_the_selected_operations_and_all_they_reach_are_kept(root: Path, spec: Json) -> None:
    assert list(spec["paths"]) == ["/plants", "/plants/{plant_id}"]
    assert set(spec["components"]["schemas"]) == KEPT
    assert set(spec["components"]["securitySchemes"]) == {"Key"}
    assert [tag["name"] for tag in spec["tags"]] == ["Plants"]
    text = (root / "spec" / "openapi.yaml").read_text("utf-8")
    assert "Theirs" not in text
    assert "x-docs" not in text
    assert "title" in spec["components"]["schemas"]["Plant"]["allOf"][1]["properties"]
    assert spec["info"]["title"] == "Our garden"
    assert spec["components"]["responses"]["TooMany"]["description"] == "Too Many Requests"
    assert 'date: "2026-05-04"' in (root / "spec" / "upstream.lock").read_text("utf-8")


def test_the_overlays_are_applied(spec: Json) -> None:
    schemas = spec["components"]["schemas"]
    assert schemas["Label"]["properties"]["inner"] == {"$ref": "#/components/schemas/Label"}
    assert schemas["Pruning"]["properties"]["bed_id"] == {"type": "string"}
    assert spec["paths"]["/plants"]["post"]["summary"] == "Put a plant into the ground."


def test_making_it_again_changes_nothing(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_spec(str(root / "2026-05-04.openapi.yaml"), root)
    told = capsys.readouterr().out
    assert "4 operations, 15 schemas" in told
    assert "skipped (optional): gone" in told
    assert "written: nothing" in told
    assert told.startswith(NOTHING)


def test_objects_become_classes_and_come_back_whole(made: ModuleType) -> None:
    plant = made.models.Plant.from_dict(PLANT)
    kinds = [type(care).__name__ for care in plant.cares]
    assert kinds == ["Watering", "Pruning", "Feeding", "RawObject"]
    assert type(plant.cares[2].mix.inner) is made.models.Label
    assert type(plant.label) is made.models.Label
    assert (plant.height, plant.light, plant.object) == (None, "dusk", "plant")
    assert plant.to_dict() == PLANT
    assert made.models.Plant.from_dict({**PLANT, "label": "Rose"}).label == "Rose"
    broken = made.models.Plant.from_dict({**PLANT, "cares": [{"type": "watering"}]}).cares[0]
    assert broken.missing == ("litres",)


def test_requests_carry_every_parameter_in_its_place(made: ModuleType) -> None:
    create: Any = import_module(f"{made.__name__}.api.plants.create_plant")
    listed: Any = import_module(f"{made.__name__}.api.plants.list_plants")
    water = made.models.Watering(litres=2)
    body = made.models.CreatePlant(cares=[water], height=1.0)
    sent = create._get_kwargs(body=body, garden_version="2")
    assert (sent["method"], sent["url"]) == ("POST", "/plants")
    assert sent["json"] == {"cares": [{"type": "watering", "litres": 2}], "height": 1.0}
    assert dict(sent["headers"])["Garden-Version"] == "2"
    assert "Put a plant into the ground." in (create.__doc__ or "") + (create.sync.__doc__ or "")
    sent = listed._get_kwargs(include=["beds", "cares.log"], limit=3)
    assert sorted(sent["params"]) == [
        ("include[]", "beds"),
        ("include[]", "cares.log"),
        ("limit", "3"),
    ]


def test_events_are_decoded_by_their_type(made: ModuleType) -> None:
    grown = made.decode("PlantEvent", {"type": "plant.grown", "delta": 1})
    done = made.decode("PlantEvent", {"type": "plant.done", "plant": PLANT})
    later = made.decode("PlantEvent", {"type": "plant.sold"})
    assert [type(event).__name__ for event in (grown, done, later)] == [
        "PlantGrown",
        "PlantDone",
        "RawObject",
    ]
    assert type(done.plant.cares[0]) is made.models.Watering


def test_our_own_fixes_are_not_a_change(root: Path) -> None:
    trimmed = str(root / "spec" / "openapi.yaml")
    assert compare(str(UPSTREAM), trimmed, root).markdown() == NOTHING
    assert compare(trimmed, str(UPSTREAM), root).markdown() == NOTHING


def test_a_new_version_is_told_in_words(root: Path, tmp_path: Path) -> None:
    new = json.loads(json.dumps(load(str(UPSTREAM))).replace("Feeding-2", "Feeding"))
    schemas = new["components"]["schemas"]
    schemas["Watering"]["required"].append("by")
    schemas["Watering"]["properties"]["by"] = {"type": "string"}
    schemas["Includable"]["enum"].append("roots")
    schemas["Shed"]["properties"]["door"] = {"type": "string"}
    new["paths"]["/plants"]["get"]["parameters"].append(
        {"name": "order", "in": "query", "schema": {"type": "string"}}
    )
    del new["paths"]["/plants/{plant_id}"]["delete"]
    path = tmp_path / "new.json"
    path.write_text(json.dumps(new), encoding="utf-8")
    told = compare(str(UPSTREAM), str(path), root).markdown()
    assert "`deletePlant`: operation removed (was DELETE /plants/{plant_id})" in told
    new["paths"]["/plants/{plant_id}"]["delete"] = {"operationId": "deletePlant", "responses": {}}
    path.write_text(json.dumps(new), encoding="utf-8")
    breaks, harmless = (
        compare(str(UPSTREAM), str(path), root).markdown().split("## Does not break callers")
    )
    assert "`Watering.by`: required field added, string (in requests)" in breaks
    assert "`deletePlant`: response 200 removed" in breaks
    assert "`deletePlant`: tag `Plants` → `default`" in breaks
    assert "`Includable`: value added: `roots`" in harmless
    assert "`listPlants(order)`: optional query parameter added, string" in harmless
    assert "- `Feeding`: schema was `Feeding-2`" in harmless
    assert "Shed" not in breaks + harmless


def put(*steps: Any) -> Callable[[Json], None]:
    """Return a change that puts the last of `steps` where the ones before lead."""

    def change(document: Json) -> None:
        *way, last, value = steps
        part: Any = document
        for step in way:
            part = part[step]
        part[last] = value

    return change


SCHEMA = ("components", "schemas")
GET = ("paths", "/plants/{plant_id}", "get")
TEXT = {"text/plain": {"schema": {"type": "string"}}}
FAULTS: dict[str, tuple[Callable[[Json], None], str]] = {
    "a file elsewhere": (
        put(*SCHEMA, "Label", "properties", "text", {"$ref": "other.yaml#/Label"}),
        r"\$ref `other\.yaml#/Label` does not point at a component of this document",
    ),
    "a reference to nothing": (
        put(*SCHEMA, "Label", "properties", "text", {"$ref": "#/components/schemas/Lable"}),
        r"leads nowhere; .* Nearest: Label",
    ),
    "an operation that went": (put(*GET, "operationId", "fetchPlant"), r"`getPlant` is not there"),
    "an operation named twice": (put(*GET, "operationId", "listPlants"), r"is used twice"),
    "another draft": (
        put(*SCHEMA, "Watering", "properties", "litres", {"$dynamicRef": "#x"}),
        r"`\$dynamicRef` would be read as a schema for anything",
    ),
    "a component made of itself": (
        put(*SCHEMA, "Label", {"allOf": [{"$ref": "#/components/schemas/Label"}]}),
        r"a cycle that cannot be expressed|matches nothing",
    ),
    "a fix that has nothing to fix": (
        put(*SCHEMA, "Pruning", "required", ["type"]),
        r"action `bed-undeclared`: its target .* matches nothing",
    ),
    "a cookie": (
        put(*GET, "parameters", [{"name": "c", "in": "cookie", "schema": {"type": "string"}}]),
        r"'c' goes into the cookie",
    ),
    "an object in a query": (
        put(*GET, "parameters", [{"name": "q", "in": "query", "schema": {"type": "object"}}]),
        r"'q' may be object, which the template cannot put into a query",
    ),
    "a list in one value": (
        put("components", "parameters", "Limit", "style", "spaceDelimited"),
        r"'limit' has the style spaceDelimited",
    ),
    "a response that is text": (
        put(*GET, "responses", "200", "content", TEXT),
        r"its 200 response is text/plain, and the template reads JSON",
    ),
    "a union told apart otherwise": (
        put(*SCHEMA, "Care", "discriminator", {"propertyName": "kind"}),
        r"is told apart by 'kind'",
    ),
    "a keyword that is not read": (
        put(*SCHEMA, "Label", "patternProperties", {"^a": {"type": "string"}}),
        r"does not read patternProperties",
    ),
    "a parameter without a name": (
        put(*GET, "parameters", [{"in": "query", "schema": {"type": "string"}}]),
        r"Nothing is written; .* name is missing",
    ),
    "no components": (put("components", None), r"#/components: expected"),
    "a schema that is false": (
        put(*SCHEMA, "Label", "properties", "text", False),
        r"the schema `False` is not an object",
    ),
}


@pytest.mark.parametrize(("change", "said"), FAULTS.values(), ids=FAULTS)
def test_a_form_that_would_be_lost_stops_the_run(
    tmp_path: Path, change: Callable[[Json], None], said: str
) -> None:
    upstream = deepcopy(load(str(UPSTREAM)))
    change(upstream)
    root = project(tmp_path / "garden")
    (root / "up.json").write_text(json.dumps(upstream), encoding="utf-8")

    with pytest.raises(ToolError, match=said):
        make_spec(str(root / "up.json"), root)
    assert not (root / "spec" / "openapi.yaml").exists()
