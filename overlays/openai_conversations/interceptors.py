"""Functions that run around each attempt at a request: `Client(interceptors=[...])`.

An interceptor gets the request and the rest of the chain, and returns a response. It runs for
every attempt, so also for each retry; the first one in `interceptors=[...]` is the outermost.

A header for every request, and a log of every response:

    def tenant(request: httpx.Request, send: Send) -> httpx.Response:
        request.headers["X-Tenant"] = current_tenant()
        return send(request)

    def timing(request: httpx.Request, send: Send) -> httpx.Response:
        start = time.perf_counter()
        response = send(request)
        print(request.method, request.url.path, response.status_code, time.perf_counter() - start)
        return response

    client = Client(interceptors=[tenant, timing])

A cache, for `AsyncClient`; what is not sent costs nothing:

    class Cache:
        def __init__(self) -> None:
            self.contents: dict[str, bytes] = {}

        async def __call__(self, request: httpx.Request, send: AsyncSend) -> httpx.Response:
            if request.method != "GET":
                return await send(request)
            url = str(request.url)
            if url not in self.contents:
                response = await send(request)
                if response.status_code != 200:
                    return response
                self.contents[url] = response.content
            return httpx.Response(200, content=self.contents[url], request=request)

The response that `send` returns has been read (`response.content`), unless the request streams.
One with an error status is returned like any other; a failed connection raises
`APIConnectionError`. An exception that an interceptor raises itself reaches the caller as it is,
and is not retried unless it is one of those.

With an `http_client=` of httpx2, requests and responses are httpx2's.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeAlias

import httpx


class _Response(Protocol):
    """A response of either library, as far as type checkers have to know one."""

    @property
    def status_code(self) -> int: ...

    @property
    def next_request(self) -> Any: ...


Send: TypeAlias = Callable[[httpx.Request], httpx.Response]
Interceptor: TypeAlias = (
    Callable[[httpx.Request, Send], httpx.Response]
    | Callable[[Any, Callable[[Any], Any]], _Response]
)
AsyncSend: TypeAlias = Callable[[httpx.Request], Awaitable[httpx.Response]]
AsyncInterceptor: TypeAlias = (
    Callable[[httpx.Request, AsyncSend], Awaitable[httpx.Response]]
    | Callable[[Any, Callable[[Any], Awaitable[Any]]], Awaitable[_Response]]
)
