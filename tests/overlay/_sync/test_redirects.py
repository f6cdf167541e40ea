# Made from _async/test_redirects.py by tools/unasync. Do not edit.
"""Redirects: which are followed, on every transport and with a user's own httpx client."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import httpx
import pytest
from openai_conversations import APIConnectionError, APIStatusError, Client, NotFoundError

from tests.overlay.concurrency_sync import context_manager
from tests.overlay.events import final
from tests.overlay.scripted_server import CONVERSATION, Peer, ScriptedServer, responds

Connect = Callable[..., Client]
Request = Callable[[Client], Any]
pytestmark = pytest.mark.off_contract
MARK = "sk-marked"


@context_manager
def opened(connect: Connect, carrier: Any, url: str, **options: Any) -> Iterator[Any]:
    """Make a client for `url`, with a secret in each place that is not an argument of a method."""
    options = {
        "api_key": MARK,
        "organization": MARK,
        "project": MARK,
        "default_headers": {"User-Agent": MARK, "Accept": MARK, "X-Custom": MARK},
        "default_query": {"subscription-key": MARK},
        **options,
    }
    if carrier is None:
        with connect(url, **options) as client:
            yield client
        return
    with (
        carrier.Client(
            auth=("user", MARK),
            cookies={"session": MARK},
            headers={"X-Gateway": MARK},
            follow_redirects=True,
        ) as http,
        connect(url, http_client=http, **options) as client,
    ):
        yield client


def moved(status: int, location: str = "/v2/moved") -> Any:
    return responds(b"", status=status, location=location)


def elsewhere(server: ScriptedServer) -> str:
    return server.url.replace("127.0.0.1", "localhost")


WRITES: list[tuple[str, Request]] = [
    ("POST", lambda c: c.conversations.create(metadata={"a": MARK})),
    ("POST", lambda c: c.conversations.update("conv_1", metadata={"a": MARK})),
    ("DELETE", lambda c: c.conversations.items.delete("msg_1", conversation_id="conv_1")),
    ("POST", lambda c: c.conversations.with_raw_response.update("conv_1", metadata={"a": MARK})),
    ("POST", lambda c: c.post("/conversations", body={"metadata": {"a": MARK}})),
]


def test_a_write_is_repeated_as_it_was(connect: Connect, carrier: Any) -> None:
    cases = list(product((307, 308), WRITES))
    scripts = [script for status, _ in cases for script in (moved(status), responds(CONVERSATION))]
    with ScriptedServer(*scripts) as server:
        with opened(connect, carrier, server.url) as client:
            for _, (_, request) in cases:
                request(client)
    for (_, (method, _)), first, second in zip(
        cases, server.requests[::2], server.requests[1::2], strict=True
    ):
        assert (first.method, second.method, second.target) == (method, method, "/v2/moved")
        assert (second.headers, second.body) == (first.headers, first.body)
    # The bodies of the redirects were read, so the connection was used again.
    assert server.connections == 1


def test_a_write_is_never_turned_into_a_read(connect: Connect, carrier: Any) -> None:
    cases = list(product((301, 302, 303), WRITES))
    scripts = [moved(status, "/v2/moved?a=b") for status, _ in cases]
    with ScriptedServer(*scripts) as server:
        with opened(connect, carrier, server.url) as client:
            for status, (method, request) in cases:
                with pytest.raises(APIStatusError) as caught:
                    request(client)
                assert caught.value.status_code == status
                assert str(caught.value) == (
                    f"Error code: {status} - a redirect to {server.url.removesuffix('/v1')}, which "
                    f"would make a GET of this {method}: not followed, and nothing says that the "
                    f"{method} took effect"
                )
    assert [seen.method for seen in server.requests] == [method for _, (method, _) in cases]


READS: list[Request] = [
    lambda c: c.conversations.retrieve("conv_1"),
    lambda c: c.conversations.with_raw_response.retrieve("conv_1"),
    lambda c: c.get("/conversations/conv_1"),
]


def test_a_read_is_followed(connect: Connect, carrier: Any) -> None:
    cases = list(product((301, 302, 303, 307, 308), READS))
    scripts = [script for status, _ in cases for script in (moved(status), responds(CONVERSATION))]
    with ScriptedServer(*scripts) as server:
        with opened(connect, carrier, server.url) as client:
            for _, request in cases:
                request(client)
    for first, second in zip(server.requests[::2], server.requests[1::2], strict=True):
        assert (second.method, second.target) == ("GET", "/v2/moved")
        assert second.headers == first.headers
    assert server.connections == 1


def test_a_read_elsewhere_carries_nothing_of_the_request(
    connect: Connect, carrier: Any
) -> None:
    secrets = dict.fromkeys(("Api-Key", "X-Amz-Tenant", "Cookie", "X-Token"), MARK)
    with ScriptedServer(responds(CONVERSATION)) as other:
        away = f"{elsewhere(other)}/there"
        with ScriptedServer(moved(307, "/v1/y"), moved(302, away)) as server:
            with opened(connect, carrier, server.url) as client:
                got = client.conversations.retrieve("conv_1", extra_headers=secrets)
    assert got.id == "conv_1"
    (seen,) = other.requests
    assert (seen.method, seen.target, seen.body) == ("GET", "/v1/there", b"")
    assert MARK not in json.dumps(seen.headers)
    assert seen.headers["host"] == away.split("/")[2]
    allowed = {"host", "accept", "accept-encoding", "user-agent", "connection"}
    # aiohttp says so of an empty body.
    assert seen.headers.keys() <= allowed | {"content-length"}


def test_a_write_never_goes_elsewhere(connect: Connect, carrier: Any) -> None:
    cases = list(product((307, 308), WRITES))
    with ScriptedServer(responds(CONVERSATION)) as other:
        scripts = [moved(status, f"{elsewhere(other)}/x?key=1") for status, _ in cases]
        with ScriptedServer(*scripts) as server:
            with opened(connect, carrier, server.url) as client:
                for _, (method, request) in cases:
                    with pytest.raises(APIStatusError) as caught:
                        request(client)
                    where = f"a redirect to {elsewhere(other).removesuffix('/v1')}, another origin"
                    assert str(caught.value).endswith(f"{where}, to which a {method} is not sent")
    assert other.requests == []


NOT_FOLLOWED = [
    (300, {"location": "/v1/x"}, "neither a result nor a redirect"),
    (301, {}, "neither a result nor a redirect"),
    (304, {}, "neither a result nor a redirect"),
    (305, {"location": "/v1/x"}, "neither a result nor a redirect"),
    (308, {"location": ""}, "neither a result nor a redirect"),
    (399, {"location": "/v1/x"}, "neither a result nor a redirect"),
    (302, {"location": "file:///etc/passwd"}, "not a plain http or https URL"),
    (302, {"location": "ftp://127.0.0.1/x"}, "not a plain http or https URL"),
    (302, {"location": "unix:///var/run/x.sock"}, "not a plain http or https URL"),
    (302, {"location": "http://user:pass@127.0.0.1/x"}, "not a plain http or https URL"),
    (307, {"location": "http://localhost:9/x?subscription-key=sk-marked"}, "get the query of"),
    (302, {"location": "/v1/conversations/conv_1"}, "after 10 others"),
    (302, {"location": "http://xn--\x7f/"}, "not valid"),
]


@pytest.mark.parametrize(("status", "headers", "text"), NOT_FOLLOWED)
def test_only_2xx_is_success(
    connect: Connect,
    carrier: Any,
    status: int,
    headers: dict[str, str],
    text: str,
) -> None:
    def script(peer: Peer) -> None:
        peer.respond(b"", status=status, headers=headers)

    with ScriptedServer(script) as server:
        with opened(connect, carrier, server.url) as client:
            with pytest.raises((APIStatusError, APIConnectionError)) as caught:
                client.conversations.retrieve("conv_1")
    if text == "not valid" and isinstance(caught.value, APIConnectionError):
        # httpx looks at the address by itself, and so did httpx2.
        assert carrier is not None
        return
    assert isinstance(caught.value, APIStatusError)
    assert caught.value.status_code == status
    assert text in str(caught.value)
    assert "passwd" not in str(caught.value)
    assert len(server.requests) == (11 if "others" in text else 1)


@pytest.mark.parametrize("status", [101, 199])
def test_an_informational_status_is_not_a_result(
    connect: Connect, carrier: Any, status: int
) -> None:
    def script(peer: Peer) -> None:
        peer.head(status, {"connection": "upgrade", "upgrade": "x"})
        peer.cut()

    with ScriptedServer(script) as server:
        with opened(connect, carrier, server.url, max_retries=0) as client:
            with pytest.raises((APIStatusError, APIConnectionError)):
                client.conversations.retrieve("conv_1")


def test_streams_follow_the_same_rules(connect: Connect, carrier: Any) -> None:
    def events(peer: Peer) -> None:
        peer.events(final("completed"))
        peer.end()

    with ScriptedServer(moved(307), events, moved(303), events) as server:
        with opened(connect, carrier, server.url) as client:
            with client.responses.create(model="m", input="x", stream=True) as stream:
                assert [event.type for event in stream] == ["response.completed"]
            with pytest.raises(APIStatusError, match="a GET of this POST"):
                client.responses.create(model="m", input="x", stream=True)
    assert [seen.method for seen in server.requests] == ["POST", "POST", "POST"]


def test_responses_read_as_they_come_follow_the_same_rules(
    connect: Connect, carrier: Any
) -> None:
    good = responds(CONVERSATION)
    with ScriptedServer(moved(302), good, moved(302), good) as server:
        with opened(connect, carrier, server.url) as client:
            conversations = client.conversations.with_streaming_response
            with conversations.retrieve("conv_1") as response:
                assert (response.parse()).id == "conv_1"
            with pytest.raises(APIStatusError, match="a GET of this POST"):
                with conversations.create(metadata={}):
                    raise AssertionError
    assert [seen.method for seen in server.requests] == ["GET", "GET", "POST"]


def test_the_error_of_a_redirect_holds_no_key(connect: Connect, carrier: Any) -> None:
    with ScriptedServer(moved(307), moved(303)) as server:
        with opened(connect, carrier, server.url) as client:
            with pytest.raises(APIStatusError) as caught:
                client.conversations.create()
    response = caught.value.response
    (earlier,) = response.history
    for request in (caught.value.request, response.request, earlier.request):
        assert request.headers.get("authorization") in (None, "[secret]")
    assert response.next_request is None
    assert earlier.next_request is None


def test_an_error_behind_a_redirect_is_that_of_the_last_response(
    connect: Connect, carrier: Any
) -> None:
    with ScriptedServer(moved(307), responds({}, status=404)) as server:
        with opened(connect, carrier, server.url) as client:
            with pytest.raises(NotFoundError):
                client.conversations.create()


def test_interceptors_see_the_response_that_ends_the_redirects(connect: Connect) -> None:
    seen: list[int] = []

    def interceptor(request: httpx.Request, send: Any) -> httpx.Response:
        response: httpx.Response = send(request)
        seen.append(response.status_code)
        return response

    with ScriptedServer(moved(307), moved(303)) as server:
        with connect(server.url, interceptors=[interceptor]) as client:
            with pytest.raises(APIStatusError):
                client.conversations.create()
    assert seen == [303]


def test_a_proxy_of_the_environment_changes_nothing(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ScriptedServer(moved(307), moved(301)) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url.removesuffix("/v1"))
        with connect("http://localhost:9/v1") as client:
            with pytest.raises(APIStatusError, match="a GET of this POST"):
                client.conversations.create()
    assert [seen.method for seen in proxy.requests] == ["POST", "POST"]
