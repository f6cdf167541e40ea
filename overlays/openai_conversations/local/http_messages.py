"""HTTP requests and responses as the local service takes and gives them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Reversible, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol
from urllib.parse import parse_qsl

from .errors import to_service_error
from .json_body import encode_json

#: The path of the API's base URL; the paths of the OpenAPI document are below it.
PREFIX = "/v1"


@dataclass(slots=True)
class ServiceRequest:
    """One HTTP request.

    Attributes:
        method: The method, in capitals.
        path: The path without the query; it may be percent-encoded and may start with `/v1`.
        query: The decoded name and value of each query parameter, in order.
        headers: The headers by their lower-case names.
        body: The bytes of the body.
    """

    method: str
    path: str
    query: Sequence[tuple[str, str]]
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class ServiceResponse:
    """One HTTP response.

    Attributes:
        status: The HTTP status.
        headers: Name and value of each header.
        body: The bytes of the body, or an iterator that yields the events of a stream. A stream
            that is not read to its end must be closed.
        abort: Stops what a stream comes from, from any thread; its reader gets an error, if there
            is one. It does not close it.
    """

    status: int
    headers: list[tuple[str, str]]
    body: bytes | Iterator[bytes]
    abort: Callable[[], None] | None = None

    def close(self) -> None:
        """Close the body if it is a stream."""
        close_iterator(self.body)


class Service(Protocol):
    """An object that responds to requests: `LocalService`, or one that wraps it."""

    def body_limit(self, headers: Mapping[str, str], /) -> int: ...
    def handle(self, request: ServiceRequest, /) -> ServiceResponse: ...
    def handle_at_once(self, request: ServiceRequest, /) -> ServiceResponse | None: ...
    def close(self) -> None: ...


def to_headers(lines: Reversible[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return the headers of a request by their lower-case names; of repeated ones, the first."""
    return {_header_name(name): value.decode("latin-1") for name, value in reversed(lines)}


@lru_cache(maxsize=256)
def _header_name(raw: bytes) -> str:
    return raw.decode("latin-1").lower()


def to_query(raw: bytes) -> list[tuple[str, str]]:
    """Return the decoded names and values of a query as it is in a URL."""
    return parse_qsl(raw.decode("latin-1"), keep_blank_values=True) if raw else []


def declared_size(headers: Mapping[str, str]) -> int:
    """Return the length of a body that the headers tell, or 0 if they do not."""
    declared = headers.get("content-length", "")
    return int(declared) if declared.isdecimal() and len(declared) < 20 else 0


class EventStream(Iterator[bytes]):
    """Events as the bytes of a `text/event-stream`; `close` closes what they come from."""

    def __init__(self, events: Iterator[dict[str, Any]]) -> None:
        self._events = events
        self._bytes = self._encode()

    def __next__(self) -> bytes:
        return next(self._bytes)

    def close(self) -> None:
        """Drop the rest of the stream; the locks of its response are free when this returns."""
        self._bytes.close()
        close_iterator(self._events)

    def _encode(self) -> Generator[bytes]:
        count = 0
        try:
            for event in self._events:
                yield _encode_event(event)
                count += 1
        except Exception as error:
            # The status has been sent long ago; an error can only be an event now.
            fields = to_service_error(error).body()["error"]
            yield _encode_event(fields | {"type": "error", "sequence_number": count})


def _encode_event(event: dict[str, Any]) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (event["type"].encode(), encode_json(event))


def close_iterator(iterator: object) -> None:
    """Close an iterator that can be closed, as generators can."""
    getattr(iterator, "close", lambda: None)()
