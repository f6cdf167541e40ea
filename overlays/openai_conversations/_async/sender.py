"""From a request to its response: attempts, interceptors, timeouts, abort and retries."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx

from .._request.client_options import check_key, choose_transport
from .._request.library import library_of
from .._request.request import (
    ATTEMPT,
    Attempt,
    OperationRequest,
    PreparedRequest,
    set_content_length,
)
from .._response.parsing import to_status_error
from .._response.redirects import follow, is_same_place, why_not_followed
from .._transport.concurrency_async import (
    TRANSPORTS,
    abortable,
    ask_for_key,
    bounded,
    open_transport,
    read_within,
    sleep,
)
from .._transport.environment import environment_proxies, refused_exceptions, tls_context
from .._transport.forks import renew_in_child
from .._transport.log import log_failure, log_response, logger
from .._transport.retries import delay_before_retry, retry_after_failure, retry_after_response
from .._transport.transport_errors import to_connection_error
from .._transport.whole_response import set_decoder
from ..abort import AbortSignal
from ..errors import (
    APIConnectionError,
    APIError,
    ClientClosedError,
    OpenAIError,
    RequestAbortedError,
)
from .connection_pool import AsyncConnectionPool

if TYPE_CHECKING:
    from .._request.client_options import ClientOptions
    from .._request.types import Options

_Send = Callable[[httpx.Request], Awaitable[httpx.Response]]


@dataclass(eq=False, repr=False)
class AsyncSender:
    """Sends requests through one httpx client, which several clients may share.

    Args:
        http_client: The httpx client, or one of httpx2: then so are the requests and responses.
        transport: That of `http_client`, if both were made here. It keeps to deadlines by itself,
            and requests need nothing that a user's httpx client would add.
        proxies: Those that `http_client` takes from the environment, for error messages.
        name: What it sends with, for people.
    """

    http_client: httpx.AsyncClient
    transport: httpx.AsyncBaseTransport | None = None
    proxies: Mapping[str, str] = field(default_factory=dict[str, str])
    name: str = "http_client"

    async def send(
        self,
        client_options: ClientOptions,
        operation_request: OperationRequest[Any],
        options: Options,
        is_closed: Callable[[], bool],
    ) -> tuple[httpx.Response, int]:
        """Send a request, again where the policy allows it, until it succeeds.

        An attempt ends in one of four ways:

        1. A status of 200 to 299: the response is returned.
        2. No response, which is an `APIConnectionError`: sent again if nothing was sent, or if
           sending it twice does no harm.
        3. Any other status: sent again if the status, the headers or the error code say that
           nothing happened, or that it may pass. A redirect is here because it is not followed.
        4. Anything else: raised as it is. It comes from an abort, a client that is closed, or an
           interceptor.

        After 2 and 3 the error is raised if the policy, or `max_retries`, allows no retry.

        Returns:
            The response (read, unless the request leaves it unread) and the number of retries.

        Raises:
            OpenAIError: One of its subclasses, see `errors`.
        """
        prepared = PreparedRequest(client_options, operation_request, options)
        method, abort = operation_request.method, options.abort
        retries = 0
        while True:
            if is_closed():
                raise ClientClosedError
            if abort is not None and abort.is_set():
                raise RequestAbortedError("before sending", abort.reason)
            key = client_options.api_key if prepared.needs_key else ""
            if callable(key):
                # Asked for each attempt: it may have expired since the last one.
                key = check_key(await ask_for_key(key))
            request, attempt = prepared.attempt(key)
            if self.transport is None:
                request = prepared.merge(self.http_client, request)
            attempt.whole = not (operation_request.stream or operation_request.unread)
            failure: APIError
            start = time.monotonic()
            try:
                response = await self._attempt(request, attempt, client_options.interceptors, abort)
            except APIConnectionError as error:
                # Case 2.
                failure, headers = error, None
                again = retry_after_failure(method, never_sent=error.never_sent)
            else:
                # Httpx knows it only where its client sent the request.
                response.elapsed = timedelta(seconds=time.monotonic() - start)
                if response.status_code // 100 == 2:
                    # Case 1.
                    return response, retries
                # Case 3.
                source = client_options.key_source if prepared.needs_key else ""
                failure, headers = to_status_error(response, source), response.headers
                again = retry_after_response(method, response.status_code, failure.code, headers)
            failure.retries_taken = retries
            if not again or retries >= client_options.max_retries:
                raise failure
            delay = delay_before_retry(retries, headers)
            retries += 1
            logger.info("retry %d of %d in %.2f s", retries, client_options.max_retries, delay)
            await sleep(delay, abort, failure)

    def _attempt(
        self,
        request: httpx.Request,
        attempt: Attempt,
        interceptors: Sequence[Any],
        abort: AbortSignal | None,
    ) -> Awaitable[httpx.Response]:
        """Make one attempt, through the interceptors, and end it if the signal is set.

        Raises:
            APIConnectionError: There is no response.
            RequestAbortedError: The signal was set first.
        """
        send: _Send = partial(self._deliver, attempt)
        if interceptors:
            send = partial(_intercepted, interceptors, send)
        if abort is None:
            return send(request)
        return abortable(
            abort,
            "in flight",
            partial(send, request),
            interrupt=attempt.interrupt,
            discard=lambda response: response.aclose(),
        )

    async def _deliver(self, attempt: Attempt, request: httpx.Request) -> httpx.Response:
        """Send a request, follow redirects, and read the response if that is wanted.

        Raises:
            APIConnectionError: For whatever goes wrong on the way.
        """
        start = time.monotonic()
        # An interceptor may have made it anew.
        request.extensions.setdefault(ATTEMPT, attempt)
        options: dict[str, Any] = {"stream": True, "follow_redirects": False}
        history: list[httpx.Response] = []
        response: httpx.Response | None = None
        try:
            while True:
                if self.transport is not None and not self.http_client.is_closed:
                    # This httpx client has no auth, hooks or cookies. To see that there are none
                    # costs `httpx.Client.send` a fifth of the time of a GET.
                    response = await self.transport.handle_async_request(request)
                    response.request = request
                else:
                    # It bounds each step, but not all of them together.
                    response = await bounded(
                        attempt.left(None),
                        partial(self.http_client.send, request, **options),
                        interrupt=attempt.interrupt,
                        discard=lambda response: response.aclose(),
                    )
                    # It has the key.
                    response.next_request = None
                if not response.is_closed:
                    set_decoder(response)
                kind = response.status_code // 100
                if kind == 2 and not attempt.whole:
                    # From here on it may take as long as it takes; each read has its timeout.
                    attempt.deadline = None
                elif not response.is_closed:
                    try:
                        await read_within(response, attempt.left(None))
                    finally:
                        await response.aclose()
                if history:
                    response.history = history
                if kind != 3 or why_not_followed(response):
                    break
                history = [*history, response]
                following = follow(response)
                if not is_same_place(request.url, following.url):
                    # What the httpx client adds is not for others either.
                    options["auth"] = None
                request = following
                attempt.sent = True
        except BaseException as error:
            if response is not None:
                await response.aclose()
            if not isinstance(error, Exception):
                raise
            failure = to_connection_error(error, request, attempt, self.proxies)
        else:
            if logger.isEnabledFor(logging.INFO):
                log_response(request, response, time.monotonic() - start)
            return response
        # Raised here, because the transport's error, which knows the key, would be its context.
        log_failure(request, failure)
        raise failure


async def _intercepted(
    interceptors: Sequence[Any], send: _Send, request: httpx.Request
) -> httpx.Response:
    """Send a request through the interceptors, and close the responses that they drop."""
    delivered: list[httpx.Response] = []
    result: httpx.Response | None = None
    library = library_of(request)

    async def deliver(request: httpx.Request) -> httpx.Response:
        if not isinstance(request, library.Request):
            kind = f"{type(request).__module__}.{type(request).__qualname__}"
            raise OpenAIError(f"interceptors must send an {library.__name__}.Request, not {kind}")
        set_content_length(request)
        delivered.append(await send(request))
        return delivered[-1]

    chain: _Send = deliver
    # From the innermost to the first, which is the outermost.
    for index in range(len(interceptors) - 1, -1, -1):
        chain = partial(_intercept, interceptors[index], index, chain)
    try:
        result = await chain(request)
        return result
    finally:
        # A response that an interceptor made may have the body of one that was delivered.
        if result is None or result in delivered:
            for response in delivered:
                if response is not result:
                    await response.aclose()


async def _intercept(
    interceptor: Any, index: int, inner: _Send, request: httpx.Request
) -> httpx.Response:
    returned: Any = await interceptor(request, inner)
    if not isinstance(returned, library_of(returned).Response):
        kind = type(returned).__name__
        expected = f"interceptors[{index}] must return an httpx.Response or httpx2.Response"
        raise OpenAIError(f"{expected}, not {kind}")
    response: httpx.Response = returned
    try:
        _ = response.request
    except RuntimeError:
        # It was made without one, which errors and redirects look for.
        response.request = request
    return response


# More connections make httpx's own pool slower for everyone; waiting for one is quicker.
_PROXY_LIMITS = httpx.Limits(
    max_connections=100, max_keepalive_connections=100, keepalive_expiry=4.0
)


def open_sender(transport: str | None) -> AsyncSender:
    """Return a sender with a new httpx client, which its user closes.

    Where the environment names a proxy, httpx does everything, its own pool included.

    Args:
        transport: The name of a transport; None stands for the fastest that is installed.

    Raises:
        InvalidArgumentError: There is none of this name, or it is not installed; or a variable of
            the environment names a proxy or certificates that cannot be used.
    """
    name = choose_transport(transport, TRANSPORTS)
    if proxies := environment_proxies():
        sender = AsyncSender(_open_proxied(), proxies=proxies, name="httpx")
        renew_in_child(sender, _begin_in_child)
        return sender
    inner = open_transport(name, AsyncConnectionPool())
    return AsyncSender(httpx.AsyncClient(transport=inner), inner, name=name)


def _open_proxied() -> httpx.AsyncClient:
    tls = tls_context()
    try:
        return httpx.AsyncClient(verify=tls, limits=_PROXY_LIMITS)
    except (ValueError, httpx.InvalidURL):
        raise refused_exceptions() from None


def _begin_in_child(sender: AsyncSender) -> None:
    # The connections of the old one are the parent's; dropped, they are closed without a word.
    if not sender.http_client.is_closed:
        sender.http_client = _open_proxied()
