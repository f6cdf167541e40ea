"""Server-sent events, from bytes to events and back: no I/O, no threads, no event loop.

Reads may cut the stream anywhere: within a UTF-8 character, within a line ending, within an event.
So bytes are collected until a whole event is there, and its data stays bytes. What the format is:
https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_BOM = b"\xef\xbb\xbf"
# Bytes of one event. An image takes 10 MB; without a limit, a peer decides how much memory is used.
_LONGEST = 64 * 2**20


# The one shape that the service sends: an event line, then one data line. To find a run of these at
# once takes a fifth of the time of a look at each block, and that was a sixth of "streamed event".
_COMMON_RUN = re.compile(rb"(?:event: (?!error\n).*\ndata: \S.*\n\n)*+")
_COMMON_DATA = re.compile(rb"\ndata: (.*)\n\n")


class ErrorData(bytes):
    """The data of an event that has the name `error`; the other names are in the data too."""

    __slots__ = ()


class SSEDecoder:
    """Feed it what was read; it hands back the data of the events that are complete by then.

    Of an event with several lines of data, these are joined by a newline.
    """

    __slots__ = ("_after_cr", "_at_start", "_parts", "_size")

    def __init__(self) -> None:
        # A list, since joining at every read would copy a long event again and again.
        self._parts: list[bytes] = []
        self._size = 0
        self._after_cr = False
        self._at_start = True

    def feed(self, chunk: bytes) -> list[bytes]:
        """Return the events that `chunk` completes, in order; often none.

        Lines that mean nothing are ignored, as the format demands, and so is an event without data.

        Raises:
            ValueError: An event does not end within 64 MiB.
        """
        if self._after_cr or b"\r" in chunk:
            chunk = self._with_plain_newlines(chunk)
        parts = self._parts
        if parts:
            straddles = chunk[:1] == b"\n" and parts[-1][-1:] == b"\n"
            if not straddles and b"\n\n" not in chunk:
                if chunk:
                    self._keep(chunk)
                return []
            parts.append(chunk)
            chunk = b"".join(parts)
            parts.clear()
        if self._at_start:
            # Three bytes may come in three reads, so wait until it is clear whether they are a BOM.
            if len(chunk) < len(_BOM) and _BOM.startswith(chunk):
                if chunk:
                    parts.append(chunk)
                return []
            self._at_start = False
            chunk = chunk.removeprefix(_BOM)
        common = _COMMON_RUN.match(chunk)
        end = common.end() if common else 0
        events: list[bytes] = _COMMON_DATA.findall(chunk, 0, end)
        *blocks, rest = chunk[end:].split(b"\n\n")
        self._size = 0
        if rest:
            self._keep(rest)
        events += [event for block in blocks if (event := _parse(block)) is not None]
        return events

    def end(self) -> list[bytes]:
        """Return the last event if the stream ended without the blank line after it.

        The format would drop it; some servers leave the blank line out after the last event.
        """
        rest = b"".join(self._parts)
        self._parts.clear()
        event = _parse(rest)
        return [] if event is None else [event]

    def _keep(self, part: bytes) -> None:
        self._parts.append(part)
        self._size += len(part)
        if self._size > _LONGEST:
            raise ValueError(f"an event is longer than {_LONGEST:,} bytes")

    def _with_plain_newlines(self, chunk: bytes) -> bytes:
        if not chunk:
            return chunk
        skip = self._after_cr and chunk[:1] == b"\n"
        self._after_cr = chunk[-1:] == b"\r"
        return chunk[skip:].replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def encode(event: Mapping[str, Any]) -> bytes:
    """Return an event of a response as the service would send it, and with its number as the id.

    A `type` that is not a word is left out of the line before the data, which it could end.
    """
    kind, number = event.get("type"), event.get("sequence_number")
    lines = [f"event: {kind}"] if isinstance(kind, str) and kind.isprintable() else []
    if isinstance(number, int):
        lines.append(f"id: {number}")
    # In ASCII: UTF-8 has no lone surrogates, which JSON may hold.
    data = json.dumps(event, separators=(",", ":"))
    return "\n".join([*lines, f"data: {data}\n\n"]).encode("ascii", "replace")


def _parse(block: bytes) -> bytes | None:
    name = b""
    lines: list[bytes] = []
    for line in block.split(b"\n"):
        field, _, value = line.partition(b":")
        if field == b"data":
            lines.append(value.removeprefix(b" "))
        elif field == b"event":
            name = value.removeprefix(b" ")
    data = b"\n".join(lines)
    if not data.strip():
        # Proxies send it to keep the connection alive; the format has no event there either.
        return None
    return ErrorData(data) if name == b"error" else data
