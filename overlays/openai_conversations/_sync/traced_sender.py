# Made from _async/traced_sender.py by tools/unasync. Do not edit.
"""A sender whose requests are spans of OpenTelemetry; `otel.instrument` puts it into a client."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy
from functools import partial
from typing import Any, cast

import httpx
from opentelemetry.trace import Tracer

from .._request.client_options import ClientOptions
from .._request.request import OperationRequest
from .._request.types import Options
from .._telemetry.spans import RequestSpan
from .sender import Sender

_Send = Callable[[httpx.Request], httpx.Response]


class TracedSender:
    """Sends requests as another sender does, each within a span.

    Args:
        sender: the other one, to which everything else belongs.
        tracer: starts the spans.
        contents: whether what people and models have said is to be in them.
    """

    def __init__(self, sender: Sender, tracer: Tracer, *, contents: bool) -> None:
        self._sender = sender
        self._start = partial(RequestSpan, tracer, contents)

    @property
    def http_client(self) -> httpx.Client:
        """The httpx client of the other one."""
        return self._sender.http_client

    def send(
        self,
        client_options: ClientOptions,
        operation_request: OperationRequest[Any],
        options: Options,
        is_closed: Callable[[], bool],
    ) -> tuple[httpx.Response, int]:
        """Send a request; see `Sender.send`.

        The span ends with the request, or, if the body is left on the connection, with that.
        """
        span = self._start(client_options, operation_request, options)
        traced = copy(client_options)
        # The innermost: what is sent counts, whatever the others make of it.
        traced.interceptors = (*client_options.interceptors, partial(_attempt, span))
        try:
            with span.current():
                sent = self._sender.send(traced, operation_request, options, is_closed)
        except BaseException as error:
            span.fail(error)
            span.end()
            raise
        response = sent[0]
        if response.is_closed:
            span.read(response)
            span.end()
        else:
            span.begin_body(response)
            response.stream = _TracedBody(response.stream, span)
        return sent


def _attempt(span: RequestSpan, request: httpx.Request, send: _Send) -> httpx.Response:
    span.begin_attempt()
    try:
        response = send(request)
    except Exception as error:
        span.end_attempt(error)
        raise
    span.end_attempt(response)
    return response


class _TracedBody(httpx.SyncByteStream):
    """The body of a response, and the end of a span with its own."""

    def __init__(self, body: object, span: RequestSpan) -> None:
        self._body = cast(httpx.SyncByteStream, body)
        self._span = span

    def __iter__(self) -> Iterator[bytes]:
        try:
            for chunk in self._body:
                self._span.feed(chunk)
                yield chunk
        except Exception as error:
            self._span.fail(error)
            raise

    def close(self) -> None:
        try:
            self._body.close()
        finally:
            self._span.end()
