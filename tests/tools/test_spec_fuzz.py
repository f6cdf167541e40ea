"""No bytes and no values make a tool do anything but succeed or refuse, and YAML is read back."""

import contextlib
import json
import random
import shutil
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tools.spec_case import Json, document, folder, ref
from tests.tools.test_pipeline import UPSTREAM, project
from tools.changes.__main__ import run as changes
from tools.errors import ToolError
from tools.files import load, openapi, to_yaml
from tools.generate.build import build as generate
from tools.openapi_spec import build
from tools.openapi_spec.__main__ import run as make_spec
from tools.plain import parse

TEXTS = st.text(st.characters(exclude_categories=["Cs"], include_characters="\n\r\t \x85\u2028"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | TEXTS
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=8,
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(TEXTS, VALUES, max_size=4))
def test_what_is_written_is_what_is_read(value: Json) -> None:
    assert parse(to_yaml(value).encode(), "x") == value


BITS = (
    b"&a ", b"*a", b"<<: ", b"!!python/object:os.system ", b"!!binary ", b"!!int ", b"!!float ",
    b"!!bool ", b"!!set ", b"? ", b"- ", b": ", b"{", b"}", b"[", b"]", b"\n", b"\t", b"\0",
    b"%YAML 1.1\n---\n", b"---\n", b"...\n", b"\xff", b"\\ud800", b"\\U00110000", b".nan", b"NaN",
    b"1e999", b"0x", b"1:2:3", b"'", b'"', b"|9\n", b">+0", b"#", b"@", b"`", b"!<", b"!e!",
    b"\xe2\x80\xa8", b"\xc2\x85", b"\xef\xbb\xbf", b"~", b"null", b"$ref", b"x-", b"type", b"items",
)  # fmt: skip
YAML = 'x-a: &a [1, 2.5, ~, true, 2026-01-01, "D\\u00e9"]\nx-b: *a\n'
SEEDS = [json.dumps(document()).encode(), (YAML + to_yaml(document())).encode()]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(SEEDS), st.integers(1, 4), st.randoms(use_true_random=False))
def test_mutated_bytes_are_taken_or_refused(
    tmp_path_factory: pytest.TempPathFactory, seed: bytes, times: int, chance: random.Random
) -> None:
    data = bytearray(seed)
    for _ in range(times):
        at, length = chance.randrange(len(data) + 1), chance.choice([0, 0, 1, 1, 8])
        data[at : at + length] = chance.choice([*BITS, b"", bytes([chance.randrange(256)])])
    root = folder(tmp_path_factory.mktemp("hostile"))
    try:
        made = build(openapi(parse(bytes(data), "x"), "x"), root=root).document
    except ToolError:
        return
    assert parse(to_yaml(made).encode(), "x") == made


def places(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    steps = value.items() if isinstance(value, dict) else enumerate(value)
    inner = [(step, one) for step, one in steps if isinstance(one, dict | list)]
    return [here, *(place for step, one in inner for place in places(one, (*here, step)))]


LARGER = document(
    {
        "Thing": {"allOf": [ref("Part"), {"properties": {"x": {"const": "x"}}}], "required": ["x"]},
        "Part": {"type": ["object", "null"], "properties": {"in": ref("Union")}},
        "Union": {"anyOf": [ref("Part"), {"type": "array", "items": ref("Union")}],
                  "discriminator": {"propertyName": "t",
                                    "mapping": {"a": "#/components/schemas/Part"}}},
    },
    parameters=[{"name": "q", "in": "query", "schema": {"type": "string", "enum": ["a"]}}],
    requestBody={"content": {"application/json": {"schema": ref("Union")}}},
    tags=["T"], security=[{"key": []}],
) | {"tags": [{"name": "T"}]}  # fmt: skip
LARGER["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
REFS = st.sampled_from(["Thing", "Thing/allOf", "Part/properties/in", "Union/discriminator", ".."])
ODD = VALUES | st.builds(ref, REFS) | st.dictionaries(REFS, VALUES, max_size=2)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_document_of_odd_values_is_taken_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    odd = json.loads(json.dumps(LARGER))
    place = data.draw(st.sampled_from(places(odd)))
    holder = odd
    for step in place:
        holder = holder[step]
    keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
    if keys:
        holder[data.draw(st.sampled_from(keys))] = data.draw(ODD)
    root = folder(tmp_path_factory.mktemp("odd"))
    (root / "odd.json").write_text(json.dumps(odd))
    (root / "good.json").write_text(json.dumps(LARGER))
    for tool in (
        lambda: to_yaml(build(load(str(root / "odd.json")), root=root).document),
        lambda: changes(str(root / "good.json"), str(root / "odd.json"), root).markdown(),
        lambda: changes(str(root / "odd.json"), str(root / "good.json"), root).markdown(),
    ):
        with contextlib.suppress(ToolError):
            tool()


def all_places(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    steps: Any = value.items() if isinstance(value, dict) else enumerate(value)
    for step, one in steps:
        yield (*here, step)
        if isinstance(one, dict | list):
            yield from all_places(one, (*here, step))


GONE = object()
VALUES_THERE = [GONE, None, True, 1, "", "x", [], {}, [None], [{}], {"x": None}]
GARDEN: Json = load(str(UPSTREAM))


def changed(document: Json, place: tuple[Any, ...], value: Any) -> Json:
    """Return a copy with another value, or none, at a place."""
    result = deepcopy(document)
    holder: Any = result
    for step in place[:-1]:
        holder = holder[step]
    if value is GONE:
        del holder[place[-1]]
    else:
        holder[place[-1]] = value
    return result


def taken_or_refused(tool: Any, *arguments: Any) -> None:
    """Run a tool, which may refuse, and do nothing else than that or what it is for."""
    with contextlib.suppress(ToolError):
        tool(*arguments)


@pytest.fixture(scope="module")
def garden(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Json]:
    """Return a project in which `make spec` has run, and what it wrote."""
    root = project(tmp_path_factory.mktemp("garden"))
    shutil.copy(UPSTREAM, root / "good.yaml")
    make_spec(str(root / "good.yaml"), root)
    return root, load(str(root / "spec" / "openapi.yaml"))


@settings(max_examples=12, deadline=None)
@given(st.sampled_from(list(all_places(GARDEN))), st.sampled_from(VALUES_THERE))
def test_an_odd_value_at_any_place_is_taken_or_refused_by_every_tool(
    garden: tuple[Path, Json], place: tuple[Any, ...], value: Any
) -> None:
    root, _ = garden
    (root / "spec" / "openapi.yaml").unlink(missing_ok=True)
    odd, good = root / "odd.json", root / "good.yaml"
    odd.write_text(json.dumps(changed(GARDEN, place, value)))
    taken_or_refused(make_spec, str(odd), root)  # which generates
    taken_or_refused(changes, str(good), str(odd), root)
    taken_or_refused(changes, str(odd), str(good), root)


@settings(max_examples=30, deadline=None)
@given(st.data(), st.sampled_from(VALUES_THERE))
def test_an_odd_value_in_the_trimmed_document_is_taken_or_refused(
    garden: tuple[Path, Json], data: st.DataObject, value: Any
) -> None:
    root, trimmed = garden
    place = data.draw(st.sampled_from(list(all_places(trimmed))))
    odd = json.dumps(changed(trimmed, place, value))
    (root / "spec" / "openapi.yaml").write_text(odd)
    shutil.rmtree(root / "made", ignore_errors=True)
    taken_or_refused(generate, root, root / "made")
