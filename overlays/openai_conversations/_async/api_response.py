"""A response whose body has not been read yet: what `with_streaming_response` gives."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Generic, TypeVar, cast

from .._request.validation import check_positive, describe_path, invalid, mismatch
from .._response.raw_response import Head, RawResponse
from .._transport.concurrency_async import AsyncBlock, open_file
from ..abort import AbortSignal
from .body_reader import AsyncBodyReader
from .streams import AsyncStream

_T = TypeVar("_T")
_WRITABLE = "the path of a file that can be written"


class AsyncAPIResponse(Head, Generic[_T]):
    """Status and headers of a response, its body as you read it, and the result on demand.

    The names are openai-python's. The body can be taken once in pieces, or be kept by `read` (and
    so by `text`, `json` and `parse`) and then be had as often as you like. Each read has the
    timeout of a read; the whole may take as long as it takes.

    Everything that reads raises `APITimeoutError` or another `APIConnectionError` if the body does
    not come to its end, `RequestAbortedError` if the request's `abort` is set, and `OpenAIError` if
    the body is gone: taken in pieces, or closed.
    """

    __slots__ = ("_body", "_events", "_raw", "_stream")

    def __init__(
        self, raw: RawResponse[_T], abort: AbortSignal | None, *, events: bool = False
    ) -> None:
        """Wrap a response.

        Args:
            raw: the response, with nothing of its body read.
            abort: ends the reading when it is set.
            events: whether the result is a stream of events, which does the reading itself.
        """
        super().__init__(raw.http_response, raw.retries_taken)
        self._raw = raw
        self._body = AsyncBodyReader(raw.http_response, abort, raw.retries_taken)
        self._events = events
        self._stream: Any = None

    def __reduce__(self) -> Any:
        """Raise `InvalidArgumentError`, a `TypeError`: the body is still on its connection."""
        expected, name = "an object to pickle", f"this {type(self).__name__}"
        raise mismatch(name, expected, "an open response: use with_raw_response")

    async def read(self) -> bytes:
        """Return the whole body, decompressed."""
        await self._body.read()
        return self.http_response.content

    async def text(self) -> str:
        """Return the whole body as text."""
        await self._body.read()
        return self.http_response.text

    async def json(self) -> Any:
        """Return the body's JSON value; raise `APIResponseValidationError` if it is not JSON."""
        await self._body.read()
        return self._raw.json()

    async def parse(self) -> _T:
        """Return what the same method without `with_streaming_response` returns.

        A stream of events is always the same one, and is closed with this response.

        Raises:
            APIResponseValidationError: the body is not JSON or has another form.
        """
        if not self._events:
            await self._body.read()
            return self._raw.parse()
        if self._stream is None:
            # Kept: a second one would find the body gone.
            self._stream = self._raw.parse()
        return cast(_T, self._stream)

    def iter_bytes(self, chunk_size: int | None = None) -> AsyncIterator[bytes]:
        """Iterate over the body, decompressed, in pieces.

        Args:
            chunk_size: bytes in each piece but the last; None gives them as they come.
        """
        size = check_positive(chunk_size, "chunk_size")
        return self._body.pieces(self.http_response.aiter_bytes(size))

    def iter_text(self, chunk_size: int | None = None) -> AsyncIterator[str]:
        """Iterate over the body as text, in pieces; none ends within a character.

        Args:
            chunk_size: characters in each piece but the last; None gives them as they come.
        """
        size = check_positive(chunk_size, "chunk_size")
        return self._body.pieces(self.http_response.aiter_text(size))

    def iter_lines(self) -> AsyncIterator[str]:
        """Iterate over the body's lines, without what ends them."""
        return self._body.pieces(self.http_response.aiter_lines())

    async def stream_to_file(
        self, file: str | os.PathLike[str], *, chunk_size: int | None = None
    ) -> None:
        """Write the body to a file as it comes. If it breaks off, the file has what had come.

        Args:
            file: its path; what is there is overwritten.
            chunk_size: as for `iter_bytes`.

        Raises:
            InvalidArgumentError: the file cannot be written.
        """
        if not isinstance(file, str | os.PathLike):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise invalid("file", _WRITABLE, file)
        pieces = self.iter_bytes(chunk_size)
        try:
            async with await open_file(file, "wb") as opened:
                async for piece in pieces:
                    await opened.write(piece)
        except (OSError, ValueError) as error:
            received = f"{describe_path(file)} ({getattr(error, 'strerror', None) or error})"
            raise mismatch("file", _WRITABLE, received) from None

    async def close(self) -> None:
        """Give the body up. The connection is closed, unless everything had been read."""
        if self._stream is not None:
            await self._stream.close()
        await self._body.close()


_OpenedT = TypeVar("_OpenedT", bound=AsyncAPIResponse[Any] | AsyncStream[Any])


class AsyncResponseContextManager(AsyncBlock, Generic[_OpenedT]):
    """`async with` sends the request and gives what it opens; leaving the block closes that."""

    def __init__(self, send: Callable[[], Awaitable[_OpenedT]]) -> None:
        self._send = send
        self._opened: _OpenedT | None = None

    async def __aenter__(self) -> _OpenedT:
        self._opened = opened = await self._send()
        return opened

    async def __aexit__(self, *exc: object) -> None:
        if self._opened is not None:
            await self._opened.close()
