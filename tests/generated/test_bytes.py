"""Models as bytes: those of `json` and `to_dict`, or its error, with orjson and without it.

The standard library is the oracle. Values are drawn from the document, and odd ones are put in
anywhere: what JSON cannot say, what orjson says in another way, and what only looks like a string.
"""

from __future__ import annotations

import json
import math
import sys
from collections import OrderedDict, namedtuple
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from typing import Any
from unittest.mock import MagicMock, patch
from uuid import UUID

import attrs
import openai_conversations_api
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from openai_conversations_api import RawObject, models
from openai_conversations_api._json_text import dumps, orjson_dumps
from openai_conversations_api.types import Model

from tests.document import object_schemas, python_name
from tests.offenders import check_drawn, check_each
from tests.strategies import disturbed

Outcome = bytes | tuple[type[Exception], str]


class Text(str):
    __slots__ = ()


class Marked(str):
    """A string whose sum with another is a list."""

    __slots__ = ()

    def __add__(self, other: str) -> Any:
        return [self, other]


class Whole(int):
    pass


class Real(float):
    pass


class Table(dict[Any, Any]):
    pass


class Row(list[Any]):
    pass


class Plain(Enum):
    A = "a"


class Word(StrEnum):
    A = 'a"'


class Number(IntEnum):
    ONE = 1


@dataclass
class Record:
    a: int = 1


Point = namedtuple("Point", "x y")


def endless() -> list[Any]:
    value: list[Any] = []
    value.append({"a": value})
    return value


def deep(levels: int) -> Any:
    value: Any = 1
    for level in range(levels):
        value = [value] if level % 2 else {"a": value}
    return value


ODD: tuple[Any, ...] = (
    # numbers
    *(None, True, 0, 1, -1, 2**53, 2**63, 2**64 - 1, 2**64, -(2**63), -(2**63) - 1, 10**5000),
    *(0.0, -0.0, 0.1, 1.0, 1e-4, 9e-5, 1e15, 1e16, -1e22, 5e-324, math.nan, math.inf, -math.inf),
    # text
    *("", "null", "\ud800", "a\udfff", "ü\u2028\x7f", "😀", '"\\/', "".join(map(chr, range(32)))),
    # what only orjson writes, or writes in another way
    *(UUID(int=7), datetime(2026, 1, 1, tzinfo=UTC), date(2026, 1, 1), Plain.A, Word.A, Number.ONE),
    *(Record(), Text("t"), Text("\ud800"), Marked("m"), Whole(3), Real(1.5), Real(math.nan)),
    *(Table(a=1), Row([1]), OrderedDict(b=2), Point(1, 2), (1, "a"), orjson.Fragment(b"1")),
    # what neither writes
    *(b"x", Decimal(1), {1, 2}, object(), str, ..., MagicMock(), MagicMock(spec=list)),
    # keys
    *({1: 2}, {None: 1}, {1.5: 1}, {True: 1}, {Text("k"): 1}, {Word.A: 1}, {"\ud800": 1}),
    *({(1,): 1}, {1: 1, "1": 2}, {}, [], [[]], [None], [math.nan], {"a": UUID(int=1)}),
    # models, where they may be and where not
    *(models.ResponseFormatText(), models.Message.from_dict({"role": "user"})),
    *([models.ResponseFormatText(), {"a": RawObject({"type": "new"})}], RawObject({1: [Plain.A]})),
    *((models.ResponseFormatText(),), RawObject({"n": math.nan}), object.__new__(models.Message)),
    # depth
    *(endless(), deep(200), deep(300), deep(5000)),
)


@contextmanager
def without_orjson() -> Iterator[None]:
    with patch.dict(sys.modules, {"orjson": None}):
        orjson_dumps.cache_clear()
        yield
    orjson_dumps.cache_clear()


def outcome(encode: Callable[[], bytes]) -> Outcome:
    try:
        return encode()
    except RecursionError:
        return RecursionError, ""
    except Exception as error:
        return type(error), str(error)


def oracle(value: Any) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode()


def check_same(encode: Callable[[], bytes], expected: Callable[[], bytes]) -> None:
    wanted = outcome(expected)
    assert outcome(encode) == wanted
    with without_orjson():
        assert outcome(encode) == wanted


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Give each place in a model, or in what it holds, that another value may be put in."""
    inner: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, Model):
        names = [field.name for field in attrs.fields(type(value)) if field.name != "_extra"]
        inner = [(name, getattr(value, name)) for name in names]
        if value._extra is not None:
            yield from places(value._extra.unknown)
    elif isinstance(value, RawObject):
        yield from places(value.data)
    elif isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    for key, each in inner:
        yield value, key
        yield from places(each)


def with_odd(name: str) -> SearchStrategy[Any]:
    changes = st.tuples(st.integers(0, 10**6), st.sampled_from(ODD))
    return st.tuples(disturbed(name), st.lists(changes, max_size=3))


def test_the_bytes_of_a_model_are_those_of_its_dictionary() -> None:
    def check(name: str, value: tuple[Any, list[tuple[int, Any]]]) -> None:
        raw, changes = value
        model = getattr(models, python_name(name)).from_dict(deepcopy(raw))
        check_same(model.to_bytes, lambda: oracle(model.to_dict()))
        found = [*places(model)]
        for number, odd in changes if found else ():
            holder, key = found[number % len(found)]
            if isinstance(holder, Model):
                setattr(holder, key, odd)
            else:
                holder[key] = odd
            check_same(model.to_bytes, lambda: oracle(model.to_dict()))

    check_drawn(object_schemas(), with_odd, check)


def test_an_odd_value_anywhere() -> None:
    def check(value: Any) -> None:
        check_same(lambda: dumps(value), lambda: oracle(value))
        for field in ("id", "content", "phase"):
            message = models.Message.from_dict({"id": "msg_1", "role": "user", "content": []})
            setattr(message, field, value)
            page: Any = models.ConversationItemList.from_dict({"data": [], "object": "list"})
            page.data = [message, message]
            for model in (message, page, RawObject({"a": [value]})):
                check_same(model.to_bytes, lambda model=model: oracle(model.to_dict()))

    around: tuple[Callable[[Any], Any], ...] = (
        lambda odd: odd,
        lambda odd: [odd],
        lambda odd: {"a": [1, {"b": odd}]},
    )
    check_each([wrap(odd) for odd in ODD for wrap in around], check)


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=8,
))  # fmt: skip
def test_any_json_value(value: Any) -> None:
    check_same(lambda: dumps(value), lambda: oracle(value))
    model = RawObject({"a": value})
    check_same(model.to_bytes, lambda: oracle(model.to_dict()))
    tool = models.FunctionTool(name="f", parameters={"a": value}, strict=None)
    check_same(tool.to_bytes, lambda: oracle(tool.to_dict()))


def test_nulls_that_were_set_since() -> None:
    call = {"type": "mcp_call", "id": "m", "server_label": "s", "name": "n", "arguments": "{}"}
    model = models.MCPToolCall.from_dict({**call, "error": None, "output": None, "x": 1})
    check_same(model.to_bytes, lambda: oracle(model.to_dict()))
    model.output = "out"
    check_same(model.to_bytes, lambda: oracle(model.to_dict()))
    assert b'"output":"out"' in model.to_bytes()
    assert b'"error":null' in model.to_bytes()


@pytest.mark.parametrize("installed", [True, False])
def test_what_servers_send_is_not_left_to_the_slow_way(
    installed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Write a page from its models although fields of them are null, unknown or missing."""
    message = {"type": "message", "role": "user", "content": [], "status": None, "x": {"y": [1.5]}}
    other = {"type": "hologram", "parts": [{"a": None}]}
    page = models.ConversationItemList.from_dict({"data": [message, other], "object": "list"})
    page.has_more, page.first_id, page.last_id = False, "", ""
    page._extra = None
    expected = oracle(page.to_dict())
    monkeypatch.setattr(models.ConversationItemList, "to_dict", None)
    if installed:
        assert page.to_bytes() == expected
    else:
        with without_orjson():
            assert page.to_bytes() == expected


@pytest.mark.parametrize("name", ["", "no_such_module"])
def test_the_writer_can_be_refused_or_missing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert orjson_dumps() is orjson.dumps
    monkeypatch.setattr(openai_conversations_api, "json_writer", name)
    orjson_dumps.cache_clear()
    assert orjson_dumps() is None
    monkeypatch.undo()
    orjson_dumps.cache_clear()
    assert orjson_dumps() is orjson.dumps


def test_to_json_on_one_line_is_the_same_text() -> None:
    message: Any = models.Message.from_dict({"type": "message", "role": "ü", "x": [1e22, "\n"]})
    assert message.to_json(indent=None) == message.to_bytes().decode()
    message.id = math.nan
    assert json.loads(message.to_json(indent=None))["id"] is not None
    message.id = "\ud800"
    assert json.loads(message.to_json(indent=None))["id"] == "\ud800"
