"""What the service refuses, in the shape in which the service says so.

Rules raise ``ServiceError`` wherever they stand; ``service.py`` turns it into the answer. Nothing
else in this package leaves a rule as an exception.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .._schema import Problem


class ServiceError(Exception):
    """A refusal: the HTTP status and the four fields of the service's error object."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        type: str = "invalid_request_error",
        param: str | None = None,
        code: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        # Names and ids come from the request, and half a surrogate pair can be in no answer.
        self.message = message.encode("utf-8", "replace").decode()
        self.type = type
        self.param = param.encode("utf-8", "replace").decode() if param is not None else None
        self.code = code

    def body(self) -> dict[str, Any]:
        """The JSON body of the answer."""
        fields = {
            "message": self.message,
            "type": self.type,
            "param": self.param,
            "code": self.code,
        }
        return {"error": fields}


def invalid(param: str | None, message: str, code: str = "invalid_value") -> ServiceError:
    """A 400 that names the part of the request it is about."""
    return ServiceError(400, message, param=param, code=code)


def misfit(problems: Sequence[Problem], prefix: str = "") -> ServiceError:
    """A 400 from what the validator found; the first problem speaks for all."""
    first = problems[0]
    param = f"{prefix}{first.param}" or None
    place = f"'{param}'" if param else "the request body"
    more = f" ({len(problems) - 1} more like this)" if len(problems) > 1 else ""
    if first.code == "missing_required_parameter":
        return invalid(param, f"Missing required parameter: {place}{more}.", first.code)
    return invalid(param, f"Invalid value for {place}: {first.message}{more}.", first.code)


def not_found(kind: str, id: str, param: str | None = None) -> ServiceError:
    """A 404 for a thing that is not there or no longer there."""
    return ServiceError(404, f"{kind} with id '{id:.200}' not found.", param=param)


def locked(conversation_id: str) -> ServiceError:
    """Another request is working on the conversation; nothing was done."""
    return invalid(
        None,
        f"Another request is working on conversation '{conversation_id}'. Nothing was done; "
        "try again later.",
        "conversation_locked",
    )
