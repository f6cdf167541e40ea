"""Opening responses for the tests of `with_streaming_response`, with either client."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import pytest
from openai_conversations import AsyncClient

from tests.overlay.scripted_server import CONVERSATION, Peer

BODY_JSON = {**CONVERSATION, "metadata": {"topic": "Größe\n" * 3}}
BODY = json.dumps(BODY_JSON, ensure_ascii=False, indent=1).encode()
Step = Callable[[Any], Any]


def retrieve(client: Any, **options: Any) -> Any:
    return client.conversations.with_streaming_response.retrieve("conv_1", **options)


def plain(client: Any) -> Any:
    return client.conversations.retrieve("conv_1")


def opened(*steps: Step, call: Step = retrieve) -> Step:
    """Open a response, take the steps with it in order, and return what each of them gave."""

    def act(client: Any) -> Any:
        if not isinstance(client, AsyncClient):
            with call(client) as response:
                return [listed(step(response)) for step in steps]

        async def run() -> Any:
            async with call(client) as response:
                return [await awaited(step(response)) for step in steps]

        return run()

    return act


def listed(found: Any) -> Any:
    return list(found) if isinstance(found, Iterator) else found


async def awaited(found: Any) -> Any:
    found = await found if isinstance(found, Awaitable) else found
    return [piece async for piece in found] if isinstance(found, AsyncIterator) else found


def first(pieces: Any) -> Any:
    """Return the first of the pieces, as a step gives it."""
    return next(pieces) if isinstance(pieces, Iterator) else anext(pieces)


READS: dict[str, Step] = {
    "read": lambda r: r.read(),
    "text": lambda r: r.text(),
    "json": lambda r: r.json(),
    "parse": lambda r: r.parse(),
    "iter_bytes": lambda r: r.iter_bytes(),
    "iter_text": lambda r: r.iter_text(),
    "iter_lines": lambda r: r.iter_lines(),
}


def create(client: Any, **options: Any) -> Any:
    return client.responses.with_streaming_response.create(
        model="gpt-4o", input="Hi", stream=True, **options
    )


every_read = pytest.mark.parametrize("read", READS.values(), ids=READS)


def stalling(peer: Peer) -> None:
    peer.head(200, {"content-length": "100"})
    peer.send(BODY[:20])
    peer.wait_for_hangup()
