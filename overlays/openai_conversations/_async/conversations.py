"""`client.conversations`."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from functools import cached_property
from typing import Any, Generic, Self, TypeVar, Unpack, overload

from openai_conversations_api import models

from .. import params as p
from .._request import operations
from .._request.signatures import describe
from .._request.types import omit
from .._run import (
    NOT_IN_A_RUN,
    OnApproval,
    OnCall,
    OnToolError,
    ToolFinishedEvent,
    ToolStartedEvent,
)
from ..progress import RunResult
from .items import AsyncItemsWithRawResponse, AsyncItemsWithStreamingResponse
from .resource import AsyncRawView, AsyncStreamingView, AsyncViewMethod
from .whole_conversations import AsyncWholeConversations

_T = TypeVar("_T")


class AsyncConversations(
    AsyncWholeConversations[
        "AsyncConversationsWithRawResponse", "AsyncConversationsWithStreamingResponse"
    ]
):
    """Conversations: lasting lists of items, which responses read from and add to.

    All methods take, besides their own arguments, `extra_headers`, `extra_query` and `extra_body`
    (added to the request, and stronger than what is there), `timeout` (stronger than the client's),
    and `abort` (an `AbortSignal` that ends the request). All raise subclasses of `OpenAIError`
    only: `InvalidArgumentError` before anything is sent, `APIStatusError`, `APIConnectionError` and
    the others in `openai_conversations.errors` afterwards.
    """

    @overload
    async def run(
        self,
        conversation_id: str | models.Conversation,
        **params: Unpack[p.ConversationRunParams],
    ) -> RunResult[None]: ...

    @overload
    async def run(
        self,
        conversation_id: str | models.Conversation,
        *,
        text_format: type[_T],
        **params: Unpack[p.ConversationRunParams],
    ) -> RunResult[_T]: ...

    @describe(operations.create_response, without=NOT_IN_A_RUN)
    async def run(
        self,
        conversation_id: str | models.Conversation,
        *,
        text_format: Any = omit,
        max_turns: int | None = 10,
        on_tool_error: OnToolError = "model",
        on_call: OnCall | None = None,
        on_approval: OnApproval | None = None,
        on_progress: Callable[[RunResult[Any]], object] | None = None,
        resume: str | RunResult[Any] | None = None,
        abort_output: str = "aborted",
        **params: Any,
    ) -> RunResult[Any]:
        """Have the model respond, run the tools that it calls, and go on until it is done.

            @Tool.function
            def get_weather(city: str) -> str:
                "Get the weather of a city."
                return "rain"

            result = await client.conversations.run(
                conversation.id, model="gpt-5.4", input="Rain in Rome?", tools=[get_weather]
            )
            print(result.output_text)

        Calls of one response run at the same time, sync functions in threads. Through failures, the
        input and each output is added once, and no call is run twice; docs/tools.md says exactly
        what is guaranteed. Without `input`, a run goes on where the conversation ends: it finishes
        calls that were left open. Nobody else may add to the conversation meanwhile. A
        `tool_choice` that makes the model call a tool is for the first response only.
        `extra_headers`, `extra_query` and `timeout` hold for each request.

        Args:
            conversation_id: the conversation, or its id.
            text_format: the type of the final text, as of `responses.parse`.
            max_turns: how many responses there may be.
            on_tool_error: what becomes of the exception of a tool. "model" sends its text to the
                model; "raise" raises it, once all outputs are sent; a function gets the call and
                the exception and returns the text to send.
            on_call: functions for other calls: by the name of a function or custom tool (they get
                the text that the model wrote), or by the type of the item (they get the item).
                They return an output: a text, or an item.
            on_approval: gets each `mcp_approval_request`; returns whether to approve it.
            on_progress: gets the result so far, before anything is sent and after each step. The
                async client awaits async functions, here and above.
            resume: the token of a run that ended early, or its result. `input` is then the same as
                before; it is not added again.
            abort_output: the output of calls that are open when the run is interrupted: by `abort`,
                Ctrl-C, a cancellation, or an exception in `on_progress`.

        Returns:
            The result. Its `pending` are the calls that nothing was given to run with.

        Raises:
            MaxTurnsExceededError: there were `max_turns` responses, and the last one has calls.
            AppendUncertainError: another writer was at work.
            OutputParsingError: the final response is not of the type `text_format`.
            RequestAbortedError: `abort` was set.
            OpenAIError: others, as of `responses.create`. All of them have the result so far as
                `run`.
        """
        from .new_run import new_run

        run = new_run(
            self._client,
            conversation_id,
            params,
            text_format,
            handlers=(on_call, on_approval, on_tool_error),
            max_turns=max_turns,
            on_progress=on_progress,
            resume=resume,
            abort_output=abort_output,
            streamed=False,
        )
        return await run.finish()

    @overload
    def run_stream(
        self,
        conversation_id: str | models.Conversation,
        **params: Unpack[p.ConversationRunParams],
    ) -> AsyncRunStream[None]: ...

    @overload
    def run_stream(
        self,
        conversation_id: str | models.Conversation,
        *,
        text_format: type[_T],
        **params: Unpack[p.ConversationRunParams],
    ) -> AsyncRunStream[_T]: ...

    @describe(operations.create_response, without=NOT_IN_A_RUN)
    def run_stream(
        self,
        conversation_id: str | models.Conversation,
        *,
        text_format: Any = omit,
        max_turns: int | None = 10,
        on_tool_error: OnToolError = "model",
        on_call: OnCall | None = None,
        on_approval: OnApproval | None = None,
        on_progress: Callable[[RunResult[Any]], object] | None = None,
        resume: str | RunResult[Any] | None = None,
        abort_output: str = "aborted",
        **params: Any,
    ) -> AsyncRunStream[Any]:
        """Run as `run` does, and follow the events; for a `with` statement.

            async with client.conversations.run_stream(
                conversation.id, model="gpt-5.4", input="Rain in Rome?", tools=[get_weather]
            ) as stream:
                async for event in stream:
                    if event.type == "response.output_text.delta":
                        print(event.delta, end="")
                result = await stream.get_final_result()

        The events are those of all responses; between them come `ToolStartedEvent` and
        `ToolFinishedEvent`. Leaving the block early ends the run, as `abort` does.

        Args:
            conversation_id: the conversation, or its id. This and the others are as of `run`.

        Raises:
            OpenAIError: in the loop over the events, as of `run`.
        """
        from .new_run import new_run

        run = new_run(
            self._client,
            conversation_id,
            params,
            text_format,
            handlers=(on_call, on_approval, on_tool_error),
            max_turns=max_turns,
            on_progress=on_progress,
            resume=resume,
            abort_output=abort_output,
            streamed=True,
        )

        return AsyncRunStream(run.events(), run.result)


class AsyncRunStream(Generic[_T]):
    """Iterate over it for the events of all responses, and of the tools in between.

    A response that breaks off and is asked for again begins anew with `response.created`. Closing
    early, or leaving the `with` block, ends the run as an `AbortSignal` does.
    """

    def __init__(self, events: AsyncGenerator[Any], result: RunResult[Any]) -> None:
        self._events = events
        self.result = result
        """What has happened so far."""

    def __aiter__(self) -> Self:
        return self

    async def __anext__(
        self,
    ) -> models.ResponseStreamEvent | ToolStartedEvent | ToolFinishedEvent:
        event: models.ResponseStreamEvent | ToolStartedEvent | ToolFinishedEvent
        event = await self._events.__anext__()
        return event

    async def get_final_result(self) -> RunResult[_T]:
        """Read to the end and return the result.

        Raises:
            OpenAIError: as of `conversations.run`.
        """
        async for _ in self:
            pass
        return self.result

    async def close(self) -> None:
        """End the run. Calls that are open get an output, as of `conversations.run`."""
        await self._events.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.result!r})"


class _AsyncConversationsView:
    create = AsyncViewMethod(AsyncConversations.create)
    list = AsyncViewMethod(AsyncConversations.list)
    retrieve = AsyncViewMethod(AsyncConversations.retrieve)
    update = AsyncViewMethod(AsyncConversations.update)
    delete = AsyncViewMethod(AsyncConversations.delete)


class AsyncConversationsWithRawResponse(
    AsyncRawView[AsyncConversations], _AsyncConversationsView, of=AsyncConversations
):
    """`AsyncConversations`, each method returning a `RawResponse`."""

    @cached_property
    def items(self) -> AsyncItemsWithRawResponse:
        """The items of conversations."""
        return AsyncItemsWithRawResponse(self._resource.items)


class AsyncConversationsWithStreamingResponse(
    AsyncStreamingView[AsyncConversations], _AsyncConversationsView, of=AsyncConversations
):
    """`AsyncConversations`, each method giving an `AsyncAPIResponse`."""

    @cached_property
    def items(self) -> AsyncItemsWithStreamingResponse:
        """The items of conversations."""
        return AsyncItemsWithStreamingResponse(self._resource.items)
