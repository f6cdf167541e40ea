"""The errors of the local service, in the shape in which OpenAI's service reports them.

    Exception
     +-- ServiceError            an error response: status, message, type, param, code
     +-- ConnectionLostError     no response: the connection closes in the middle
     +-- ResponseTimeoutError    no response: the connection stays silent
     +-- StoreError              the database file cannot be used; one that users meet

Rules raise `ServiceError` wherever they are; `service` turns it into the response. The service
itself raises neither of the others. A wrapper may (`fault_injection` does): the transport turns
them into httpx's errors, the HTTP application does to the connection what they say.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, TypeVar

from .._schema.values import REQUIRED, Problem
from .._sqlite.database_file import StoreError as StoreError
from ..errors import InvalidArgumentError

logger = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(eq=False, repr=False)
class ServiceError(Exception):
    """An error response: an HTTP status and the four fields of the API's error object."""

    status: int
    message: str
    _: KW_ONLY
    type: str = "invalid_request_error"
    param: str | None = None
    code: str | None = None
    retry_after: str | None = None  # the header, if another server has sent it

    def __post_init__(self) -> None:
        super().__init__(self.message)
        self.message = sendable(self.message)
        self.param = self.param and sendable(self.param)

    def body(self) -> dict[str, Any]:
        """Return the JSON body of the response."""
        names = ("message", "type", "param", "code")
        return {"error": {name: getattr(self, name) for name in names}}


def error_type(status: int) -> str:
    """Return the type of error that goes with an HTTP status."""
    if status == 429:
        return "rate_limit_error"
    return "server_error" if status >= 500 else "invalid_request_error"


def sendable(text: str) -> str:
    """Return text without halves of surrogate pairs, which no response and no database can hold."""
    return text.encode("utf-8", "replace").decode()


class NoResponseError(Exception):
    """No whole response goes out, as a fault wants it."""


class ConnectionLostError(NoResponseError):
    """The connection closes before the whole response has gone out."""


class ResponseTimeoutError(NoResponseError):
    """No response will come; the client waits until its own timeout."""


def invalid_request(param: str | None, message: str, code: str = "invalid_value") -> ServiceError:
    """Return a 400 that names the part of the request it is about."""
    return ServiceError(400, message, param=param, code=code)


def schema_mismatch(problems: Sequence[Problem], prefix: str = "") -> ServiceError:
    """Return a 400 for what the validator found; its message tells the first problem."""
    first = problems[0]
    param = f"{prefix}{first.param}" or None
    place = f"'{param:.200}'" if param else "the request body"
    more = f" ({len(problems) - 1} more like this)" if len(problems) > 1 else ""
    reason = f"Invalid value for {place}: {first.message}{more}."
    if (first.message, first.code) == REQUIRED:
        reason = f"Missing required parameter: {place}{more}."
    elif first.code == "unknown_parameter":
        reason = f"Unknown parameter: {place}{more}."
    return invalid_request(param, reason, first.code)


def found(value: T | None, kind: str, id: str, param: str | None = None) -> T:
    """Return what was found, or raise a 404 for an object that does not exist or was deleted."""
    if value is None:
        raise ServiceError(404, f"{kind} with id '{id:.200}' not found.", param=param)
    return value


def conversation_locked(conversation_id: str) -> ServiceError:
    """Return a 400: another request is working on the conversation, and nothing was done."""
    message = f"Another request is working on conversation '{conversation_id}'. Nothing was done;"
    return invalid_request(None, f"{message} try again later.", "conversation_locked")


def duplicate_item(id: str, param: str) -> ServiceError:
    """Return a 400 for an item whose id is taken; `param` is the field that holds the items."""
    message = f"Duplicate item: the id '{id:.200}' is already in use here."
    return invalid_request(param, message, "duplicate_item")


def check_argument(argument: str, fits: bool, expected: str, received: object) -> None:
    """Raise `InvalidArgumentError` for an argument that does not fit."""
    if not fits:
        raise InvalidArgumentError(argument, expected=expected, received=f"{received!r:.80}")


def to_service_error(error: Exception) -> ServiceError:
    """Return the error response for an exception; one that is a bug is also logged."""
    if isinstance(error, ServiceError):
        return error
    if isinstance(error, RecursionError):
        return invalid_request(None, "The request is nested too deeply.", "invalid_json")
    logger.error("The local service failed", exc_info=error)
    if isinstance(error, (sqlite3.Error, StoreError)):
        return ServiceError(503, f"The store of the local service: {error}.", type="server_error")
    return ServiceError(500, "The local service failed; its log says why.", type="server_error")
