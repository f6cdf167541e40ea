"""A response whose whole body is here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import httpx


class WholeResponse(httpx.Response):
    """An `httpx.Response` that has been read.

    Without a content encoding there is nothing to decode, and the bytes are put where `read` puts
    them. The way there through its generators costs 22 µs, a twelfth of a GET.

    Raises:
        httpx.DecodingError: The content is not in the encoding that the headers name.
    """

    def __init__(
        self,
        status: int,
        headers: Sequence[tuple[bytes, bytes]],
        content: bytes,
        extensions: Mapping[str, Any],
    ) -> None:
        stream = httpx.ByteStream(content)
        super().__init__(status, headers=headers, stream=stream, extensions=dict(extensions))
        if "content-encoding" in self.headers:
            self.read()
        else:
            self._content = content
            self._num_bytes_downloaded = len(content)
            self.is_closed = self.is_stream_consumed = True
