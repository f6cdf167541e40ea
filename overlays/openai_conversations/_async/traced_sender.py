"""A sender whose requests are spans of OpenTelemetry; `otel.instrument` puts it into a client."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from copy import copy
from functools import partial
from typing import Any, cast

import httpx
from opentelemetry.trace import Tracer

from .._request.client_options import ClientOptions
from .._request.request import OperationRequest
from .._request.types import Options
from .._telemetry.spans import RequestSpan
from .sender import AsyncSender

_Send = Callable[[httpx.Request], Awaitable[httpx.Response]]


class AsyncTracedSender:
    """Sends requests as another sender does, each within a span.

    Args:
        sender: the other one, to which everything else belongs.
        tracer: starts the spans.
        contents: whether what people and models have said is to be in them.
    """

    def __init__(self, sender: AsyncSender, tracer: Tracer, *, contents: bool) -> None:
        self._sender = sender
        self._start = partial(RequestSpan, tracer, contents)

    @property
    def http_client(self) -> httpx.AsyncClient:
        """The httpx client of the other one."""
        return self._sender.http_client

    async def send(
        self,
        client_options: ClientOptions,
        operation_request: OperationRequest[Any],
        options: Options,
        is_closed: Callable[[], bool],
    ) -> tuple[httpx.Response, int]:
        """Send a request; see `AsyncSender.send`.

        The span ends with the request, or, if the body is left on the connection, with that.
        """
        span = self._start(client_options, operation_request, options)
        traced = copy(client_options)
        # The innermost: what is sent counts, whatever the others make of it.
        traced.interceptors = (*client_options.interceptors, partial(_attempt, span))
        try:
            with span.current():
                sent = await self._sender.send(traced, operation_request, options, is_closed)
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


async def _attempt(span: RequestSpan, request: httpx.Request, send: _Send) -> httpx.Response:
    span.begin_attempt()
    try:
        response = await send(request)
    except Exception as error:
        span.end_attempt(error)
        raise
    span.end_attempt(response)
    return response


class _TracedBody(httpx.AsyncByteStream):
    """The body of a response, and the end of a span with its own."""

    def __init__(self, body: object, span: RequestSpan) -> None:
        self._body = cast(httpx.AsyncByteStream, body)
        self._span = span

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._body:
                self._span.feed(chunk)
                yield chunk
        except Exception as error:
            self._span.fail(error)
            raise

    async def aclose(self) -> None:
        try:
            await self._body.aclose()
        finally:
            self._span.end()
