"""Headers that a caller gives: which are sent, which are taken away, and which are refused."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai_conversations import AsyncClient, Client, InvalidArgumentError, Omit, omit
from openai_conversations._request.client_options import merge_headers, to_timeout

from tests.overlay.client_runner import ClientRunner
from tests.overlay.scripted_server import CONVERSATION, ScriptedServer, Seen, responds

ON_EVERY_TRANSPORT = True
AND_WITH_HTTPX2 = True

#: Of the connection or of the form of a message, in RFC 9110 and RFC 9112, not of the request.
OF_THE_CONNECTION = [
    "Connection",
    "Content-Length",
    "Expect",
    "Host",
    "Keep-Alive",
    "Proxy-Authorization",
    "Proxy-Connection",
    "TE",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
]


def update(client: Any, **options: Any) -> Any:
    return client.conversations.update("conv_1", metadata={"a": "b"}, **options)


def seen_by_server(runner: ClientRunner, action: Callable[[Any], Any], **options: Any) -> Seen:
    with ScriptedServer(responds(CONVERSATION)) as server:
        runner.run(server.url, action, **options)
    return server.requests[0]


@pytest.mark.parametrize("name", OF_THE_CONNECTION)
@pytest.mark.parametrize("value", ["3", omit, Omit()])
def test_a_header_of_the_connection_is_refused(name: str, value: Any) -> None:
    """Send nothing: a length of another body would make a request of a part of this one."""
    for spelt in (name, name.lower(), name.upper()):
        for make in (Client, AsyncClient):
            with pytest.raises(InvalidArgumentError) as caught:
                make(api_key="sk-x", default_headers={spelt: value})
            assert caught.value.argument == f"default_headers[{spelt!r}]"
        with Client(api_key="sk-x") as client, pytest.raises(InvalidArgumentError) as caught:
            update(client, extra_headers={spelt: value})
        assert caught.value.argument == f"extra_headers[{spelt!r}]"


def test_a_content_type_can_be_replaced(runner: ClientRunner) -> None:
    headers = {"content-type": "application/vnd.test+json", "ACCEPT": "*/*"}
    seen = seen_by_server(runner, lambda c: update(c, extra_headers=headers))
    assert seen.headers["content-type"] == "application/vnd.test+json"
    assert seen.headers["accept"] == "*/*"


@pytest.mark.parametrize("name", ["Authorization", "authorization", "AUTHORIZATION"])
@pytest.mark.parametrize("own", [False, True])
def test_omit_takes_the_key_away_and_it_is_not_asked_for(
    runner: ClientRunner, name: str, own: bool
) -> None:
    def key() -> str:
        raise AssertionError("asked for the key")

    make = httpx.Client if runner.name == "sync" else httpx.AsyncClient
    for options, extra in (
        ({"default_headers": {name: omit}}, {}),
        ({}, {"extra_headers": {name: omit}}),
        ({"default_headers": {"Authorization": "Bearer other"}}, {"extra_headers": {name: omit}}),
    ):
        options = {**options, "api_key": key, **({"http_client": make()} if own else {})}
        seen = seen_by_server(runner, lambda c, extra=extra: update(c, **extra), **options)
        assert "authorization" not in seen.headers


def test_a_request_may_have_the_key_of_its_own(runner: ClientRunner) -> None:
    seen = seen_by_server(
        runner,
        lambda c: update(c, extra_headers={"authorization": "Bearer sk-own"}),
        default_headers={"Authorization": omit},
    )
    assert seen.headers["authorization"] == "Bearer sk-own"


@pytest.mark.parametrize("own", [False, True])
def test_omit_takes_any_other_header_away(runner: ClientRunner, own: bool) -> None:
    make = httpx.Client if runner.name == "sync" else httpx.AsyncClient
    names = ["User-Agent", "Accept", "Content-Type", "OpenAI-Organization", "X-Default"]
    seen = seen_by_server(
        runner,
        lambda c: update(c, extra_headers=dict.fromkeys(names, omit)),
        organization="org_1",
        default_headers={"X-Default": "1", "X-Kept": "2"},
        **({"http_client": make()} if own else {}),
    )
    assert not {name.lower() for name in names} & seen.headers.keys()
    assert seen.headers["x-kept"] == "2"
    assert seen.headers["content-length"] == str(len(seen.body))


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(), st.binary(), st.none(), st.integers()), st.text())
def test_a_line_is_a_name_and_a_value_or_is_refused(name: Any, value: str) -> None:
    lines: dict[str, tuple[bytes, bytes] | None] = {}
    try:
        merge_headers(lines, {name: value}, "extra_headers")
    except InvalidArgumentError:
        return
    ((key, line),) = lines.items()
    assert line == (name.encode("ascii"), value.encode("ascii"))
    assert key == name.lower()
    assert not set("\r\n\0 :") & set(name)
    assert not set("\r\n\0") & set(value)


@pytest.mark.parametrize(
    "mark", ["\r\n", "\n", "\r", "\0", "\x7f", "\x85", "\u2028", "é", "\ud800"]
)
def test_a_value_of_two_lines(mark: str) -> None:
    for name, value in ((f"X{mark}Y", "z"), ("X-Y", f"a{mark}X-Z: b"), ("X-Y", f"a{mark}")):
        with pytest.raises(InvalidArgumentError):
            merge_headers({}, {name: value}, "extra_headers")


LIMITLESS = [math.inf, 1e300, 1e10, 2_000_000, 10**400, None]
WRONG = [math.nan, -math.inf, -1, 0, 0.0, True, "5", [5], -(10**400)]


@pytest.mark.parametrize("value", LIMITLESS, ids=lambda value: repr(value)[:9])
def test_a_timeout_without_limit(runner: ClientRunner, value: Any) -> None:
    with ScriptedServer(responds(CONVERSATION)) as server:
        for options, extra in (
            ({"timeout": value}, {}),
            ({}, {"timeout": value}),
            ({"timeout": httpx.Timeout(value)}, {}),
            ({"timeout": httpx.Timeout(5, read=value)}, {}),
            ({"timeout": httpx.Timeout(5, connect=value, write=value, pool=value)}, {}),
        ):
            runner.run(
                server.url,
                lambda c, extra=extra: c.conversations.retrieve("conv_1", **extra),
                lambda c, value=value: update(c.with_options(timeout=value)),
                **options,
            )


@pytest.mark.parametrize("value", WRONG, ids=lambda value: repr(value)[:9])
def test_a_timeout_that_is_not_one(value: Any) -> None:
    with Client(api_key="sk-x") as client:
        for call in (
            lambda: Client(api_key="sk-x", timeout=value),
            lambda: AsyncClient(api_key="sk-x", timeout=value),
            lambda: client.with_options(timeout=value),
            lambda: update(client, timeout=value),
        ):
            with pytest.raises(InvalidArgumentError) as caught:
                call()
            assert caught.value.argument == "timeout"
        for part in ("connect", "read", "write", "pool"):
            if part == "pool" and value == 0:
                continue  # not to wait for a place is possible
            with pytest.raises(InvalidArgumentError) as caught:
                client.with_options(timeout=httpx.Timeout(5, **{part: value}))
            assert caught.value.argument == f"timeout.{part}"


@given(st.floats(min_value=0, exclude_min=True) | st.integers(1, 10**30))
def test_any_timeout_above_zero(value: float) -> None:
    steps = set(to_timeout(value).as_dict().values())
    assert steps == {value if value < 2_000_000 else None}


@pytest.mark.parametrize("value", [10**30, 10**5000], ids=["large", "larger"])
def test_retries_for_ever(runner: ClientRunner, value: int) -> None:
    with ScriptedServer(
        responds({}, status=429, retry_after_ms="1"), responds(CONVERSATION)
    ) as server:
        runner.run(server.url, update, max_retries=value)
    assert len(server.requests) == 2
