"""The pipeline on OpenAI's own document, in every version that is at hand.

The documents are not part of this repository. UPSTREAM_DIR names the folder that has them, as
<date>.openapi.json; without it, ../shared/upstream beside the repository is tried.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.tools.spec_case import Json
from tools.files import load
from tools.openapi import METHODS, walk
from tools.openapi_spec import Built, build, read_selection, trim
from tools.openapi_spec.lock import read_lock
from tools.values import digest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("UPSTREAM_DIR", ROOT.parent / "shared" / "upstream"))
DOCUMENTS = sorted(FOLDER.glob("*.openapi.json"))

pytestmark = pytest.mark.skipif(
    not DOCUMENTS, reason=f"no OpenAI documents in {FOLDER}; UPSTREAM_DIR names another folder"
)


@pytest.fixture(params=DOCUMENTS, ids=lambda path: path.name, scope="module")
def upstream(request: pytest.FixtureRequest) -> Json:
    return load(str(request.param))


@pytest.fixture(scope="module")
def built(upstream: Json) -> Built:
    return build(upstream, root=ROOT)


def operations(document: Json) -> Iterator[Json]:
    for item in document["paths"].values():
        yield from (item[method] for method in METHODS if method in item)


def bare(value: Any) -> Any:
    """Return a document as a tree without any keyword that is prose; names of properties stay."""
    if isinstance(value, dict):
        prose = {"description", "summary"}
        return {
            key: {name: bare(part) for name, part in held.items()}
            if key == "properties" and isinstance(held, dict)
            else bare(held)
            for key, held in value.items()
            if not (key in prose and isinstance(held, str))
        }
    return [bare(part) for part in value] if isinstance(value, list) else value


def test_all_sixteen_operations_are_there_with_names_and_tags(built: Built) -> None:
    assert Counter(tag for it in operations(built.document) for tag in it["tags"]) == {
        "Conversations": 9,
        "Responses": 7,
    }
    names = {operation["operationId"] for operation in operations(built.document)}
    assert {"getInputTokenCounts", "compactConversation"} < names


def test_nothing_that_upstream_declares_is_lost(upstream: Json) -> None:
    selection = read_selection(ROOT / "spec" / "selection.yaml")
    taken = trim(upstream, selection)
    for name, schema in taken["components"]["schemas"].items():
        theirs = upstream["components"]["schemas"][name]
        for node in walk(schema, "schema"):
            source = theirs
            for step in node.place:
                source = source[step]
            gone = {key for key in source if key not in node.value}
            dropped = {key for key in gone if not selection.keeps(key)}
            assert gone == dropped, (name, node.place)
            for key in ("required", "enum", "const", "default", "type"):
                assert node.value.get(key) == source.get(key)
            assert list(node.value.get("properties", ())) == list(source.get("properties", ()))


def test_no_required_property_is_undeclared(built: Built) -> None:
    assert built.notes == ()


def test_keeping_the_prose_changes_the_prose_alone(upstream: Json, built: Built) -> None:
    kept = build(upstream, root=ROOT, keep_prose=True).document
    assert bare(kept) == bare(built.document)
    assert len(json.dumps(kept)) > len(json.dumps(built.document))


def test_every_fix_applies_to_the_pinned_document() -> None:
    lock = read_lock(ROOT / "spec" / "upstream.lock")
    assert lock is not None
    path = FOLDER / f"{lock.date}.openapi.json"
    if not path.exists():
        pytest.skip(f"the pinned document is not at {path}")
    whole = load(str(path))
    assert digest(trim(whole, read_selection(ROOT / "spec" / "selection.yaml"))) == lock.sha256
    skipped = [line.partition(" ")[0] for line in build(whole, root=ROOT).skipped]
    # The name of the list of conversations, and a fix.
    assert skipped == ["the", "error-envelope"]
