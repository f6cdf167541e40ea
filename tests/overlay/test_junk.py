"""Junk in any argument of any method ends in an `InvalidArgumentError`, or is sent as JSON.

What a method takes is read off its signature, so that a parameter that the OpenAPI document gains
is tested too.
"""

from __future__ import annotations

import datetime
import decimal
import inspect
import json
from collections.abc import Callable
from contextlib import suppress
from types import MappingProxyType
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openai_conversations import (
    APITimeoutError,
    AsyncClient,
    Client,
    Content,
    InvalidArgumentError,
    OpenAIError,
    omit,
)

#: Every method, and good values for the arguments that it must have.
METHODS: dict[str, tuple[Callable[[Any], Any], dict[str, Any]]] = {
    "create": (lambda c: c.conversations.create, {}),
    "retrieve": (lambda c: c.conversations.retrieve, {"conversation_id": "c"}),
    "update": (lambda c: c.conversations.update, {"conversation_id": "c", "metadata": {}}),
    "delete": (lambda c: c.conversations.delete, {"conversation_id": "c"}),
    "items.create": (lambda c: c.conversations.items.create, {"conversation_id": "c", "items": []}),
    "items.list": (lambda c: c.conversations.items.list, {"conversation_id": "c"}),
    "items.retrieve": (
        lambda c: c.conversations.items.retrieve,
        {"item_id": "i", "conversation_id": "c"},
    ),
    "items.delete": (
        lambda c: c.conversations.items.delete,
        {"item_id": "i", "conversation_id": "c"},
    ),
    "items.append": (lambda c: c.conversations.items.append, {"conversation_id": "c", "items": []}),
    "responses.create": (lambda c: c.responses.create, {"model": "m", "input": "x"}),
    "responses.retrieve": (lambda c: c.responses.retrieve, {"response_id": "r"}),
    "responses.delete": (lambda c: c.responses.delete, {"response_id": "r"}),
    "responses.cancel": (lambda c: c.responses.cancel, {"response_id": "r"}),
    "responses.compact": (lambda c: c.responses.compact, {"model": "m", "input": "x"}),
    "input_items.list": (lambda c: c.responses.input_items.list, {"response_id": "r"}),
    "input_tokens.count": (lambda c: c.responses.input_tokens.count, {"model": "m", "input": "x"}),
    "get": (lambda c: c.get, {"path": "/x"}),
    "post": (lambda c: c.post, {"path": "/x"}),
    "delete by path": (lambda c: c.delete, {"path": "/x"}),
}

CIRCLE: list[Any] = []
CIRCLE.append(CIRCLE)
DEEP: Any = []
for _ in range(3000):
    DEEP = [DEEP]
DEEP_OBJECT: Any = {}
for _ in range(3000):
    DEEP_OBJECT = {"a": DEEP_OBJECT}

#: Drawn by their number: not all of them have a repr.
ODD: list[Any] = [
    10**5000,
    "\ud800",
    "\r\nX: y",
    "sk-123",
    omit,
    object(),
    object,
    dict,
    len,
    decimal.Decimal("1.5"),
    datetime.datetime(2026, 1, 1),
    1j,
    CIRCLE,
    DEEP,
    DEEP_OBJECT,
    {"a": CIRCLE},
    range(3),
    MappingProxyType({"a": object()}),
    Content.text("x"),
    bytearray(b"x"),
    memoryview(b"x"),
    Exception("x"),
    NotImplemented,
    ...,
]
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.text(st.characters(), max_size=8),
    st.binary(max_size=8),
    st.integers(0, len(ODD) - 1).map(lambda number: ODD[number]),
)
KEYS = st.one_of(
    st.sampled_from(["type", "role", "content", "status", "message", "user", "id", "X-A"]),
    st.text(max_size=4),
    st.integers(),
    st.none(),
    st.tuples(st.text(max_size=2)),
    st.sampled_from(["\ud800", frozenset(), b"x"]),
)
JUNK = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.tuples(inner, inner),
        st.dictionaries(KEYS, inner, max_size=3),
        st.builds(lambda value: {"type": "message", "role": "user", "content": value}, inner),
        st.builds(lambda value: {"type": "function_call", "status": None, "a": value}, inner),
        st.frozensets(st.integers(), max_size=2),
    ),
    max_leaves=5,
)


class Sent(httpx.BaseTransport):
    """Responds to every request with an empty object, and counts them."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return httpx.Response(200, json={})


def arguments(name: str) -> list[str]:
    get, _ = METHODS[name]
    method = get(Client(api_key="sk-x"))
    named = inspect.signature(method).parameters.values()
    found = [each.name for each in named if each.kind is not each.VAR_KEYWORD]
    if len(found) < len(named):  # by path: the options are in a TypedDict
        found += ["extra_headers", "extra_query", "timeout", "abort"]
    # A function of the caller, whose exceptions are the caller's.
    return [each for each in found if each != "on_progress"]


CASES = [(name, argument) for name in METHODS for argument in arguments(name)]


def check(name: str, argument: str, value: Any) -> None:
    """Call a method with junk in one argument.

    Raises:
        Exception: a foreign one.
    """
    get, given_values = METHODS[name]
    sent = Sent()
    client = Client(
        api_key="sk-x",
        http_client=httpx.Client(transport=sent),
        max_retries=0,
        base_url="http://localhost",
    )
    try:
        get(client)(**{**given_values, argument: value})
    except OpenAIError as error:
        str(error).encode("utf-8", "strict")
        # Else it was sent, and the empty object is not what was asked for.
        refused = isinstance(error, InvalidArgumentError)
    else:
        refused = False
    assert not (refused and sent.requests)
    for request in sent.requests:
        if request.content:
            json.loads(request.content)


@pytest.mark.off_contract
@pytest.mark.parametrize("name", METHODS)
def test_junk_in_any_argument(name: str) -> None:
    names = arguments(name)

    @settings(max_examples=15 * len(names), deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(names), JUNK)
    def run(argument: str, value: Any) -> None:
        check(name, argument, value)

    run()


@pytest.mark.off_contract
@pytest.mark.parametrize(("name", "argument"), CASES)
def test_values_of_kinds_that_json_does_not_have(name: str, argument: str) -> None:
    for value in (
        10**5000, float("nan"), "\ud800", {"\ud800": 1}, {(1,): 2}, CIRCLE, [CIRCLE], {"a": CIRCLE},
        DEEP, [DEEP_OBJECT], DEEP_OBJECT, object(), NotImplemented, {"a": {1, 2}}, [{1, 2}],
        b"\xff", 1j,
        [{"role": "user", "content": CIRCLE}], [{"type": {}, "content": []}],
        [{"role": [], "content": []}],
    ):  # fmt: skip
        check(name, argument, value)


OPTIONS = [
    name
    for name in inspect.signature(Client).parameters
    if name not in ("interceptors", "strict")  # functions, and true or false
]


@pytest.mark.parametrize("client", [Client, AsyncClient])
@pytest.mark.parametrize("option", OPTIONS)
def test_an_option_that_has_no_repr(client: Callable[..., Any], option: str) -> None:
    """Look at one that hypothesis could not print as an example."""
    with pytest.raises(OpenAIError):
        client(**{"api_key": "sk-x", option: DEEP})


@pytest.mark.parametrize("client", [Client, AsyncClient])
@settings(max_examples=150, deadline=None)
@given(st.sampled_from(OPTIONS), JUNK)
@example("base_url", "http://\ud800")
@example("base_url", "http://a:99999")
@example("base_url", [[]])
@example("organization", NotImplemented)
@example("default_headers", {"X-A": omit, 1: omit})
@example("organization", "\ud800")
def test_junk_in_an_option(client: Callable[..., Any], option: str, value: Any) -> None:
    values = {"api_key": "sk-x", option: value}
    try:
        made = client(**values)
    except OpenAIError as error:
        str(error).encode("utf-8", "strict")
        return
    if option not in ("http_client", "transport"):
        made.with_options(**{option: value})
    if option in ("default_headers", "default_query", "timeout", "base_url", "organization"):
        sent = Sent()
        if client is Client:
            own = Client(**{**values, "http_client": httpx.Client(transport=sent)})
            with suppress(APITimeoutError):  # a time too short for anything
                assert own.get("/x") == {}
                assert len(sent.requests) == 1
