"""The body of a response: decoded in the same way for every transport, and a whole one.

httpx would decode any number of encodings, one on top of the other, and to any size: of two layers
of gzip, 824 bytes become 400 MiB. It also takes a body that is cut for one that has ended.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, cast

import httpx

from .._request.library import library_of

# Bytes that a body may always decode to, and how many times its own size beyond that. Measured on
# pages and streams: 20 to 85 times, where one text is in all items; DEFLATE ends at 1030.
_FREE = 64 * 2**20
_RATIO = 200
_GZIP, _ZLIB, _RAW = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS
_NO_HEADERS = httpx.Headers()  # what is copied is not looked at


class ContentDecoder:
    """Decodes gzip and deflate, the encodings that are asked for; one of httpx's decoders.

    Args:
        codings: The values of Content-Encoding, in order.
    """

    def __init__(self, codings: list[str]) -> None:
        named = (name for name in map(str.lower, codings) if name not in ("", "identity"))
        self._coding = ", ".join(named)
        self._inflater: zlib._Decompress | None = None  # pyright: ignore[reportPrivateUsage]
        self._taken = self._given = 0

    def decode(self, data: bytes) -> bytes:
        """Return what the next bytes of the body mean.

        Raises:
            httpx.DecodingError: They are not in the encoding, which is not one that was asked for,
                or mean too much.
        """
        self._taken += len(data)
        if not self._coding:
            return data
        pieces: list[bytes] = []
        while data:
            if self._inflater is None:
                self._inflater = zlib.decompressobj(self._window(data))
            limit = max(_FREE, self._taken * _RATIO) - self._given
            try:
                piece = self._inflater.decompress(data, limit + 1)
            except zlib.error as error:
                raise httpx.DecodingError(f"the body is not {self._coding}: {error}") from None
            if len(piece) > limit:
                raise httpx.DecodingError(
                    f"{self._taken:,} bytes of {self._coding} are more than {self._given + limit:,}"
                )
            self._given += len(piece)
            pieces.append(piece)
            data = self._inflater.unused_data
            if self._inflater.eof and data:
                if self._coding == "deflate":
                    raise httpx.DecodingError("the body goes on after the end of its encoding")
                # A file of several gzip members, one after the other (RFC 1952, 2.2).
                self._inflater = None
        return b"".join(pieces)

    def flush(self) -> bytes:
        """Return nothing, at the end of the body.

        Raises:
            httpx.DecodingError: The body is cut.
        """
        if self._coding and self._taken and not (self._inflater and self._inflater.eof):
            raise httpx.DecodingError(f"the body ended within its encoding ({self._coding})")
        return b""

    def _window(self, data: bytes) -> int:
        if self._coding in ("gzip", "x-gzip"):
            return _GZIP
        if self._coding == "deflate":
            # Some servers leave out the header of zlib, whose first byte ends in an 8.
            return _ZLIB if data[0] & 15 == 8 else _RAW
        raise httpx.DecodingError(
            f"the body is encoded: expected gzip or deflate, got {self._coding}"
        )


def set_decoder(response: httpx.Response) -> None:
    """Have the body of a response, which has not been read, decoded by a `ContentDecoder`."""
    if "content-encoding" in response.headers:
        decoder = ContentDecoder(response.headers.get_list("content-encoding", split_commas=True))
        # Where httpx keeps the decoder that it makes of the headers with the first read.
        response._decoder = cast(  # pyright: ignore[reportPrivateUsage]
            Any, _InPieces(decoder) if _takes_pieces(library_of(response)) else decoder
        )


class _InPieces:
    """A decoder for httpx2, which since 2.12 iterates over what it returns."""

    def __init__(self, decoder: ContentDecoder) -> None:
        self._decoder = decoder

    def decode(self, data: bytes) -> Iterator[bytes]:
        yield self._decoder.decode(data)

    def flush(self) -> Iterator[bytes]:
        yield self._decoder.flush()


@cache
def _takes_pieces(library: Any) -> bool:
    # By the decoder that it makes where there is no encoding.
    return not isinstance(library.Response(200)._get_content_decoder().flush(), bytes)


class WholeResponse(httpx.Response):
    """An `httpx.Response` that has been read.

    Without a content encoding there is nothing to decode, and the bytes are put where `read` puts
    them. The way there through its generators costs 22 µs, a twelfth of a GET. So are the headers,
    which httpx would look at one by one, 5 % of the row "async GET".

    Raises:
        httpx.DecodingError: The content is not in the encoding that the headers name, or that is
            not one which was asked for.
    """

    def __init__(
        self,
        status: int,
        headers: Sequence[tuple[bytes, bytes]],
        content: bytes,
        extensions: Mapping[str, Any],
    ) -> None:
        prepared, encoded = httpx.Headers(_NO_HEADERS), False
        lines = prepared._list  # pyright: ignore[reportPrivateUsage]
        for name, value in headers:
            key = name.lower()
            lines.append((name, key, value))
            encoded = encoded or key == b"content-encoding"
        stream = httpx.ByteStream(content)
        super().__init__(status, headers=prepared, stream=stream, extensions=dict(extensions))
        if encoded:
            set_decoder(self)
            self.read()
        else:
            self._content = content
            self._num_bytes_downloaded = len(content)
            self.is_closed = self.is_stream_consumed = True
