"""Faults that a test can ask for: what networks and busy servers do, on demand.

One place for both ways in. A fault is applied where the service answers, and only says what the
network would have done (`ConnectionLostError`, `AnswerTimedOutError`). The in-process transport
turns that into the httpx error which a real connection gives; the HTTP application really closes
the connection, or really stays silent. So a test means the same over either.
"""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from ..errors import InvalidArgumentError
from .offload import close_body
from .service import ServiceReply, ServiceRequest

__all__ = ["FAULT_HEADER", "AnswerTimedOutError", "ConnectionLostError", "Fault", "Faults"]

# Every answer that a fault made or changed carries its name, so that nobody takes such an answer
# for a mistake of the service, and a check against the document can leave it out.
FAULT_HEADER = "x-local-fault"

Answer = Callable[[], ServiceReply]
LIST_ITEMS = "GET /conversations/*/items"


class ConnectionLostError(Exception):
    """The connection is closed before the whole answer has gone out."""


class AnswerTimedOutError(Exception):
    """No answer will come; the caller waits until its own time-out."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong, once.

    Attributes:
        name: What it is called in `FAULT_HEADER` and in messages.
        on: Which requests it strikes: `"METHOD /path"` below `/v1`, where `*` stands for anything.
        effect: Gets a function that lets the service answer, and gives the reply to send, or None
            if that reply is none that the fault can strike (it then waits for a later one).
    """

    name: str
    on: str
    effect: Callable[[Answer], ServiceReply | None]

    def strikes(self, request: ServiceRequest) -> bool:
        """Whether it is meant for this request."""
        return fnmatchcase(f"{request.method} {request.path}", self.on)


class Faults:
    """The faults that are still to come, struck in the order in which they were asked for.

    Each method asks for one fault, on the next request that fits `on` (`"METHOD /path"` below
    `/v1`, `*` for anything, for example `"POST /conversations/*/items"`); `times` for several.
    An argument that cannot be raises InvalidArgumentError.
    """

    def __init__(self) -> None:
        self._pending: list[Fault] = []
        self._lock = threading.Lock()

    @property
    def pending(self) -> tuple[Fault, ...]:
        """The faults that no request has met yet."""
        with self._lock:
            return tuple(self._pending)

    def clear(self) -> None:
        """Forget the faults that are still to come."""
        with self._lock:
            self._pending.clear()

    def add(self, fault: Fault, *, times: int = 1) -> None:
        """Ask for a fault of your own making, `times` times."""
        _check("times", times >= 1, "1 or more", times)
        method, _, path = fault.on.partition(" ")
        fits = "*" in method or path.startswith(("/", "*"))
        # A request that no server sees: its fault would be missed without saying why.
        fits = fits and method == method.upper() and not path.startswith("/v1/")
        _check("on", fits, "'METHOD /path' with the path below /v1, '*' for anything", fault.on)
        with self._lock:
            self._pending.extend([fault] * times)

    def answer_lost(self, on: str = "*", *, times: int = 1) -> None:
        """The request is carried out, then the connection closes without an answer."""

        def effect(answer: Answer) -> ServiceReply:
            _finish(answer())
            raise ConnectionLostError("Server disconnected without sending a response.")

        self.add(Fault("answer_lost", on, effect), times=times)

    def timeout(self, on: str = "*", *, committed: bool = False, times: int = 1) -> None:
        """No answer comes; `committed` says whether the request was carried out all the same."""

        def effect(answer: Answer) -> ServiceReply:
            if committed:
                _finish(answer())
            raise AnswerTimedOutError("timed out")

        self.add(Fault("timeout", on, effect), times=times)

    def rate_limited(self, on: str = "*", *, retry_after: float = 0.01, times: int = 1) -> None:
        """Status 429; `retry_after` in seconds, sent as `Retry-After` and `retry-after-ms`."""
        _check("retry_after", retry_after >= 0, "0 seconds or more", retry_after)
        headers = [
            ("retry-after", str(math.ceil(retry_after))),
            ("retry-after-ms", str(round(retry_after * 1000))),
        ]
        self._refuse("rate_limited", on, times, 429, "rate_limit_exceeded", "requests", headers)

    def server_error(self, on: str = "*", *, status: int = 500, times: int = 1) -> None:
        """A status from 500 to 599; nothing was carried out."""
        _check("status", 500 <= status <= 599, "a status from 500 to 599", status)
        self._refuse("server_error", on, times, status, "server_error", "server_error", [])

    def conversation_locked(self, on: str = "*", *, times: int = 1) -> None:
        """Status 400 with code `conversation_locked`: another request is at work on it."""
        self._refuse(
            "conversation_locked",
            on,
            times,
            400,
            "conversation_locked",
            "invalid_request_error",
            [],
        )

    def cut_body(self, on: str = "*", *, after: int | None = None, times: int = 1) -> None:
        """The request is carried out; the connection closes in the middle of the answer.

        `after` counts bytes, or events of a stream. Without it, half of the bytes or one event.
        """
        _check("after", after is None or after >= 0, "0 or more", after)

        def effect(answer: Answer) -> ServiceReply:
            reply = answer()
            if isinstance(reply.body, bytes):
                keep = len(reply.body) // 2 if after is None else after
                # The length that was promised is what tells a client that something is missing.
                reply.headers = _without_length(reply.headers)
                reply.headers.append(("content-length", str(len(reply.body))))
                reply.body = _cut(iter([reply.body[:keep]]), 1)
            else:
                reply.body = _cut(reply.body, 1 if after is None else after)
            return reply

        self.add(Fault("cut_body", on, effect), times=times)

    def unknown_item(
        self, on: str = LIST_ITEMS, *, item: Mapping[str, Any] | None = None, times: int = 1
    ) -> None:
        """A list of items also holds one of a type that nobody knows (or the `item` given)."""
        extra = dict(item or {"type": "hologram", "id": "holo_1", "frames": [1, 2, 3]})

        def change(page: dict[str, Any]) -> None:
            data = page["data"]
            data.insert(len(data) // 2, extra)
            page["first_id"], page["last_id"] = data[0].get("id"), data[-1].get("id")

        self.add(Fault("unknown_item", on, _change_list(change)), times=times)

    def null_last_id(self, on: str = LIST_ITEMS, *, times: int = 1) -> None:
        """A list of items leaves its cursor out: `last_id` is null, as some servers send it."""

        def change(page: dict[str, Any]) -> None:
            page["last_id"] = None

        self.add(Fault("null_last_id", on, _change_list(change)), times=times)

    def take(self, request: ServiceRequest) -> Fault | None:
        """Take the first pending fault that is meant for this request."""
        with self._lock:
            for index, fault in enumerate(self._pending):
                if fault.strikes(request):
                    return self._pending.pop(index)
        return None

    def put_back(self, fault: Fault) -> None:
        """Keep a fault, which had nothing to strike, for a later request."""
        with self._lock:
            self._pending.insert(0, fault)

    def _refuse(
        self,
        name: str,
        on: str,
        times: int,
        status: int,
        code: str,
        type_: str,
        headers: list[tuple[str, str]],
    ) -> None:
        error = {"message": f"Asked for by a test: {name}.", "type": type_, "param": None}
        body = json.dumps({"error": {**error, "code": code}}).encode()

        def effect(answer: Answer) -> ServiceReply:
            fixed = [("content-type", "application/json"), ("x-request-id", f"req_{name}")]
            return ServiceReply(status, fixed + headers, body)

        self.add(Fault(name, on, effect), times=times)


def _check(argument: str, fits: bool, expected: str, received: object) -> None:
    if not fits:
        raise InvalidArgumentError(argument, expected=expected, received=repr(received))


def _finish(reply: ServiceReply) -> None:
    """Let a reply whose receiver never sees it run to its end: what it commits is committed."""
    if not isinstance(reply.body, bytes):
        for _ in reply.body:
            pass
    close_body(reply.body)


def _cut(chunks: Iterator[bytes], keep: int) -> Iterator[bytes]:
    """Give the first `keep` chunks, then the connection is gone."""
    try:
        for _ in range(keep):
            chunk = next(chunks, None)
            if chunk is None:
                break
            yield chunk
        raise ConnectionLostError("peer closed connection without sending complete message body")
    finally:
        close_body(chunks)


def _change_list(
    change: Callable[[dict[str, Any]], None],
) -> Callable[[Answer], ServiceReply | None]:
    """An effect that rewrites the answer if it is a list, and otherwise has nothing to strike."""

    def effect(answer: Answer) -> ServiceReply | None:
        reply = answer()
        if reply.status != 200 or not isinstance(reply.body, bytes):
            return None
        page = json.loads(reply.body)
        if page.get("object") != "list":
            return None
        change(page)
        reply.headers = _without_length(reply.headers)
        reply.body = json.dumps(page).encode()
        return reply

    return effect


def _without_length(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in headers if name.lower() != "content-length"]
