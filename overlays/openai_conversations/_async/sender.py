"""From a call to its answer: interceptors, time-outs, abort, retries, and errors of ours only."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx

from .._request.attempt import Attempt
from .._request.request import OperationRequest, PreparedRequest
from .._response.parsing import to_status_error
from .._transport.concurrency_async import abortable, ask_for_key, read_within, sleep
from .._transport.log import log_response, logger
from .._transport.retries import delay_before_retry, retry_after_failure, retry_after_response
from .._transport.transport_errors import to_connection_error
from ..abort import AbortSignal, Interrupted
from ..errors import (
    APIConnectionError,
    APIError,
    ClientClosedError,
    OpenAIError,
    RequestAbortedError,
)

if TYPE_CHECKING:
    from .._request.client_options import ClientOptions
    from .._request.types import Options

_Send = Callable[[httpx.Request], Awaitable[httpx.Response]]


class AsyncSender:
    """Sends calls through one httpx client, which several clients of ours may share.

    Args:
        http_client: what sends.
        transport: that of `http_client`, if we made both. Then it keeps to deadlines by itself, and
            there is nothing of the caller's to be merged into requests.
    """

    def __init__(
        self, http_client: httpx.AsyncClient, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self.http_client = http_client
        self.transport = transport
        self.ours = transport is not None

    async def send(
        self,
        client_options: ClientOptions,
        call: OperationRequest[Any],
        options: Options,
        is_closed: Callable[[], bool],
    ) -> tuple[httpx.Response, int]:
        """Send a call, again where the policy allows it, until there is a good answer.

        Returns:
            The answer (read, unless the call leaves it unread) and the number of retries it took.

        Raises:
            OpenAIError: one of its subclasses, see `errors`.
        """
        prepared = PreparedRequest(client_options, call, options)
        abort = options.abort
        retries = 0
        while True:
            if is_closed():
                raise ClientClosedError
            if abort is not None and abort.is_set():
                raise RequestAbortedError("before sending", abort.reason)
            source = client_options.api_key
            key = await ask_for_key(source) if callable(source) else source
            request, attempt = (
                prepared.attempt(key) if self.ours else prepared.attempt_with(self.http_client, key)
            )
            attempt.whole = not (call.stream or call.unread)
            send: _Send = partial(self._deliver, attempt)
            if client_options.interceptors:
                send = _chain(client_options.interceptors, send)
            failure: APIError
            try:
                if abort is None:
                    response = await send(request)
                else:
                    response = await _send_until(abort, send, request, attempt)
            except APIConnectionError as error:
                failure, headers = error, None
                again = retry_after_failure(call.method, never_sent=error.never_sent)
            else:
                if response.status_code < 400:
                    return response, retries
                failure, headers = to_status_error(response), response.headers
                again = retry_after_response(
                    call.method, response.status_code, failure.code, response.headers
                )
            failure.retries_taken = retries
            if not again or retries >= client_options.max_retries:
                raise failure
            delay = delay_before_retry(retries, headers)
            retries += 1
            logger.info("retry %d of %d in %.2f s", retries, client_options.max_retries, delay)
            try:
                await sleep(delay, abort)
            except Interrupted:
                reason = abort.reason if abort is not None else None
                raise RequestAbortedError("waiting for a retry", reason) from failure

    async def _deliver(self, attempt: Attempt, request: httpx.Request) -> httpx.Response:
        """One request, one answer, and no error but ours."""
        start = time.monotonic()
        response: httpx.Response | None = None
        try:
            if self.transport is not None and not self.http_client.is_closed:
                # What we made ourselves has no auth, hooks or cookies. To see that there are none
                # costs `httpx.Client.send` a fifth of the time of a GET.
                response = await self.transport.handle_async_request(request)
                response.request = request
                if response.has_redirect_location:
                    # httpx knows which headers another host may see.
                    attempt.redirect, response = response, None
            if response is None:
                response = await self.http_client.send(request, stream=True)
            if response.status_code < 400 and not attempt.whole:
                # From here on it may take as long as it takes; each read has its time-out.
                attempt.deadline = None
            elif not response.is_closed:
                await self._read(response, attempt)
        except Exception as error:
            failure = to_connection_error(error, request, attempt)
            logger.info("%s %s failed: %s", request.method, request.url.path, failure)
            raise failure from error
        if logger.isEnabledFor(logging.INFO):
            log_response(request, response, time.monotonic() - start)
        return response

    async def _read(self, response: httpx.Response, attempt: Attempt) -> None:
        try:
            in_time = self.ours or await read_within(response, attempt.left(None))
            if in_time:
                await response.aread()
                return
        except BaseException:
            await response.aclose()
            raise
        await response.aclose()
        raise httpx.ReadTimeout("the body did not end in time", request=response.request)


async def _send_until(
    abort: AbortSignal, send: _Send, request: httpx.Request, attempt: Attempt
) -> httpx.Response:
    try:
        return await abortable(
            abort,
            lambda: send(request),
            interrupt=attempt.interrupt,
            discard=httpx.Response.aclose,
        )
    except Interrupted:
        raise RequestAbortedError("in flight", abort.reason) from None


def _chain(interceptors: Sequence[Any], innermost: _Send) -> _Send:
    send = innermost
    for index in range(len(interceptors) - 1, -1, -1):
        send = _around(interceptors[index], index, send)
    return send


def _around(interceptor: Any, index: int, inner: _Send) -> _Send:
    async def send(request: httpx.Request) -> httpx.Response:
        response: object = await interceptor(request, inner)
        if not isinstance(response, httpx.Response):
            kind = type(response).__name__
            raise OpenAIError(f"interceptors[{index}] must return an httpx.Response, not {kind}")
        return response

    return send
