"""The local service: a request in, an answer out, and nothing about how either travels.

The in-process transport of ``Client.local()``, the HTTP server and the pytest plugin are all thin
shells around ``LocalService.handle``.
"""

from __future__ import annotations

import hmac
import logging
import os
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._schema import Operation, match, methods, problems
from ..errors import InvalidArgumentError
from .call import Call
from .conversations import Conversations
from .database import Database
from .errors import ServiceError, invalid, misfit
from .leases import Leases
from .model import LocalModel, ModelCallable
from .normalise import as_documented
from .query import read_query
from .responses import Responses
from .store import Store
from .wire import MAX_BODY, dump, load_object

logger = logging.getLogger(__name__)

Answer = dict[str, Any] | Iterator[dict[str, Any]]
Headers = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ServiceRequest:
    """One HTTP request. ``headers`` have lower-case names; ``path`` has no query, may be
    percent-encoded, and may start with ``/v1``; ``query`` is decoded."""

    method: str
    path: str
    query: Sequence[tuple[str, str]]
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class ServiceReply:
    """One HTTP answer. An iterator as ``body`` yields the server-sent events of a stream, and
    has a ``close`` that must be called when it is not read to the end."""

    status: int
    headers: Headers
    body: bytes | Iterator[bytes]


class LocalService:
    """OpenAI's Conversations and Responses, on this machine, for development and tests.

    ``path`` is the SQLite file that keeps everything (several processes may use one file), or
    None to keep it in memory. With ``api_key`` every request needs it as a bearer token.
    ``model`` is a LocalModel to script, or a callable (see ``ModelCallable``); ``clock`` gives
    Unix time in seconds. A request body of more than ``max_body`` bytes is refused. Raises
    StoreError when the file cannot be used, InvalidArgumentError for a wrong argument. Thread-safe.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        api_key: str | None = None,
        model: LocalModel | ModelCallable | None = None,
        clock: Callable[[], float] = time.time,
        max_body: int = MAX_BODY,
    ) -> None:
        if model is not None and not isinstance(model, LocalModel) and not callable(model):
            raise InvalidArgumentError(
                "model", expected="a LocalModel or a callable", received=type(model).__name__
            )
        if api_key == "":
            raise InvalidArgumentError("api_key", expected="None or a key", received="''")
        self._model = model if isinstance(model, LocalModel) else LocalModel(model)
        self._api_key = api_key
        self._max_body = max_body
        self._database = Database(path)
        store = Store(self._database)
        leases = Leases(store, clock)
        conversations = Conversations(store, leases, clock)
        responses = Responses(store, leases, self._model, clock)
        self._rules: dict[str, Callable[[Call], Answer]] = {
            "createConversation": conversations.create,
            "getConversation": conversations.retrieve,
            "updateConversation": conversations.update,
            "deleteConversation": conversations.delete,
            "createConversationItems": conversations.create_items,
            "listConversationItems": conversations.list_items,
            "getConversationItem": conversations.retrieve_item,
            "deleteConversationItem": conversations.delete_item,
            "createResponse": responses.create,
            "getResponse": responses.retrieve,
            "deleteResponse": responses.delete,
            "cancelResponse": responses.cancel,
            "listInputItems": responses.list_input_items,
            "getInputTokenCounts": responses.count_tokens,
            "compactConversation": responses.compact,
        }

    @property
    def model(self) -> LocalModel:
        """The model that answers; its queue scripts the next responses."""
        return self._model

    def close(self) -> None:
        """Close the store. A request after that is answered with a 503."""
        self._database.close()

    def handle(self, request: ServiceRequest) -> ServiceReply:
        """Answer a request. Never raises: whatever is wrong with it becomes a 4xx."""
        started = time.perf_counter()
        headers: Headers = [("x-request-id", f"req_{secrets.token_hex(16)}")]
        status = 200
        body: bytes | Iterator[bytes]
        try:
            self._authorise(request.headers)
            answer = self._answer(request)
            body = dump(answer) if isinstance(answer, dict) else EventStream(answer)
        except Exception as error:
            refusal = _refusal(error)
            status, body = refusal.status, dump(refusal.body())
            if status == 405:
                headers.append(("allow", ", ".join(methods(_relative(request.path)))))
            if status == 401:
                headers.append(("www-authenticate", "Bearer"))
        media_type = "application/json" if isinstance(body, bytes) else "text/event-stream"
        elapsed = round((time.perf_counter() - started) * 1000)
        headers += [("content-type", media_type), ("openai-processing-ms", str(elapsed))]
        if isinstance(body, bytes):
            headers.append(("content-length", str(len(body))))
        else:
            headers.append(("cache-control", "no-cache"))
        return ServiceReply(status, headers, body)

    def _authorise(self, headers: Mapping[str, str]) -> None:
        if self._api_key is None:
            return
        scheme, _, token = headers.get("authorization", "").partition(" ")
        # Compared in constant time, and as bytes because str must be ASCII for that.
        given, wanted = token.strip().encode(errors="replace"), self._api_key.encode()
        if scheme.lower() != "bearer" or not hmac.compare_digest(given, wanted):
            message = "Missing or wrong API key: send it as 'Authorization: Bearer <key>'."
            raise ServiceError(401, message, code="invalid_api_key")

    def _answer(self, request: ServiceRequest) -> Answer:
        path = _relative(request.path)
        hit = match(request.method, path)
        if hit is None:
            wanted = f"{request.method} {request.path:.200}"
            if methods(path):
                raise ServiceError(405, f"Not allowed to {wanted}.", code="method_not_allowed")
            raise ServiceError(404, f"Unknown request URL: {wanted}.", code="unknown_url")
        operation, values = hit
        query = read_query(operation, request.query)
        body = self._body(operation, request)
        return self._rules[operation.id](Call(values, query, body))

    def _body(self, operation: Operation, request: ServiceRequest) -> dict[str, Any]:
        if operation.body is None:
            return {}
        if request.body.strip():
            body = load_object(request.body, request.headers, self._max_body)
        elif operation.body_required:
            raise invalid(None, "A JSON body is required.", "missing_required_parameter")
        else:
            body = {}
        for name in ("items", "input"):
            if isinstance(body.get(name), list):
                body[name] = [as_documented(item) for item in body[name]]
        if found := problems(operation.body, body):
            raise misfit(found)
        return body


class EventStream(Iterator[bytes]):
    """Events as the bytes of a ``text/event-stream``; ``close`` closes what they come from."""

    def __init__(self, events: Iterator[dict[str, Any]]) -> None:
        self._events = events
        self._over = False
        self._count = 0

    def __next__(self) -> bytes:
        if self._over:
            raise StopIteration
        try:
            event = next(self._events)
        except StopIteration:
            self._over = True
            raise
        except Exception as error:
            # The status is long sent; an error can only be an event now.
            self._over = True
            fields = _refusal(error).body()["error"]
            event = fields | {"type": "error", "sequence_number": self._count}
        self._count += 1
        name: str = event["type"]
        return b"event: " + name.encode() + b"\ndata: " + dump(event) + b"\n\n"

    def close(self) -> None:
        """Drop the rest of the stream; what it held is free when this returns."""
        self._over = True
        close = getattr(self._events, "close", None)
        if close is not None:
            close()


def _relative(path: str) -> str:
    return path.removeprefix("/v1") if path == "/v1" or path.startswith("/v1/") else path


def _refusal(error: Exception) -> ServiceError:
    """What the caller is told of an exception."""
    if isinstance(error, ServiceError):
        return error
    if isinstance(error, RecursionError):
        return invalid(None, "The request is nested too deeply.", "invalid_json")
    logger.error("The local service failed", exc_info=error)
    if isinstance(error, sqlite3.Error):
        return ServiceError(503, f"The store of the local service: {error}.", type="server_error")
    return ServiceError(500, "The local service failed; its log says why.", type="server_error")
