"""Takes down what our client sends and gets, wherever it sends it, and compares it afterwards.

It sits in `httpx.Client.send`, which all transports have in common, and looks only at requests with
our `User-Agent`: tests of the local service send malformed ones with other clients.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tests.contract.document import check_reply, check_request


@dataclass
class Exchange:
    """A request and what came back of the reply."""

    method: str
    url: httpx.URL
    body: bytes
    status: int = 0
    content_type: str = ""
    reply: list[bytes] = field(default_factory=list)
    complete: bool = False


class Recorder:
    """The exchanges of one test."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Listen in on all httpx clients until the test is over."""
        sync_send, async_send = httpx.Client.send, httpx.AsyncClient.send

        def send(client: httpx.Client, request: httpx.Request, **options: Any) -> httpx.Response:
            exchange = self._request(request)
            return self._response(exchange, sync_send(client, request, **options))

        async def asend(
            client: httpx.AsyncClient, request: httpx.Request, **options: Any
        ) -> httpx.Response:
            exchange = self._request(request)
            return self._response(exchange, await async_send(client, request, **options))

        monkeypatch.setattr(httpx.Client, "send", send)
        monkeypatch.setattr(httpx.AsyncClient, "send", asend)

    def _request(self, request: httpx.Request) -> Exchange | None:
        if "openai-conversations/" not in request.headers.get("user-agent", ""):
            return None
        exchange = Exchange(request.method, request.url, request.content)
        self.exchanges.append(exchange)
        return exchange

    def _response(self, exchange: Exchange | None, response: httpx.Response) -> httpx.Response:
        if exchange is None:
            return response
        exchange.status = response.status_code
        exchange.content_type = response.headers.get("content-type", "").partition(";")[0]
        if response.is_closed:
            exchange.reply = [response.content]
            exchange.complete = True
        else:
            response.stream = _Listening(response.stream, exchange)
        return response

    def breaches(self) -> list[str]:
        """What does not fit the document, one paragraph an exchange."""
        found: list[str] = []
        for exchange in self.exchanges:
            problems = check_request(exchange.method, exchange.url, exchange.body)
            if exchange.complete:
                content = b"".join(exchange.reply)
                problems += check_reply(
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


class _Listening(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that is taken down as it is read."""

    def __init__(self, inner: Any, exchange: Exchange) -> None:
        self._inner = inner
        self._exchange = exchange

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._inner:
            self._exchange.reply.append(chunk)
            yield chunk
        self._exchange.complete = True

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._inner:
            self._exchange.reply.append(chunk)
            yield chunk
        self._exchange.complete = True

    def close(self) -> None:
        self._inner.close()

    async def aclose(self) -> None:
        await self._inner.aclose()
