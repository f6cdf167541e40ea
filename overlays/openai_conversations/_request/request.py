"""A request before it is sent: for which operation, and the bytes that say so. Pure.

A request is put together from prepared bytes. `httpx.Client.build_request` would merge and encode
every part again, which costs as much as the rest of a request; it is used only with an
`http_client=`, whose own headers, cookies and parameters are to be kept.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Generic, NamedTuple, Protocol, TypeVar, cast

import httpx

from ..abort import AbortSignal
from .client_options import ClientOptions, longest, merge_headers, to_timeout
from .encoding import encode_query
from .library import library_of
from .types import Omit, Options, omit
from .validation import describe, invalid, is_mapping, mismatch

_T = TypeVar("_T")
ATTEMPT = "openai_conversations.attempt"
"""The key of an `Attempt` in `request.extensions`, which redirected requests share."""


class OperationRequest(NamedTuple, Generic[_T]):
    """A request for one operation, before it is encoded.

    Attributes:
        method: in capitals.
        path: below the base URL, percent-encoded, with a slash in front.
        query: encoded, without its question mark.
        body: the JSON value to send, or `omit`.
        decode: turns the JSON value of the response into the result.
        operation: its id in the spec, by which `strict` finds the schema; "" if it has none.
        headers: those that are parameters of the operation.
        stream: whether the response is a stream of events.
        unread: whether the body of the response is left to the caller. That of a stream always is.
        expected_id: the `id` that the response has if it is about what was asked for; None if the
            request names no such object.
    """

    method: str
    path: str
    query: str
    body: Any
    decode: Callable[[Any], _T]
    operation: str = ""
    headers: Sequence[tuple[bytes, bytes]] = ()
    stream: bool = False
    unread: bool = False
    expected_id: str | None = None


class _Stream(Protocol):
    def get_extra_info(self, info: str, /) -> object: ...


@dataclass(slots=True, eq=False, repr=False)
class Attempt:
    """One attempt at one request.

    Attributes:
        deadline: The moment (`time.monotonic`) by which the attempt must be over, or None.
        stream: The network stream that works for the attempt, once there is one.
        sent: Whether any byte of the request has been written; None with a transport that does not
            tell.
        bounded: Whether each step of the transport ends by the deadline, also one that is set late.
        interrupted: Whether `interrupt` has been called.
        whole: Whether the transport should read the whole body before it returns the response.
    """

    deadline: float | None = None
    stream: _Stream | None = None
    sent: bool | None = None
    bounded: bool = False
    interrupted: bool = False
    whole: bool = False

    def left(
        self, timeout: float | None, late: type[Exception] = httpx.ReadTimeout
    ) -> float | None:
        """Return how long one step may take: its own timeout, or less if the deadline is nearer.

        Raises:
            late: The deadline has passed. A step that need not wait would still be done in no time,
                and a server that keeps sending has the next one ready.
        """
        if self.deadline is None:
            return timeout
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise late("the attempt took longer than its timeout")
        return left if timeout is None or left < timeout else timeout

    def use(self, stream: _Stream) -> None:
        """Work with a network stream from now on; it is shut if the attempt was interrupted."""
        self.stream = stream
        if self.interrupted:
            shut_down(stream)

    def interrupt(self) -> None:
        """End the attempt from another thread: one that reads or writes for it sees the end."""
        self.interrupted = True
        if self.stream is not None:
            shut_down(self.stream)


def shut_down(stream: _Stream) -> None:
    """Shut the socket below a network stream, so that a thread blocked in it wakes up."""
    sock = stream.get_extra_info("socket")
    if isinstance(sock, socket.socket):
        with suppress(OSError):
            # SSLSocket.shutdown would take the TLS state from under the thread that reads.
            socket.socket.shutdown(sock, socket.SHUT_RDWR)


class PreparedRequest:
    """A request with everything that is the same for each attempt, checked and encoded."""

    __slots__ = (
        *("content", "headers", "method", "needs_key", "timeout", "to_headers", "total", "url"),
    )

    def __init__(
        self, client_options: ClientOptions, request: OperationRequest[Any], options: Options
    ) -> None:
        """Encode and check all parts of a request.

        Raises:
            InvalidArgumentError: an argument cannot be sent.
        """
        if not (options.abort is None or isinstance(cast(object, options.abort), AbortSignal)):
            raise invalid("abort", "an AbortSignal or None", options.abort)
        self.method = request.method
        extra = "" if options.extra_query is None else encode_query(options.extra_query)
        query = "&".join(filter(None, (client_options.query, request.query, extra)))
        address = f"{client_options.base_url}{request.path}"
        self.url = _url(f"{address}?{query}" if query else address)
        self.content = encode_body(request, options.extra_body)
        added: dict[str, tuple[bytes, bytes] | None] = {}
        if request.stream:
            added["accept"] = (b"Accept", b"text/event-stream, application/json")
        if self.content is not None:
            added["content-type"] = (b"Content-Type", b"application/json")
            added["content-length"] = (b"Content-Length", str(len(self.content)).encode())
        elif request.method != "GET":
            added["content-length"] = (b"Content-Length", b"0")
        for name, value in request.headers:
            added[name.decode().lower()] = (name, value)
        if options.extra_headers is not None:
            merge_headers(added, options.extra_headers, "extra_headers")
        self.headers = {**client_options.headers, **added} if added else client_options.headers
        self.to_headers = client_options.to_headers
        self.needs_key = "authorization" not in self.headers
        timeout = options.timeout
        if isinstance(timeout, Omit):
            self.timeout, self.total = client_options.timeouts, client_options.total
        else:
            self.timeout = to_timeout(timeout).as_dict()
            self.total = longest(self.timeout)

    def attempt(self, key: str) -> tuple[httpx.Request, Attempt]:
        """Return the request for one more attempt, and the state of that attempt.

        Args:
            key: the API key, if it is needed.
        """
        attempt = Attempt(None if self.total is None else time.monotonic() + self.total)
        headers = [line for line in self.headers.values() if line is not None]
        if self.needs_key:
            headers.append((b"Authorization", b"Bearer " + key.encode()))
        content = self.content or b""
        request = httpx.Request(
            self.method,
            self.url,
            headers=self.to_headers(tuple(headers)),
            stream=httpx.ByteStream(content),
            extensions={"timeout": self.timeout.copy(), ATTEMPT: attempt},
        )
        # As `request.read` would do, from an iterator over one piece.
        request._content = content  # pyright: ignore[reportPrivateUsage]
        return request, attempt

    def merge(
        self, http_client: httpx.Client | httpx.AsyncClient, request: httpx.Request
    ) -> httpx.Request:
        """Return the same request with what an `http_client=` adds to each."""
        headers = [(name, value) for name, value in request.headers.multi_items() if name != "host"]
        merged = http_client.build_request(
            self.method,
            str(self.url),
            headers=headers,
            content=self.content,
            extensions=request.extensions,
        )
        for name, line in self.headers.items():
            if line is None:
                merged.headers.pop(name, None)
        return merged


def set_content_length(request: httpx.Request) -> None:
    """Set the length to that of the content, whatever an interceptor made of either."""
    with suppress(library_of(request).RequestNotRead):  # a stream, which has no length
        length = str(len(request.content))
        if request.headers.get("content-length", "0") != length:
            request.headers["content-length"] = length


@lru_cache(maxsize=8)
def _url(address: str) -> httpx.URL:
    # Parsing a URL costs 15 µs, and a program goes back to the same few. One of them takes 2.5 kB,
    # so that a cache of those with a cursor would be seen to grow through a long list.
    try:
        return httpx.URL(address)
    except httpx.InvalidURL as error:
        received = f"one of {len(address):,} characters: {error}"
        raise mismatch("URL", "a valid URL", received) from None


def dumps(value: object) -> bytes:
    """Return `value` as compact JSON in UTF-8.

    The standard library decides about keys, dates and NaN, also where orjson writes.

    Raises:
        TypeError: something in it is not a JSON value.
        ValueError: a NaN, an infinity, a string that is not Unicode, or a value inside itself.
        RecursionError: it is nested too deeply.
    """
    return _dumps()(value)


@cache
def _dumps() -> Callable[[object], bytes]:
    # With the table of operations, which making a client need not load.
    from .generated import dumps

    return dumps


def encode_body(request: OperationRequest[Any], extra: object) -> bytes | None:
    """Return the body of a request as it is sent, with `extra_body` in it; None if it has none.

    Raises:
        InvalidArgumentError: JSON cannot hold it; `argument` is the place.
    """
    body = request.body
    if extra is not None:
        if request.method == "GET":
            raise invalid("extra_body", "None, since a GET request has no body", extra)
        if not is_mapping(extra):
            raise invalid("extra_body", "a mapping of JSON values", extra)
        merged: dict[str, object] = dict(body) if is_mapping(body) else {}
        merged.update(extra)
        body = {name: value for name, value in merged.items() if value is not omit}
    if isinstance(body, Omit):
        return None
    reason: str
    try:
        return dumps(body)
    except (TypeError, ValueError, RecursionError) as error:
        # Not `from None` alone: half a surrogate pair is told with the whole text beside it.
        reason = error.reason if isinstance(error, UnicodeEncodeError) else str(error)
    place = _place_of_error(body, "body").removeprefix("body.")
    raise mismatch(place, "a JSON value", reason)


def _place_of_error(value: object, place: str, depth: int = 20) -> str:
    """Return where in `value` the first thing is that JSON cannot say, down to so many levels.

    What holds itself has no end.
    """
    if is_mapping(value):
        inner = [(f"{place}.{_in_place(key)}", part) for key, part in value.items()]
    elif isinstance(value, list | tuple):
        inner = [(f"{place}[{i}]", v) for i, v in enumerate(cast("list[object]", value))]
    else:
        return place
    for where, part in inner:
        try:
            dumps(part)
        except (TypeError, ValueError):
            return _place_of_error(part, where, depth - 1) if depth else where
        except RecursionError:
            return where
    return f"{place} ({describe(cast(object, value))})"


def _in_place(key: object) -> str:
    return key if isinstance(key, str) and key.isidentifier() else describe(key)
