"""A service that records its requests: it wraps another one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .http_messages import ServiceRequest, ServiceResponse
from .model import LocalModel
from .service import LocalService


@dataclass(slots=True)
class RecordedRequest:
    """One request that reached the service, and what became of it.

    Attributes:
        method: `GET`, `POST` or `DELETE`.
        path: The path below `/v1`, for example `/conversations/conv_1/items`.
        query: Name and value of each query parameter, in order.
        headers: The headers by their lower-case names; not shown by `repr`, as they hold the key.
        body: The bytes of the body.
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


class RecordingService:
    """A local service with a record of its requests.

    Attributes:
        service: The service that responds.
        requests: All requests so far, in order of arrival.
    """

    def __init__(self, service: LocalService) -> None:
        self.service = service
        self.requests: list[RecordedRequest] = []

    @property
    def model(self) -> LocalModel:
        """Return the local model, whose output can be scripted."""
        return self.service.model

    def handle(self, request: ServiceRequest, /) -> ServiceResponse:
        """Record the request and respond to it."""
        recorded = RecordedRequest(
            request.method, request.path, request.query, request.headers, request.body
        )
        self.requests.append(recorded)
        response = self._respond(request, recorded)
        recorded.status = response.status
        return response

    def close(self) -> None:
        """Close the service."""
        self.service.close()

    def _respond(self, request: ServiceRequest, recorded: RecordedRequest) -> ServiceResponse:
        return self.service.handle(request)
