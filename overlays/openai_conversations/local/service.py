"""The local service: a request in, a response out, and nothing about how either travels.

The in-process transport of `Client.local()`, the HTTP server and the pytest plugin are thin layers
around `LocalService.handle`.
"""

from __future__ import annotations

import hmac
import os
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from .._request.client_options import check_key
from .._schema.document import match, methods
from .conversations import Conversations
from .errors import ServiceError, check_argument, to_service_error
from .http_messages import (
    PREFIX,
    EventStream,
    ServiceRequest,
    ServiceResponse,
    declared_size,
)
from .json_body import JsonText, encode_json, encode_response
from .locks import Locks
from .model import LocalModel, ModelCallable
from .newer import Newer
from .response_fields import fitted
from .responses import Responses
from .routing import RoutedRequest, route
from .store import Store

__all__ = ["LocalService", "ServiceRequest", "ServiceResponse"]

#: A request has at most a few files of the size that the OpenAPI document allows (70 MiB each).
MAX_BODY = 256 * 2**20
#: The operations that read the store and do nothing else.
READS = frozenset({
    "listConversations", "getConversation", "listConversationItems", "getConversationItem",
    "listInputItems",
})  # fmt: skip
#: What an operation returns: the JSON body of a 200, or the events of a stream.
Result = dict[str, Any] | JsonText | Iterator[dict[str, Any]]


class LocalService:
    """OpenAI's Conversations and Responses, on this machine, for development and tests.

    Thread-safe.

    Args:
        path: The SQLite file that keeps everything (several processes may use one file), or None
            to keep it in memory.
        api_key: The bearer token that every request needs, or None for no check.
        model: A `LocalModel` to script, or a function (see `ModelCallable`).
        clock: Gives Unix time in seconds.
        max_body: The size in bytes above which a request body is an error.
        strict: Whether a request is refused that has kinds, fields or values which the OpenAPI
            document does not have. If not, they are kept, and each is reported once in the log.

    Attributes:
        model: The model; its queue scripts the next responses.

    Raises:
        StoreError: If the file cannot be used.
        InvalidArgumentError: For a wrong argument.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        api_key: str | None = None,
        model: LocalModel | ModelCallable | None = None,
        clock: Callable[[], float] = lambda: time.time(),  # looked up anew: tests stop the clock
        max_body: int = MAX_BODY,
        strict: bool = False,
    ) -> None:
        fits = model is None or isinstance(model, LocalModel) or callable(model)
        check_argument("model", fits, "a LocalModel or a callable", model)
        self.model = model if isinstance(model, LocalModel) else LocalModel(model)
        self._api_key = None if api_key is None else check_key(api_key)
        check_argument("max_body", max_body > 0, "1 or more bytes", max_body)
        self._max_body = max_body
        self._newer = Newer(strict)
        self._store = store = Store(path)
        locks = Locks(store, clock)
        conversations = Conversations(store, locks, clock)
        responses = Responses(store, locks, self.model, clock)
        self._operations: dict[str, Callable[[RoutedRequest], Result]] = {
            "createConversation": conversations.create,
            "listConversations": conversations.list,
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

    def close(self) -> None:
        """Close the store. A request after that gets a 503."""
        self._store.close()

    def handle(self, request: ServiceRequest, /) -> ServiceResponse:
        """Respond to a request. Never raises: all that is wrong with a request becomes a 4xx."""
        started = time.perf_counter()
        headers = [("x-request-id", f"req_{os.urandom(16).hex()}")]
        status = 200
        abort: Callable[[], None] | None = None
        body: bytes | Iterator[bytes]
        try:
            self._check_key(request.headers)
            self._check_size(request)
            self._store.check_file()
            result = self._result(request)
            if isinstance(result, bytes):
                body = result
            else:
                body, abort = EventStream(result), getattr(result, "abort", None)
        except Exception as raised:
            error = to_service_error(raised)
            status, body = error.status, encode_json(error.body())
            if status == 405:
                headers.append(("allow", ", ".join(methods(request.path.removeprefix(PREFIX)))))
            if error.retry_after is not None:
                headers.append(("retry-after", error.retry_after))
            if status == 401:
                headers.append(("www-authenticate", "Bearer"))
            # A bug, the store, no rule: it would fail again.
            if status == 501 or (raised is not error and status >= 500):
                headers.append(("x-should-retry", "false"))
        elapsed = round((time.perf_counter() - started) * 1000)
        headers.append(("openai-processing-ms", str(elapsed)))
        if isinstance(body, bytes):
            headers += [("content-type", "application/json"), ("content-length", str(len(body)))]
        else:
            headers += [("content-type", "text/event-stream"), ("cache-control", "no-cache")]
        return ServiceResponse(status, headers, body, abort)

    def handle_at_once(self, request: ServiceRequest, /) -> ServiceResponse | None:
        """Respond to a request that only reads; return None for one that might have to wait.

        An event loop calls this before it gives a request to a thread: to go there and back takes
        three times as long as a GET. A subclass may wait in a `handle` of its own.
        """
        if request.method != "GET" or type(self).handle is not LocalService.handle:
            return None
        hit = match("GET", request.path.removeprefix(PREFIX))
        if hit is None or hit[0].id not in READS:
            return None
        return self._store.at_once(partial(self.handle, request))

    def body_limit(self, headers: Mapping[str, str], /) -> int:
        """Return how much of a request's body is worth reading, in bytes: 0 with a wrong key.

        What is longer is refused by `handle`, which needs no more of it than one byte beyond.
        """
        try:
            self._check_key(headers)
        except ServiceError:
            return 0
        return self._max_body

    def _result(self, request: ServiceRequest) -> bytes | Iterator[dict[str, Any]]:
        """Return the JSON of a response, or the events of a stream."""
        # No operation of the document: clients let people choose a model from it.
        if request.method == "GET" and request.path.removeprefix(PREFIX) == "/models":
            name = getattr(self.model.fallback, "model", None) or "local"
            model = {"id": name, "object": "model", "created": 0, "owned_by": "local"}
            return encode_json({"object": "list", "data": [model]})
        routed = route(request, self._newer, self._operations)
        result = self._operations[routed.operation_id](routed)
        if isinstance(result, JsonText):
            return encode_response(result)
        if isinstance(result, dict):
            return encode_response(fitted(routed.operation_id, result))
        return result

    def _check_size(self, request: ServiceRequest) -> None:
        # A server that knows the length from the headers has not read the body.
        if max(len(request.body), declared_size(request.headers)) > self._max_body:
            message = f"The request body is too large: at most {self._max_body} bytes fit."
            raise ServiceError(413, message)

    def _check_key(self, headers: Mapping[str, str]) -> None:
        if self._api_key is None:
            return
        scheme, _, token = headers.get("authorization", "").partition(" ")
        # Compared in constant time, and as bytes because str must be ASCII for that.
        given, wanted = token.strip().encode(errors="replace"), self._api_key.encode()
        if scheme.lower() != "bearer" or not hmac.compare_digest(given, wanted):
            message = "Missing or wrong API key: send it as 'Authorization: Bearer <key>'."
            raise ServiceError(401, message, code="invalid_api_key")
