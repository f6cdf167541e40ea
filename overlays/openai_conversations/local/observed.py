"""A service that remembers what it was asked and lets faults strike: what the fixtures hand out.

It is a service itself (`handle`, `close`), so the transports and the HTTP application take it in
place of the plain one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .faults import FAULT_HEADER, Faults
from .model import LocalModel
from .service import LocalService, ServiceReply, ServiceRequest

__all__ = ["ObservedService", "SeenRequest"]


@dataclass(slots=True)
class SeenRequest:
    """One request that reached the service, and what became of it.

    Attributes:
        method: `GET`, `POST` or `DELETE`.
        path: The path below `/v1`, for example `/conversations/conv_1/items`.
        query: Name and value of each query parameter, in order.
        headers: The headers by their lower-case names; not shown by `repr`, as they hold the key.
        body: The bytes of the body.
        status: The status of the answer, or None if no answer was sent.
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
        """The body as JSON, or None if there was none; a body that is no JSON raises ValueError."""
        return json.loads(self.body) if self.body else None


class ObservedService:
    """A local service with a record of its requests and a queue of faults.

    Attributes:
        service: The service that answers.
        faults: What is to go wrong, see `Faults`.
        requests: Every request so far, in order of arrival.
    """

    def __init__(self, service: LocalService) -> None:
        self.service = service
        self.faults = Faults()
        self.requests: list[SeenRequest] = []

    @property
    def model(self) -> LocalModel:
        """The local model, whose answers can be scripted."""
        return self.service.model

    def handle(self, request: ServiceRequest, /) -> ServiceReply:
        """Record the request and answer it, unless a fault is due.

        Raises:
            ConnectionLostError: If a fault closes the connection.
            AnswerTimedOutError: If a fault keeps the answer back.
        """
        seen = SeenRequest(
            request.method, request.path, request.query, request.headers, request.body
        )
        self.requests.append(seen)
        reply = self._answer(request, seen)
        seen.status = reply.status
        return reply

    def close(self) -> None:
        """Close the service."""
        self.service.close()

    def _answer(self, request: ServiceRequest, seen: SeenRequest) -> ServiceReply:
        fault = self.faults.take(request)
        if fault is None:
            return self.service.handle(request)
        reply: ServiceReply | None = None

        def answer() -> ServiceReply:
            nonlocal reply
            reply = self.service.handle(request)
            return reply

        seen.fault = fault.name
        struck = fault.effect(answer)
        if struck is not None:
            struck.headers.append((FAULT_HEADER, fault.name))
            return struck
        seen.fault = None
        self.faults.put_back(fault)
        return reply if reply is not None else self.service.handle(request)
