"""Errors of connections: httpcore's and aiohttp's to httpx's, and all of them to this package's.

The exceptions of a transport hold more than a log may show: the request with its key, or a piece of
what was received. None of them leaves this package. An error of this package takes the reason from
them: the operating system's or OpenSSL's, or a text that quotes nothing. Its cause is an error of
httpx (or httpx2, if that sent the request) that says the same, made here.
"""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast

import httpx

from .._request.library import library_of, names_of
from ..errors import (
    APIConnectionError,
    APITimeoutError,
    ClientClosedError,
    OpenAIError,
)
from .environment import proxy_for, trusted_certificates

if TYPE_CHECKING:
    from .._request.request import Attempt

# Raised before there is a connection that anything could be sent on.
UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_STEPS: dict[type[Exception], str] = {
    httpx.ConnectTimeout: "while connecting",
    httpx.PoolTimeout: "while waiting for a free connection",
    httpx.WriteTimeout: "while sending",
    httpx.ReadTimeout: "while waiting for the response",
}
# Libraries quote with quotation marks, and name URLs and headers with colons.
_QUOTES_NOTHING = re.compile(r"[A-Za-z0-9 ,.()/-]{1,160}")


def to_httpx_error(error: Exception) -> Exception:
    """Return the httpx error of the same name, which is what users of a transport expect.

    Its cause is set; any other error is returned as it is, and must not become its own cause.
    """
    found: Any = getattr(httpx, type(error).__name__, None)
    if found is None:
        return error
    failure: Exception = found(str(error))
    failure.__cause__ = error
    return failure


def aiohttp_to_httpx(error: Exception, *, writing: bool = False) -> httpx.TransportError:
    """Return the httpx error for one of aiohttp, with no more of its text than is safe to show.

    aiohttp's errors hold the request and its key, and many of their texts the URL with its query:
    the error returned should be raised outside of the handler, so that it leads to neither.

    Args:
        writing: Whether a part of the request was being written.
    """
    import aiohttp  # an extra, which is there where its errors are

    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return httpx.ConnectTimeout("connecting took too long")
    if isinstance(error, aiohttp.ClientConnectorError):
        failure = httpx.ConnectError(str(error))
        # The system's or OpenSSL's own error says why, and knows no request.
        why: object = getattr(error, "certificate_error", None) or getattr(error, "os_error", None)
        failure.__cause__ = why if isinstance(why, Exception) else None
        return failure
    if isinstance(error, TimeoutError):
        if writing:
            return httpx.WriteTimeout("sending took too long")
        return httpx.ReadTimeout("the response took too long")
    if isinstance(error, aiohttp.InvalidURL):
        return httpx.UnsupportedProtocol("the URL is not one of http or https")
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return httpx.RemoteProtocolError("the service closed the connection without a response")
    if isinstance(error, OSError):
        return httpx.ReadError(os.strerror(error.errno) if error.errno else "the connection broke")
    text = error.message if isinstance(error, aiohttp.ClientResponseError) else str(error)
    return httpx.RemoteProtocolError(" ".join(text.split())[:200] or type(error).__name__)


def to_connection_error(
    error: Exception, request: httpx.Request, attempt: Attempt, proxies: Mapping[str, str] = {}
) -> OpenAIError:
    """Return this package's error for an exception of a transport.

    Raise it outside of the `except` statement: its cause is set, and inside `error` would become
    its context.

    Args:
        error: what was raised while `request` was sent or its response read. An `OpenAIError` is
            returned as it is.
        attempt: tells, with the connection pool, whether anything was sent; with another transport
            the kind of the exception has to.
        proxies: of the environment, where they are used.
    """
    if isinstance(error, OpenAIError):
        return error
    # httpx has no class for it.
    if isinstance(error, RuntimeError) and "client has been closed" in str(error):
        return ClientClosedError("the httpx client below this client is closed")
    # After a redirect it is not `request` that failed.
    failed = cast("httpx.Request | None", getattr(error, "_request", None)) or request
    failure: APIConnectionError
    kind = _httpx_class(error)
    if issubclass(kind, httpx.TimeoutException | TimeoutError):
        text = f"Request timed out {_STEPS.get(kind, '')}".rstrip()
        if kind is httpx.ConnectTimeout:
            text += f" to {_where(failed.url, proxies)}"
        failure = APITimeoutError(failed, message=f"{text}.")
    else:
        text = _reason(error, kind)
        message = f"Connection error: {text} ({_where(failed.url, proxies)})"
        failure = APIConnectionError(message=message, request=failed)
    failure.never_sent = issubclass(kind, UNSENT) if attempt.sent is None else not attempt.sent
    name = kind.__name__ if issubclass(kind, httpx.RequestError) else "TransportError"
    cause: Exception = getattr(library_of(request), name)(text, request=failure.request)
    failure.__cause__ = cause.with_traceback(error.__traceback__)
    return failure


def _httpx_class(error: Exception) -> type[Exception]:
    """Return the class of an error; of one of httpx2, httpx's nearest class of the same name."""
    names = (name for _, name in names_of(error) if hasattr(httpx, name))
    return cast("type[Exception]", getattr(httpx, next(names, ""), type(error)))


def _where(url: httpx.URL, proxies: Mapping[str, str]) -> str:
    host = f"[{url.host}]" if ":" in url.host else url.host
    port = url.port or {"http": 80, "https": 443}.get(url.scheme)
    proxy = proxy_for(url, proxies)
    return host + (f":{port}" if port else "") + (f", proxy {proxy}" if proxy else "")


def _reason(error: Exception, kind: type[Exception]) -> str:
    """Return why, without anything that was sent or received."""
    causes = list(_causes(error))
    for cause in causes:
        # aiohttp's subclasses of these have no attributes.
        if isinstance(cause, ssl.SSLCertVerificationError) and hasattr(cause, "verify_message"):
            text = cause.verify_message
            return f"certificate verify failed: {text} (trusted: {trusted_certificates()})"
        if isinstance(cause, ssl.SSLError) and getattr(cause, "reason", None):
            return f"SSL: {cause.reason.replace('_', ' ').lower()}"
    for cause in causes:
        if isinstance(cause, OSError) and cause.errno:
            # Those of a failed look-up are negative, and the operating system has no text for them.
            return os.strerror(cause.errno) if cause.errno > 0 else str(cause.strerror)
    text = str(error)
    if kind is httpx.ProxyError:
        status = re.match(r"\d{3}\b", text)
        text = "the proxy refused the request" + (f" with status {status[0]}" if status else "")
    if _QUOTES_NOTHING.fullmatch(text):
        return text
    name = kind.__name__
    return {
        "RemoteProtocolError": "the response is not HTTP, or not all of it came",
        "DecodingError": "the response is not in the encoding that it names",
    }.get(name, name)


def _causes(error: BaseException | None, depth: int = 0) -> Iterator[BaseException]:
    """Yield an exception and what led to it; of a group, each of its exceptions."""
    while error is not None and depth < 20:
        yield error
        for each in getattr(error, "exceptions", ()):
            yield from _causes(each, depth + 1)
        error, depth = error.__cause__ or error.__context__, depth + 1
