"""Chains of redirects that hypothesis makes up: no write becomes a read, no secret gets away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai_conversations import APIConnectionError, APIStatusError, AsyncClient, Client
from openai_conversations._async.sender import AsyncSender
from openai_conversations._request.library import library_of
from openai_conversations._sync.sender import Sender

from tests.overlay.scripted_server import CONVERSATION

pytestmark = pytest.mark.off_contract
MARK = "sk-marked"
HOME = "https://home.example/v1"
SECRETS = dict.fromkeys(("Authorization", "Api-Key", "Cookie", "User-Agent", "X-Custom"), MARK)
REQUESTS: list[Callable[[Any], Any]] = [
    lambda c: c.conversations.retrieve("conv_1", extra_headers=SECRETS),
    lambda c: c.conversations.with_streaming_response.retrieve("conv_1").__enter__(),
    lambda c: c.conversations.with_raw_response.create(metadata={"a": MARK}),
    lambda c: c.conversations.update("conv_1", metadata={"a": MARK}),
    lambda c: c.responses.create(model="m", input=MARK, stream=True),
    lambda c: c.conversations.items.delete("msg_1", conversation_id="conv_1"),
]
PLACES = st.sampled_from(
    [
        "",
        "/v1/conversations/conv_1",
        "?a=b",
        "//home.example/x",
        HOME,
        "https://home.example:443/x",
        "https://HOME.example/x",
        "https://home.example:8443/x",
        "http://home.example/x",
        "https://home.example@other.example/x",
        f"https://user:{MARK}@home.example/x",
        "https://other.example{echo}",
        "https://home.example.other.example/",
        "https://xn--home-9za.example/",
        "//other.example",
        "///other.example/x",
        "\\\\other.example",
        "http://other.example/x",
        "https://127.0.0.1:9/x",
        "ws://home.example/x",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://",
        "https://[::1]/x",
        "https://xn--\x7f/",
    ]
)
STATUSES = st.sampled_from([101, 200, 201, 299, 300, 301, 302, 303, 304, 305, 307, 308, 399, 500])
#: The library of the `http_client=`; None for a transport of this package.
CARRIERS = st.sampled_from([None, httpx, httpx2])
CHAINS = st.lists(st.tuples(STATUSES | st.sampled_from([307, 308, 302]), PLACES), max_size=14)


@dataclass
class Network:
    """Responds with one link of a chain after the other, and then with a conversation."""

    chain: list[tuple[int, str]]
    seen: list[Any] = field(default_factory=list)
    last: int = 0

    def respond(self, request: Any) -> Any:
        self.seen.append(request)
        self.last, place = (200, "")
        if len(self.seen) <= len(self.chain):
            self.last, place = self.chain[len(self.seen) - 1]
        place = place.replace("{echo}", request.url.raw_path.decode())
        headers = [(b"location", place.encode())] if place else []
        return library_of(request).Response(self.last, headers=headers, json=CONVERSATION)


def check(network: Network, error: BaseException | None) -> None:
    first = network.seen[0]
    assert (error is None) == (200 <= network.last < 300)
    # httpx looks at addresses by itself, and fails at some.
    assert error is None or isinstance(error, APIStatusError | APIConnectionError)
    assert MARK not in str(error)
    assert len(network.seen) <= 11
    strayed = False
    for request in network.seen:
        assert request.method == first.method
        assert request.url.scheme == "https"
        strayed = strayed or (request.url.host, request.url.port) != ("home.example", None)
        if strayed:
            assert request.method == "GET"
            text = f"{request.url!s}{request.headers.multi_items()}{request.content!r}"
            assert MARK not in text
            assert "authorization" not in request.headers
            assert "user:" not in request.url.userinfo.decode()
        else:
            assert request.headers["authorization"] == first.headers["authorization"]
            assert request.content == first.content


OPTIONS: dict[str, Any] = {
    "api_key": MARK,
    "base_url": HOME,
    "organization": MARK,
    "default_query": {"subscription-key": MARK},
    "max_retries": 0,
}


@settings(max_examples=300)
@given(CHAINS, st.sampled_from(REQUESTS), CARRIERS)
def test_sync(chain: list[tuple[int, str]], request: Callable[[Any], Any], carrier: Any) -> None:
    network, library = Network(chain), carrier or httpx
    transport = library.MockTransport(network.respond)
    with library.Client(transport=transport, headers={"X-Gateway": MARK}, auth=("u", MARK)) as http:
        client = Client(http_client=http, **OPTIONS)
        if carrier is None:
            client._sender = Sender(http, transport)
        try:
            request(client)
        except Exception as error:
            check(network, error)
        else:
            check(network, None)


@settings(max_examples=300)
@given(CHAINS, st.sampled_from(REQUESTS[2:] + REQUESTS[:1]), CARRIERS)
def test_async(chain: list[tuple[int, str]], request: Callable[[Any], Any], carrier: Any) -> None:
    network, library = Network(chain), carrier or httpx
    transport = library.MockTransport(network.respond)

    async def run() -> None:
        async with library.AsyncClient(
            transport=transport, headers={"X-Gateway": MARK}, auth=("u", MARK)
        ) as http:
            client = AsyncClient(http_client=http, **OPTIONS)
            if carrier is None:
                client._sender = AsyncSender(http, transport)
            await request(client)

    try:
        asyncio.run(run())
    except Exception as error:
        check(network, error)
    else:
        check(network, None)
