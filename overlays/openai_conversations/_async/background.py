"""Responses that are made in the background: waiting for one, and going on with its stream."""

from __future__ import annotations

from collections.abc import Mapping
from time import monotonic
from typing import Any

import httpx
from openai_conversations_api import models

from .._request import operations
from .._request.client_options import to_timeout
from .._request.types import Options
from .._request.validation import check_bool, is_mapping, mismatch
from .._response.parsing import parse_response
from .._response.response_events import PENDING
from .._transport.concurrency_async import sleep
from .._transport.retries import delay_before_retry, retry_after_response
from ..errors import APIConnectionError, APIError, APIStatusError, APITimeoutError
from .body_reader import AsyncBodyReader
from .http_methods import AsyncHttpMethods

# Seconds that the last look at a response may take, when the time to wait is over.
_LAST_LOOK = 1.0


class AsyncResumption:
    """Opens the stream of a response again, behind the last event that came.

    Each opening is a request with the retries of the client. If as many openings in a row as the
    client has retries bring no event, the stream is given up.

    Attributes:
        first_params: the keyword arguments for the first request.
    """

    def __init__(
        self,
        client: AsyncHttpMethods,
        operation: operations.Operation[Any],
        params: Mapping[str, Any],
        *,
        response_id: object = None,
    ) -> None:
        """Keep what the requests need.

        Args:
            client: sends them.
            operation: that the stream is of first: createResponse or getResponse.
            params: its keyword arguments.
            response_id: of the response; None if its first event has to tell.

        Raises:
            InvalidArgumentError: the response is not one in the background.
        """
        if response_id is None and params.get("background") is not True:
            expected = "background=True beside resume=True"
            raise mismatch("resume", expected, "a response that ends with its connection")
        # An iterator among them would be empty after the first request.
        shared = operations.get_response.own(params)
        self.first_params = {**params, **shared}
        self._params = shared | {n: v for n, v in params.items() if n in Options._fields}
        if response_id is None:
            self._params.pop("extra_body", None)
            streamed: object = params.get("stream_options")
            if is_mapping(streamed) and "include_obfuscation" in streamed:
                self._params["include_obfuscation"] = streamed["include_obfuscation"]
        self._client = client
        self._response_id = response_id
        self._tries = 0

    def progress(self) -> None:
        """Note that an event came."""
        self._tries = 0

    async def open(
        self, failure: APIConnectionError, response_id: object, position: int | None
    ) -> AsyncBodyReader:
        """Open the stream again.

        Args:
            failure: what ended it.
            response_id: what the events said of it.
            position: the sequence number of the last event; None if there was none.

        Returns:
            The body, which begins behind that event.

        Raises:
            APIConnectionError: `failure`, if there were enough openings, or no event told the id.
            APIError: the request for it failed.
        """
        response_id = self._response_id or response_id
        failure.retries_taken = self._tries
        if not isinstance(response_id, str) or self._tries >= self._client.max_retries:
            raise failure
        after = {} if position is None else {"starting_after": position}
        params = {**self._params, **after}
        request, options = operations.get_response.request(params, response_id=response_id)
        await sleep(delay_before_retry(self._tries), options.abort, failure)
        self._tries += 1
        response, retries = await self._client.send(request._replace(stream=True), options)
        return AsyncBodyReader(response, options.abort, retries)


def check_not_resumed(resume: bool) -> None:
    """Raise `InvalidArgumentError` if a response that is not a stream is to be resumed."""
    if check_bool(resume, "resume"):
        raise mismatch("resume", "stream=True beside resume=True", "a response in one piece")


async def wait_for_response(
    client: AsyncHttpMethods, response_id: str, params: Mapping[str, Any], timeout: float | None
) -> models.Response:
    """Retrieve a response again and again until it is final.

    The pauses are those before retries: what the service asks for, or up to eight seconds. A
    request that fails in a way that may pass counts as one that found nothing new, as often in a
    row as the client has retries.

    Args:
        client: sends the requests.
        response_id: of the response.
        params: keyword arguments of getResponse, and options.
        timeout: seconds in all, or None.

    Raises:
        APITimeoutError: it is not final by then.
        APIError: it cannot be retrieved.
    """
    limit = to_timeout(timeout).read
    deadline = None if limit is None else monotonic() + limit
    request, options = operations.get_response.request(params, response_id=response_id)
    once = client.with_options(max_retries=0)
    looks = failures = 0
    while True:
        failure: APIError | None = None
        status: str | None = None
        headers: httpx.Headers | None
        left = None if deadline is None else deadline - monotonic()
        try:
            http, retries = await once.send(request, _within(left, options, client.timeout))
            response = parse_response(request, http, retries, strict=client.strict)
        except (APIConnectionError, APIStatusError) as error:
            failure, sent, headers, again = error, error.request, None, True
            if isinstance(error, APIStatusError):
                headers = error.response.headers
                again = retry_after_response("GET", error.status_code, error.code, headers)
            failure.retries_taken = failures
            if not again or failures >= client.max_retries:
                raise
            failures += 1
        else:
            sent, headers, status, failures = http.request, http.headers, response.status, 0
            if status not in PENDING:
                return response
        if left is not None and left <= 0:
            break
        delay = delay_before_retry(looks, headers)
        looks += 1
        if deadline is not None:
            delay = min(delay, max(deadline - monotonic(), 0.0))
        await sleep(delay, options.abort, failure)
    found = f"still {status}" if status else "out of reach"
    message = f"the response is {found} after {limit} seconds"
    raise APITimeoutError(sent, message=message) from failure


def _within(left: float | None, options: Options, default: httpx.Timeout) -> Options:
    """Return options by which a request ends when the time to wait is over, or a moment later."""
    if left is None:
        return options
    left = max(left, _LAST_LOOK)
    steps = default.as_dict()
    limited = {n: left if step is None else min(step, left) for n, step in steps.items()}
    return options._replace(timeout=httpx.Timeout(**limited))
