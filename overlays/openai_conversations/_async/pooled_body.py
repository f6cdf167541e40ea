"""The body of a response in the pieces that come, on a connection of the pool."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import cast

import httpcore
import httpx

from .._transport.transport_errors import to_httpx_error


@dataclass(eq=False, repr=False)
class AsyncPooledBody(httpx.AsyncByteStream):
    """The body of a response; closing it gives its connection back.

    Attributes:
        core: The response.
        release: Gives the connection back; the argument is whether the response was closed.
        forget: Does so, in the garbage collector, if nobody has closed the body.
    """

    core: httpcore.Response
    release: Callable[[bool], Awaitable[None]]
    forget: Callable[[], None]

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in cast(AsyncIterable[bytes], self.core.stream):
                yield chunk
        except Exception as error:
            raise to_httpx_error(error) from error

    async def aclose(self) -> None:
        closed = False
        try:
            await self.core.aclose()
            closed = True
        finally:
            await self.release(closed)

    def __del__(self) -> None:
        self.forget()
