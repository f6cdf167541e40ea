"""Faults that a test asks for: what networks and busy servers do, on demand.

A fault is applied where the service responds, and only says what the network would have done
(`ConnectionLostError`, `ResponseTimeoutError`). So a test means the same in-process and over HTTP:
the one gives the httpx error of a real connection, the other really closes it or stays silent.
"""

from __future__ import annotations

import json
import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields
from fnmatch import fnmatchcase
from itertools import islice
from typing import Any

from .errors import ConnectionLostError, ResponseTimeoutError, ServiceError, check_argument
from .http_messages import ServiceRequest, ServiceResponse, close_iterator
from .json_body import encode_json
from .service import LocalService

# Every response that a fault made or changed carries its name, so that nobody takes such a response
# for a bug of the service, and a check against the OpenAPI document can leave it out.
FAULT_HEADER = "x-local-fault"

Respond = Callable[[], ServiceResponse]
Effect = Callable[[Respond], ServiceResponse | None]
LIST_ITEMS = "GET /conversations/*/items"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong, once.

    Attributes:
        name: Its name in `FAULT_HEADER` and in messages.
        on: The requests that it strikes: `"METHOD /path"` below `/v1`, `*` for anything.
        effect: Gets a function that lets the service respond, and returns the response to send, or
            None if the fault cannot strike this response (it then waits for a later one).
    """

    name: str
    on: str
    effect: Effect


class Faults:
    """The faults that are still to come, in the order in which they strike.

    Each method adds one fault, for the next request that fits `on` (`"METHOD /path"` below `/v1`,
    `*` for anything, for example `"POST /conversations/*/items"`); `times` for several. All raise
    `InvalidArgumentError` for arguments that no fault can have.
    """

    def __init__(self) -> None:
        # Each use of the list is one atomic step, so that threads need no lock.
        self._pending: list[Fault] = []

    @property
    def pending(self) -> tuple[Fault, ...]:
        """Return the faults that no request has met yet."""
        return tuple(self._pending)

    def clear(self) -> None:
        """Remove the faults that are still to come."""
        self._pending.clear()

    def add(self, fault: Fault, *, times: int = 1) -> None:
        """Add a fault of your own, `times` times."""
        check_argument("times", times >= 1, "1 or more", times)
        method, _, path = fault.on.partition(" ")
        fits = "*" in method or path.startswith(("/", "*"))
        # No server ever sees such a request: its fault would be missed without saying why.
        fits = fits and method == method.upper() and not path.startswith("/v1/")
        check_argument(
            "on", fits, "'METHOD /path' with the path below /v1, '*' for anything", fault.on
        )
        self._pending.extend([fault] * times)

    def response_lost(self, on: str = "*", *, times: int = 1) -> None:
        """Carry out the request, then close the connection without a response."""
        error = ConnectionLostError("Server disconnected without sending a response.")
        self.add(Fault("response_lost", on, _no_response(error)), times=times)

    def timeout(self, on: str = "*", *, committed: bool = False, times: int = 1) -> None:
        """Send no response; `committed` says whether the request is carried out all the same."""
        effect = _no_response(ResponseTimeoutError("timed out"), committed)
        self.add(Fault("timeout", on, effect), times=times)

    def rate_limited(self, on: str = "*", *, retry_after: float = 0.01, times: int = 1) -> None:
        """Respond with 429; `retry_after` (seconds) is `Retry-After` and `retry-after-ms`."""
        check_argument("retry_after", retry_after >= 0, "0 seconds or more", retry_after)
        headers = [
            ("retry-after", str(math.ceil(retry_after))),
            ("retry-after-ms", str(round(retry_after * 1000))),
        ]
        error = _error("rate_limited", 429, "requests", "rate_limit_exceeded", headers)
        self.add(Fault("rate_limited", on, error), times=times)

    def server_error(self, on: str = "*", *, status: int = 500, times: int = 1) -> None:
        """Respond with a status from 500 to 599 and carry out nothing."""
        check_argument("status", 500 <= status <= 599, "a status from 500 to 599", status)
        error = _error("server_error", status, "server_error", "server_error")
        self.add(Fault("server_error", on, error), times=times)

    def conversation_locked(self, on: str = "*", *, times: int = 1) -> None:
        """Respond with 400 `conversation_locked`: another request is working on it."""
        name = "conversation_locked"
        self.add(Fault(name, on, _error(name, 400, "invalid_request_error", name)), times=times)

    def cut_body(self, on: str = "*", *, after: int | None = None, times: int = 1) -> None:
        """Carry out the request, then close the connection in the middle of the response.

        `after` counts bytes, or events of a stream. Without it, half of the bytes or one event.
        """
        check_argument("after", after is None or after >= 0, "0 or more", after)

        def effect(respond: Respond) -> ServiceResponse:
            response = respond()
            if isinstance(response.body, bytes):
                keep = len(response.body) // 2 if after is None else after
                # The promised length stays: it tells a client that something is missing.
                response.body = _cut(iter([response.body[:keep]]), 1)
            else:
                response.body = _cut(response.body, 1 if after is None else after)
            return response

        self.add(Fault("cut_body", on, effect), times=times)

    def unknown_item(
        self, on: str = LIST_ITEMS, *, item: Mapping[str, Any] | None = None, times: int = 1
    ) -> None:
        """Add an item of an unknown type (or the `item` given) to a list of items."""
        extra = dict(item or {"type": "hologram", "id": "holo_1", "frames": [1, 2, 3]})

        def change(page: dict[str, Any]) -> None:
            data = page["data"]
            data.insert(len(data) // 2, extra)
            page["first_id"], page["last_id"] = data[0].get("id"), data[-1].get("id")

        self.add(Fault("unknown_item", on, _change_list(change)), times=times)

    def null_last_id(self, on: str = LIST_ITEMS, *, times: int = 1) -> None:
        """Make the `last_id` of a list of items null, as some servers send it."""
        change = _change_list(lambda page: page.update(last_id=None))
        self.add(Fault("null_last_id", on, change), times=times)

    def take(self, request: ServiceRequest) -> Fault | None:
        """Remove and return the first pending fault that is meant for this request."""
        target = f"{request.method} {request.path}"
        for fault in filter(lambda one: fnmatchcase(target, one.on), self.pending):
            with suppress(ValueError):  # another thread has just taken it
                self._pending.remove(fault)
                return fault
        return None

    def put_back(self, fault: Fault) -> None:
        """Keep a fault that could not strike for a later request."""
        self._pending.insert(0, fault)


@dataclass(slots=True)
class RecordedRequest:
    """One request that reached the service, and what became of it.

    Attributes:
        method, path, query, headers, body: Those of the `ServiceRequest`, the path below `/v1`;
            `repr` does not show the headers, as they hold the key.
        status: The status of the response, or None if none was sent.
        fault: The name of the fault that struck, if one did.
    """

    method: str
    path: str
    query: Sequence[tuple[str, str]]
    headers: Mapping[str, str] = field(repr=False)
    body: bytes
    status: int | None = None
    fault: str | None = None

    @property
    def json(self) -> Any:
        """Return the body as JSON, or None if there is none.

        Raises:
            ValueError: If the body is not JSON.
        """
        return json.loads(self.body) if self.body else None


class FaultInjectingService:
    """A service that records its requests and in which faults strike.

    The plugin's `conversations_local` is one.

    Attributes:
        service: The service that responds.
        model: Its model, whose output can be scripted.
        requests: All requests so far, in order of arrival.
        faults: The faults that are still to come.
    """

    def __init__(self, service: LocalService) -> None:
        self.service = service
        self.requests: list[RecordedRequest] = []
        self.faults = Faults()
        self.model = service.model

    def body_limit(self, headers: Mapping[str, str], /) -> int:
        """Return what the service says."""
        return self.service.body_limit(headers)

    def handle(self, request: ServiceRequest, /) -> ServiceResponse:
        """Record the request and respond to it."""
        recorded = RecordedRequest(*(getattr(request, one.name) for one in fields(request)))
        self.requests.append(recorded)
        handled: list[ServiceResponse] = []

        def respond() -> ServiceResponse:
            handled.append(self.service.handle(request))
            return handled[-1]

        struck: ServiceResponse | None = None
        # 1. No fault. 2. It raises: no response. 3. It returns one, of its own or the service's.
        if (fault := self.faults.take(request)) is not None:
            recorded.fault = fault.name
            struck = fault.effect(respond)
            if struck is not None:
                struck.headers.append((FAULT_HEADER, fault.name))
            else:  # 4. It cannot strike this response, and waits for a later one.
                recorded.fault = None
                self.faults.put_back(fault)
        response = struck or (handled[-1] if handled else respond())
        recorded.status = response.status
        return response

    def handle_at_once(self, request: ServiceRequest, /) -> None:
        """Return None: a fault of a test may wait for anything."""

    def close(self) -> None:
        """Close the service."""
        self.service.close()


def _no_response(error: Exception, committed: bool = True) -> Effect:
    def effect(respond: Respond) -> ServiceResponse:
        if committed:
            response = respond()
            # Read to its end, though its client never sees it, so that it is committed.
            deque(() if isinstance(response.body, bytes) else response.body, maxlen=0)
            response.close()
        raise error

    return effect


def _cut(chunks: Iterator[bytes], keep: int) -> Iterator[bytes]:
    """Yield the first `keep` chunks, then lose the connection."""
    try:
        yield from islice(chunks, keep)
        raise ConnectionLostError("peer closed connection without sending complete message body")
    finally:
        close_iterator(chunks)


def _error(
    name: str, status: int, type: str, code: str, headers: Iterable[tuple[str, str]] = ()
) -> Effect:
    error = ServiceError(status, f"Asked for by a test: {name}.", type=type, code=code)
    fixed = [("content-type", "application/json"), ("x-request-id", f"req_{name}")]
    return lambda _: ServiceResponse(status, [*fixed, *headers], encode_json(error.body()))


def _change_list(change: Callable[[dict[str, Any]], None]) -> Effect:
    """Return an effect that changes the response if it is a list."""

    def effect(respond: Respond) -> ServiceResponse | None:
        response = respond()
        if response.status != 200 or not isinstance(response.body, bytes):
            return None
        page = json.loads(response.body)
        if page.get("object") != "list":
            return None
        change(page)
        body = encode_json(page)
        length = {"content-length": str(len(body))}
        return ServiceResponse(200, [*(dict(response.headers) | length).items()], body)

    return effect
