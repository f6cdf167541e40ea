"""Overlays: what the standard says, and where this project is stricter than it."""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.tools.spec_case import Json
from tools.errors import ToolError
from tools.openapi_spec.overlay import apply, read_overlay


def overlaid(tmp_path: Path, document: Json, *actions: Json) -> tuple[Json, list[str]]:
    """Return `document` with the actions applied, and the names of those skipped."""
    named = [{"x-name": f"a{i}", "description": "why", **it} for i, it in enumerate(actions)]
    path = tmp_path / "test.overlay.yaml"
    info = {"title": "t", "version": "1"}
    with path.open("w", encoding="utf-8") as file:
        yaml: Any = YAML(typ="safe", pure=True)
        yaml.dump({"overlay": "1.0.0", "info": info, "actions": named}, file)
    result, skipped = apply(document, read_overlay(path), path.name)
    return result, [action.name for action in skipped]


@pytest.mark.parametrize(
    ("document", "action", "expected"),
    [
        pytest.param(
            {"a": {"b": {"c": 1, "d": 2}}},
            {"target": "$.a", "update": {"b": {"c": 3}, "e": {}}},
            {"a": {"b": {"c": 3, "d": 2}, "e": {}}},
            id="objects merge at every depth",
        ),
        pytest.param(
            {"a": {"list": [1]}},
            {"target": "$.a", "update": {"list": [2, 3]}},
            {"a": {"list": [1, 2, 3]}},
            id="lists inside an update are concatenated",
        ),
        pytest.param(
            {"a": [[1]]},
            {"target": "$.a", "update": [2]},
            {"a": [[1], [2]]},
            id="an update of a list is one more entry",
        ),
        pytest.param(
            {"a": [{"n": 1}, {"n": 2}, {"n": 3}, {"n": 1}]},
            {"target": "$.a[?@.n == 1]", "remove": True},
            {"a": [{"n": 2}, {"n": 3}]},
            id="several entries of a list are removed",
        ),
        pytest.param(
            {"a": [0, 1, 2, 3]},
            {"target": "$.a[0, 2, 0]", "remove": True},
            {"a": [1, 3]},
            id="entries in any order, and one of them named twice",
        ),
        pytest.param(
            {"a": {"list": []}},
            {"target": "$['a', 'a']", "update": {"list": [1]}},
            {"a": {"list": [1]}},
            id="what a target selects twice is updated once",
        ),
        pytest.param(
            {"a": {"x": {"x": {}}, "y": 1}},
            {"target": "$..x", "remove": True},
            {"a": {"y": 1}},
            id="a part inside of a removed part goes with it",
        ),
        pytest.param(
            {"a": {"k": 1, "l": 2}},
            {"target": "$.a.k", "remove": True},
            {"a": {"l": 2}},
            id="a plain value is removed",
        ),
        pytest.param(
            {"a": {"$ref": "#/b", "description": "d"}, "b": {"type": "string"}},
            {"target": "$['a', 'b']", "x-nullable": True},
            {
                "a": {"description": "d", "anyOf": [{"$ref": "#/b"}, {"type": "null"}]},
                "b": {"anyOf": [{"type": "string"}, {"type": "null"}]},
            },
            id="a schema allows null too",
        ),
        pytest.param(
            {"a": {"anyOf": [{"type": "string"}], "default": "x"}, "b": {"anyOf": [1]}},
            {"target": "$.*", "x-nullable": True},
            {
                "a": {
                    "anyOf": [
                        {"anyOf": [{"type": "string"}], "default": "x"},
                        {"type": "null"},
                    ]
                },
                "b": {"anyOf": [1, {"type": "null"}]},
            },
            id="a union has one more member",
        ),
        pytest.param(
            {"a": {"anyOf": [{"type": "null"}]}},
            {"target": "$.a", "x-nullable": True},
            {"a": {"anyOf": [{"type": "null"}]}},
            id="null once",
        ),
        pytest.param(
            {"a": {}}, {"target": "$", "update": {"b": 1}}, {"a": {}, "b": 1}, id="the whole"
        ),
    ],
)
def test_actions(tmp_path: Path, document: Json, action: Json, expected: Json) -> None:
    before = str(document)
    result, skipped = overlaid(tmp_path, document, action)
    assert (result, skipped) == (expected, [])
    assert str(document) == before


def test_actions_apply_in_order_and_share_nothing(tmp_path: Path) -> None:
    result, _ = overlaid(
        tmp_path,
        {"a": {"list": [1]}, "b": {}},
        {"target": "$.a.list", "remove": True},
        {"target": "$.*", "update": {"list": [{}]}},
        {"target": "$.a.list[0]", "update": {"only": "a"}},
    )
    assert result == {"a": {"list": [{"only": "a"}]}, "b": {"list": [{}]}}


@pytest.mark.parametrize(
    ("target", "hint"),
    [
        ("$.paths['/thing'].get", "It stops after $['paths']. Nearest: /things."),
        ("$.paths['/things'].gett", "It stops after $['paths']['/things']. Nearest: get."),
        ("$.paths[?@.post]", "It stops after $['paths']."),
        ("$.nothing.at.all", "It stops after $."),
    ],
)
def test_an_action_that_matches_nothing_stops(tmp_path: Path, target: str, hint: str) -> None:
    document: Json = {"paths": {"/things": {"get": {}}}}
    with pytest.raises(ToolError) as caught:
        overlaid(tmp_path, document, {"x-name": "lost", "target": target, "remove": True})
    assert "test.overlay.yaml: action `lost`" in str(caught.value)
    assert hint in str(caught.value)


def test_an_optional_action_that_matches_nothing_is_reported(tmp_path: Path) -> None:
    action: Json = {"target": "$.b", "remove": True, "x-optional": "Some versions lack it."}
    assert overlaid(tmp_path, {"a": 1}, action) == ({"a": 1}, ["a0"])
    assert overlaid(tmp_path, {"b": 1}, action) == ({}, [])


@pytest.mark.parametrize(
    ("action", "message"),
    [
        ({"description": " "}, "`a0`: `description` is missing or empty"),
        ({"description": None}, "`a0`: `description` is missing or empty"),
        ({"x-name": ""}, "actions[0]: `x-name` is missing or empty"),
        ({"target": None}, "`a0`: `target` is missing or empty"),
        ({"target": "$.a["}, "`a0`: target $.a[ is not a JSONPath (RFC 9535)"),
        ({"target": "a.b"}, "is not a JSONPath"),
        ({"remove": "yes"}, "`a0`: remove: expected true or false, got 'yes'"),
        ({"x-nullable": 1}, "`a0`: x-nullable: expected true or false, got 1"),
        ({"remove": False}, "needs one of `update`, `remove: true` and `x-nullable: true`"),
        ({"update": {}}, "needs one of `update`, `remove: true` and `x-nullable: true`"),
        ({"x-nullable": True}, "needs one of `update`, `remove: true` and `x-nullable: true`"),
        ({"replace": 1}, "`a0`: unknown key replace; expected description, remove, target"),
        ({"x-optional": ""}, "`a0`: `x-optional` is missing or empty"),
        ({"target": "$"}, "the document itself cannot be removed"),
    ],
)
def test_an_action_that_is_not_as_it_should_be(tmp_path: Path, action: Json, message: str) -> None:
    with pytest.raises(ToolError) as caught:
        overlaid(tmp_path, {"a": {}}, {"target": "$.a", "remove": True} | action)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("update", "message"),
    [
        ([1], "$['a'] is an object and the update is a list"),
        ({"b": 1}, "`b` is a list and the update is 1; remove it first"),
        ({"c": {"d": {}}}, "$['a'].c: `d` is 'x' and the update is an object"),
    ],
)
def test_an_update_that_does_not_fit(tmp_path: Path, update: object, message: str) -> None:
    document: Json = {"a": {"b": [], "c": {"d": "x"}}}
    with pytest.raises(ToolError, match="action `a0`") as caught:
        overlaid(tmp_path, document, {"target": "$.a", "update": update})
    assert message in str(caught.value)


def test_an_update_of_a_plain_value_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match=r"\$\['a'\] is 1 and the update is 2"):
        overlaid(tmp_path, {"a": 1}, {"target": "$.a", "update": 2})


def test_only_a_schema_can_allow_null(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match=r"\$\['a'\] is 1; only a schema can be null"):
        overlaid(tmp_path, {"a": 1}, {"target": "$.a", "x-nullable": True})


def test_two_actions_of_one_name_are_refused(tmp_path: Path) -> None:
    action: Json = {"x-name": "same", "target": "$.a", "remove": True}
    with pytest.raises(ToolError, match="two actions have the x-name `same`"):
        overlaid(tmp_path, {"a": 1}, action, action)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("openapi: 3.1.0", "is not an OpenAPI Overlay 1.0 document"),
        ("overlay: 2.0.0", "(overlay: '2.0.0', expected 1.0.0)"),
        ("overlay: 1.0.0", "info: expected an object with title and version"),
        ("overlay: 1.0.0\ninfo: {title: t, version: 1}", "actions: expected a list"),
        ("overlay: 1.0.0\ninfo: {title: t, version: 1}\nactions: [3]", "actions[0]: expected an"),
        ("overlay: [", "test.overlay.yaml: is neither JSON nor YAML (line 1"),
    ],
)
def test_a_file_that_is_not_an_overlay(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "test.overlay.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ToolError) as caught:
        read_overlay(path)
    assert message in str(caught.value)
