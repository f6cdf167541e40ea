# Made from _async/pooled_body.py by tools/unasync. Do not edit.
"""The body of a response in the pieces that come, on a connection of the pool."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import cast

import httpcore
import httpx

from .._transport.transport_errors import to_httpx_error


@dataclass(eq=False, repr=False)
class PooledBody(httpx.SyncByteStream):
    """The body of a response; closing it gives its connection back.

    Attributes:
        core: The response.
        release: Gives the connection back; the argument is whether the response was closed.
        forget: Does so, in the garbage collector, if nobody has closed the body.
    """

    core: httpcore.Response
    release: Callable[[bool], None]
    forget: Callable[[], None]

    def __iter__(self) -> Iterator[bytes]:
        try:
            for chunk in cast(Iterable[bytes], self.core.stream):
                yield chunk
        except Exception as error:
            raise to_httpx_error(error) from error

    def close(self) -> None:
        closed = False
        try:
            self.core.close()
            closed = True
        finally:
            self.release(closed)

    def __del__(self) -> None:
        self.forget()
