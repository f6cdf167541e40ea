"""What a run does between its decisions: it sends requests, waits, and runs the model's calls.

The requests go out through the methods of `items` and `responses`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx
from openai_conversations_api import models

from .._append.state import id_of, ids_of
from .._request.validation import MAX_LIMIT, check_text
from .._response.raw_response import RawResponse
from .._run.calls import Call, Handlers, make_error_output, make_output, text_of
from .._transport.parallel_async import call, gather
from .._transport.retries import delay_before_retry
from ..abort import AbortSignal
from ..errors import (
    APIError,
    APIResponseValidationError,
    ConversationLockedError,
    OpenAIError,
)
from ..progress import AppendProgress
from .api_response import AsyncResponseContextManager
from .append_requests import pause
from .http_methods import AsyncHttpMethods
from .items import AsyncItems
from .responses import AsyncResponses
from .streams import AsyncStream


@dataclass(eq=False)
class AsyncRunRequests:
    """Sends the requests of one run, and waits between them.

    Args:
        client: sends them.
        conversation_id: the conversation.
        params: of each response.
        options: of every request: `extra_headers`, `extra_query`, `timeout`, `abort`.
        read_timeout: for how long a response is waited for, in seconds; None for no limit. So long
            a locked conversation is waited for as well.
    """

    client: AsyncHttpMethods
    conversation_id: str
    params: Mapping[str, Any]
    options: dict[str, Any]
    read_timeout: float | None
    _locks: int = 0
    """How often in a row the conversation was locked."""
    _locked_for: float = 0.0
    """For how many seconds."""

    async def read(self, known: Collection[str] = (), *, at_most: int | None = None) -> list[Any]:
        """Return the last items of the conversation, after the last known one, oldest first."""
        listed = AsyncItems(self.client).list(
            self.conversation_id,
            order="desc",
            limit=MAX_LIMIT,
            max_items=at_most,
            **self.options,
        )
        found: list[Any] = []
        async for item in listed:
            if id_of(item) in known:
                break
            found.append(item)
        return found[::-1]

    async def read_new(self, known: Collection[str]) -> list[Any]:
        """Return the items after the last known one, oldest first, as they are read twice.

        The first list that is not empty may be one of another conversation.
        """
        found = await self.read(known)
        for _ in range(self.client.max_retries + 1):
            if not found:
                break
            before, found = found, await self.read(known)
            if ids_of(before) == ids_of(found):
                break
        return found

    async def append(
        self,
        items: Sequence[Any],
        resume: str | None,
        on_progress: Callable[[AppendProgress], object],
    ) -> list[Any]:
        """Add items, each of them once, as soon as the conversation is not locked.

        Returns:
            Those that were not counted in the token `resume`.

        Raises:
            OpenAIError: as of `items.append`.
        """
        while True:
            try:
                result = await AsyncItems(self.client).append(
                    self.conversation_id,
                    items,
                    resume=resume,
                    on_progress=on_progress,
                    **self.options,
                )
            except ConversationLockedError as error:
                resume = resume if error.append is None else error.append.token
                await self.pause(self.delay_while_locked(error), error)
            else:
                self.not_locked()
                return result.data

    async def respond(self, params: Mapping[str, Any]) -> tuple[models.Response, httpx.Response]:
        """Ask for a response once; return it with the response that it came in.

        Raises:
            OpenAIError: as of `responses.create`, and of `check`.
        """
        create: Any = self._responses.with_raw_response.create
        raw: RawResponse[models.Response] = await create(**self._all(params))
        return self.check(raw.parse(), raw.http_response), raw.http_response

    def stream(self, params: Mapping[str, Any]) -> AsyncResponseContextManager[AsyncStream[Any]]:
        """Ask for a response once, as a stream."""
        stream: Any = self._responses.stream
        opened: AsyncResponseContextManager[AsyncStream[Any]] = stream(**self._all(params))
        return opened

    def delay_while_locked(self, error: ConversationLockedError) -> float:
        """Return for how many seconds to wait; raise the error if that would be too long in all."""
        delay = delay_before_retry(self._locks, error.response.headers)
        self._locks += 1
        self._locked_for += delay
        if self.read_timeout is not None and self._locked_for > self.read_timeout:
            raise error
        return delay

    def not_locked(self) -> None:
        """Count anew how long the conversation is locked."""
        self._locks, self._locked_for = 0, 0.0

    async def pause(self, seconds: float, failure: OpenAIError | None) -> None:
        """Wait after a failure, or before reading again; raise as `pause` does."""
        await pause(seconds, self.options["abort"], failure)

    def check(self, response: models.Response, http: httpx.Response) -> models.Response:
        """Return a response that belongs to the conversation, and did not fail.

        Raises:
            APIResponseValidationError: it is one to another request.
            APIError: its status is "failed" or "cancelled".
        """
        conversation = response.conversation
        if conversation is None or conversation.id != self.conversation_id:
            message = "the response is not one of this conversation"
            raise APIResponseValidationError(http, None, message=message)
        if response.status in ("failed", "cancelled"):
            error = response.error
            said = "no error given" if error is None else f"{error.code}: {error.message}"
            body = None if error is None else error.to_dict()
            raise APIError(f"the response is {response.status} ({said})", http.request, body=body)
        return response

    def stand_in(self, items: Sequence[Any]) -> tuple[models.Response, httpx.Response]:
        """Make what stands for a response of which only the items are known, for its parsing."""
        output = [item.to_dict() for item in items]
        response = models.Response.from_dict({"status": "completed", "output": output})
        request = httpx.Request("POST", "/responses")
        return response, httpx.Response(200, request=request)

    @property
    def _responses(self) -> AsyncResponses:
        # Between two attempts the conversation may have to be read, so the run counts them.
        return AsyncResponses(self.client.with_options(max_retries=0))

    def _all(self, params: Mapping[str, Any]) -> dict[str, Any]:
        return {**params, **self.options, "conversation": self.conversation_id}


async def run_calls(
    calls: Sequence[Call],
    handlers: Handlers,
    outputs: dict[str, Any],
    *,
    abort: AbortSignal | None,
) -> Exception | None:
    """Run the calls of a response at the same time; put the outputs into `outputs` by their ids.

    Returns:
        The exception with which the run has to end, once the outputs are sent.

    Raises:
        RequestAbortedError: `abort` was set; `outputs` has those that were ready.
    """
    ready: dict[str, Any] = {}
    failures: list[Exception] = []

    async def work(one: Call) -> None:
        try:
            ready[one.id] = make_output(one, await call(handlers.bind(one)))
        except Exception as error:
            text = text_of(error)
            failure = error if handlers.on_tool_error == "raise" else None
            if (describe := handlers.bind_error(one, error)) is not None:
                try:
                    text = check_text(await call(describe), "on_tool_error")
                except Exception as second:
                    failure = second
            if (output := make_error_output(one, text)) is not None:
                ready[one.id] = output
            else:
                failure = error  # no text can stand for its output
            if failure is not None:
                failures.append(failure)

    try:
        await gather([partial(work, one) for one in calls], abort)
    finally:
        # What a thread that was left behind makes later, is not sent.
        outputs.update(ready)
    for one in calls:
        # An async tool that cancelled itself has none.
        if one.id not in outputs and not failures:
            outputs[one.id] = make_error_output(one, "cancelled")
    return failures[0] if failures else None
