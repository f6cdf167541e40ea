"""aiohttp's errors as httpx's, and the heads that aiohttp should have refused."""

from __future__ import annotations

import os

import aiohttp
import httpx
from aiohttp import ClientConnectorError, ConnectionTimeoutError

# Raised before there is a connection that anything could be sent on.
UNSENT = (ConnectionTimeoutError, ClientConnectorError)


def find_problem(received: aiohttp.ClientResponse) -> str | None:
    """Return why a head, which aiohttp accepts, is refused, as the other transports refuse it."""
    if received.status < 200:
        return f"the response has the status {received.status}"
    codings = received.headers.getall("Transfer-Encoding", ())
    if codings and [coding.lower() for coding in codings] != ["chunked"]:
        return f"the response has the transfer encoding {', '.join(codings)}"
    return None


def to_httpx_error(error: Exception, *, writing: bool = False) -> httpx.TransportError:
    """Return the httpx error for one of aiohttp, with no more of its text than is safe to show.

    aiohttp's errors hold the request and its key, and many of their texts the URL with its query:
    the error returned should be raised outside of the handler, so that it leads to neither.

    Args:
        writing: Whether a part of the request was being written.
    """
    if isinstance(error, ConnectionTimeoutError):
        return httpx.ConnectTimeout("connecting took too long")
    if isinstance(error, ClientConnectorError):
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
