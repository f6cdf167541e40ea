"""Errors of connections: httpcore's to httpx's, and those of any transport to this package's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import httpx

from ..errors import APIConnectionError, APITimeoutError, ClientClosedError, OpenAIError

if TYPE_CHECKING:
    from .._request.request import Attempt

# Raised before there is a connection that anything could be sent on.
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_STEPS = {
    httpx.ConnectTimeout: "while connecting",
    httpx.PoolTimeout: "while waiting for a free connection",
    httpx.WriteTimeout: "while sending",
    httpx.ReadTimeout: "while waiting for the response",
}


def to_httpx_error(error: Exception) -> Exception:
    """Return the httpx error of the same name, which is what users of a transport expect."""
    found: Any = getattr(httpx, type(error).__name__, None)
    return error if found is None else cast(Exception, found(str(error)))


def to_connection_error(error: Exception, request: httpx.Request, attempt: Attempt) -> OpenAIError:
    """Return this package's error for an exception of a transport.

    Args:
        error: What was raised while `request` was sent or its response read. An `OpenAIError` is
            returned as it is.
        attempt: Tells, with the connection pool, whether anything was sent; with another transport
            the kind of the exception has to.
    """
    if isinstance(error, OpenAIError):
        return error
    # httpx has no class for it.
    if isinstance(error, RuntimeError) and "client has been closed" in str(error):
        return ClientClosedError("the httpx client below this client is closed")
    failure: APIConnectionError
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        step = next((text for kind, text in _STEPS.items() if isinstance(error, kind)), "")
        failure = APITimeoutError(request, message=f"Request timed out {step}".rstrip() + ".")
    else:
        text = str(error) or type(error).__name__
        failure = APIConnectionError(message=f"Connection error: {text}", request=request)
    failure.never_sent = isinstance(error, _UNSENT) if attempt.sent is None else not attempt.sent
    if isinstance(error, httpx.RequestError):
        # It stays visible as the cause, and its request has the key.
        error.request = failure.request
    return failure
