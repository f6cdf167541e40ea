"""The change report on OpenAI's own documents, against a plain diff of the two.

The documents are not part of this repository. The tests look for them in UPSTREAM_DIR (by default
../shared/upstream) and are skipped where they are not there.
"""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.tools.changes_documents import Json, report
from tests.tools.changes_oracle import breaks
from tools.changes import NOTHING, compare
from tools.changes.__main__ import run
from tools.files import load
from tools.openapi import METHODS
from tools.openapi_spec import read_selection, trim

ROOT = Path(__file__).resolve().parents[2]
UPSTREAM = Path(os.environ.get("UPSTREAM_DIR", ROOT.parent / "shared" / "upstream"))
VERSIONS = [UPSTREAM / f"{date}.openapi.json" for date in ("2026-07-16", "2026-08-21")]
RENAMED = re.compile(r"^- `([^`]+)`: schema was `([^`]+)`", re.MULTILINE)
pytestmark = pytest.mark.skipif(
    not all(path.exists() for path in VERSIONS), reason="the two versions are not in UPSTREAM_DIR"
)


@pytest.fixture(scope="module")
def trimmed() -> tuple[Json, Json]:
    selection = read_selection(ROOT / "spec" / "selection.yaml")
    old, new = (trim(load(str(path)), selection) for path in (VERSIONS[0], VERSIONS[-1]))
    return old, new


@pytest.fixture(scope="module")
def differing(trimmed: tuple[Json, Json]) -> set[str]:
    """Return the places that a plain diff finds, spelled as the report spells them."""
    old, new = (json.dumps(document) for document in trimmed)
    for after, before in RENAMED.findall(report(*trimmed)):
        old = old.replace(f'"{before}"', f'"{after}"').replace(f'/{before}"', f'/{after}"')
    return {spelled(place) for place in plain_diff(*(flat(json.loads(x)) for x in (old, new)))}


def flat(document: Json) -> Json:
    """Replace each `allOf` of a document by its parts, and drop what is only a part."""
    schemas: Json = document["components"]["schemas"]

    def merged(value: Any) -> Any:
        if isinstance(value, list):
            return [merged(item) for item in value]
        if not isinstance(value, dict):
            return value
        whole = {key: merged(item) for key, item in value.items() if key != "allOf"}
        for part in value.get("allOf", ()):
            name = part.get("$ref", "").rpartition("/")[2]
            for key, item in merged(schemas[name] if name else part).items():
                if key == "properties":
                    whole[key] = {**whole.get(key, {}), **item}
                elif key == "required":
                    whole[key] = [*whole.get(key, ()), *item]
                else:
                    whole[key] = item
        return whole

    result = merged(document)
    refs = set(re.findall(r"#/components/schemas/([^\"]+)", json.dumps(result)))
    components = {name: result["components"]["schemas"][name] for name in refs}
    return {**result, "components": {**result["components"], "schemas": components}}


def plain_diff(old: Any, new: Any, place: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield where two JSON values differ, lists as sets of their members."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in old.keys() | new.keys():
            yield from plain_diff(old.get(key), new.get(key), (*place, key))
    elif isinstance(old, list) and isinstance(new, list):
        both = [item for item in (*old, *new) if (item in old) != (item in new)]
        if place[-1] == "required":
            yield from ((*place[:-1], "properties", name) for name in both)
        elif both:
            yield place
    elif old != new:
        yield place


def spelled(place: tuple[str, ...]) -> str:
    """Return `Schema.field` for a place in a component schema, all its steps for one elsewhere."""
    if place[:2] == ("components", "schemas"):
        inside = re.findall(r"/properties/([^/]+)", "/".join(("", *place[3:])))
        return ".".join([place[2], *inside])
    return " ".join(place)


def places(text: str) -> set[str]:
    """Return every place that the report names, without the marks for items and members."""
    lines = [line.split(": ")[0] for line in text.splitlines() if line.startswith("- `")]
    return {
        re.sub(r"\[\]|\{\}", "", name) for line in lines for name in re.findall("`(.*?)`", line)
    }


def test_every_difference_of_a_plain_diff_is_named(trimmed: tuple[Json, Json], differing: set[str]):
    text = report(*trimmed)
    elsewhere = {place for place in differing if " " in place}
    named = differing - elsewhere
    assert len(named) > 20
    assert named <= places(text)
    # Beside the schemas, the two versions differ by one response alone.
    responses = re.compile(r"paths .* responses 429|components responses.*")
    assert all(responses.fullmatch(place) for place in elsewhere)
    assert "all 15 operations: response 429 added" in text


def test_nothing_else_is_named(trimmed: tuple[Json, Json], differing: set[str]):
    text = report(*trimmed)
    renamed = {name for name, _ in RENAMED.findall(text)}
    assert places(text) - renamed <= differing


def test_what_matters_between_the_two_versions(trimmed: tuple[Json, Json]):
    text = report(*trimmed)
    breaks, harmless, changelog = re.split(r"^## .*$", text, flags=re.MULTILINE)[1:]
    assert "`FunctionToolCallOutputResource.call_id`: no longer required" in breaks
    assert "`MCPToolCall.error`: type string → `MCPToolCallError`" in breaks
    assert "all 15 operations: response 429 added" in harmless
    assert "`maxLength` `10485760` → `20971520`" in harmless
    assert "`ResponseErrorCode`: value added: `data_residency_mismatch`" in harmless
    assert RENAMED.findall(breaks) == [
        ("ResponseConversation", "Conversation-2"),
        ("ServiceTierResponses", "ServiceTier"),
    ]
    assert changelog.split("### ")[1].startswith("Added")
    assert len(text.splitlines()) < 80


def test_whom_values_break_the_report_names(trimmed: tuple[Json, Json]):
    """Take one operation at a time, as far down as values are made up (`changes_oracle.py`)."""
    found: set[str] = set()
    for path, item in trimmed[0]["paths"].items():
        for method in item.keys() & set(METHODS):
            both = [
                {**one, "paths": {path: {method: one["paths"][path][method]}}} for one in trimmed
            ]
            for old, new in (both, both[::-1]):
                broken = breaks(old, new)
                assert broken <= {*compare(old, new).breaks}, f"{method} {path}"
                found |= broken
            assert breaks(both[0], both[0]) == set()
    assert found == {"requests", "responses"}


def test_new_names_for_all_schemas_are_renames_and_nothing_else(trimmed: tuple[Json, Json]):
    _, new = trimmed
    text = re.sub(r'(#/components/schemas/[^"]+)"', r'\1Moved"', json.dumps(new))
    moved: Json = json.loads(text)
    schemas = moved["components"]["schemas"]
    moved["components"]["schemas"] = {f"{name}Moved": schema for name, schema in schemas.items()}
    told = report(new, moved)
    assert set(RENAMED.findall(told)) == {(f"{name}Moved", name) for name in schemas}
    assert told.partition("## For CHANGELOG.md")[0].count("\n- ") == len(schemas)


@pytest.mark.parametrize(
    "name", ["Item", "InputMessage", "ModelIdsShared", "ModelResponseProperties", "Metadata"]
)
def test_a_schema_written_in_line_is_not_a_difference(trimmed: tuple[Json, Json], name: str):
    _, new = trimmed
    schemas: Json = dict(new["components"]["schemas"])
    whole = schemas.pop(name)

    def written(value: Any) -> Any:
        if isinstance(value, list):
            return [written(item) for item in value]
        if not isinstance(value, dict):
            return value
        if value.get("$ref") == f"#/components/schemas/{name}":
            return {**whole, **{key: item for key, item in value.items() if key != "$ref"}}
        return {key: written(item) for key, item in value.items()}

    moved = written({**new, "components": {**new["components"], "schemas": schemas}})
    for found in (compare(new, moved), compare(moved, new)):
        assert found.breaks == ["code"]
        assert [spot.place for spot, _ in found.changes] == [name]


def test_whole_and_trimmed_documents_compare_alike(tmp_path: Path):
    """Check that our Overlays never show, whichever side has been through them."""
    spec = tmp_path / "spec.json"  # JSON, because a YAML parser takes seconds each time
    spec.write_text(json.dumps(load(str(ROOT / "spec" / "openapi.yaml"))), encoding="utf-8")
    old, new = str(VERSIONS[0]), str(VERSIONS[-1])
    found = run(old, str(spec), ROOT).markdown()
    assert "ServiceTier" in found
    assert "Conversation-2" not in found  # it has its pinned name on both sides
    if VERSIONS[-1].name[:10] in (ROOT / "spec" / "upstream.lock").read_text(encoding="utf-8"):
        assert run(str(spec), new, ROOT).markdown() == NOTHING
