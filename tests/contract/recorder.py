"""Takes down what our client sends and gets, wherever it sends it, and compares it afterwards.

It sits where the client hands a request to whatever transport it has. Other clients are nobody's
business here: tests of the local service send malformed requests with them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from openai_conversations._async.sender import AsyncSender
from openai_conversations._request.library import as_byte_stream, library_of
from openai_conversations._request.request import Attempt
from openai_conversations._sync.sender import Sender

from tests.contract.checker import check_request, check_response


@dataclass
class Exchange:
    """A request and what came back of the response."""

    method: str
    url: httpx.URL
    body: bytes
    status: int = 0
    content_type: str = ""
    content: list[bytes] = field(default_factory=list)
    complete: bool = False


class Recorder:
    """The exchanges of one test."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Listen in on all clients until the test is over."""
        sync_deliver, async_deliver = Sender._deliver, AsyncSender._deliver

        def deliver(sender: Sender, attempt: Attempt, request: httpx.Request) -> httpx.Response:
            exchange = self._request(request)
            return self._response(exchange, sync_deliver(sender, attempt, request))

        async def adeliver(
            sender: AsyncSender, attempt: Attempt, request: httpx.Request
        ) -> httpx.Response:
            exchange = self._request(request)
            return self._response(exchange, await async_deliver(sender, attempt, request))

        monkeypatch.setattr(Sender, "_deliver", deliver)
        monkeypatch.setattr(AsyncSender, "_deliver", adeliver)

    def _request(self, request: httpx.Request) -> Exchange:
        exchange = Exchange(request.method, request.url, request.content)
        self.exchanges.append(exchange)
        return exchange

    def _response(self, exchange: Exchange, response: httpx.Response) -> httpx.Response:
        exchange.status = response.status_code
        exchange.content_type = response.headers.get("content-type", "").partition(";")[0]
        if response.is_closed:
            exchange.content = [response.content]
            exchange.complete = True
        else:
            listening: Any = as_byte_stream(_Listening, library_of(response))
            response.stream = listening(response.stream, exchange)
        return response

    def breaches(self) -> list[str]:
        """Return what does not fit the document, one paragraph an exchange."""
        found: list[str] = []
        for exchange in self.exchanges:
            problems = check_request(exchange.method, exchange.url, exchange.body)
            if exchange.complete:
                content = b"".join(exchange.content)
                problems += check_response(
                    exchange.method,
                    exchange.url,
                    exchange.status,
                    exchange.content_type,
                    content,
                )
            if problems:
                what = f"{exchange.method} {exchange.url.path} -> {exchange.status}"
                found.append("\n".join([f"off the document: {what}", *problems]))
        return found


class _Listening:
    """A body that is taken down as it is read."""

    def __init__(self, inner: Any, exchange: Exchange) -> None:
        self._inner = inner
        self._exchange = exchange

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._inner:
            self._exchange.content.append(chunk)
            yield chunk
        self._exchange.complete = True

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._inner:
            self._exchange.content.append(chunk)
            yield chunk
        self._exchange.complete = True

    def close(self) -> None:
        self._inner.close()

    async def aclose(self) -> None:
        await self._inner.aclose()
