"""`client.conversations.run`: response after response, and the tools in between.

The requests are in `run_requests`; the rules are in `_run`. Here is what comes between the two: in
which order things are read, sent and run, and what is done after a failure.

Whatever a run adds is added by `items.append`, so it is there once; a request for a response has no
input of its own. So a response that was lost, made again, and arrives after all cannot bring an
output twice, and outputs are safe as soon as the tools have run, however long the model thinks.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from functools import partial
from typing import Any

import httpx
from openai_conversations_api import models

from .. import _structured as structured
from .._append.results import ResumePoint
from .._append.state import Attempts, kind_and_status, may_have_happened
from .._run import ToolFinishedEvent, ToolStartedEvent
from .._run.calls import Handlers, make_error_output
from .._run.state import RunState, turn_params
from .._transport.concurrency_async import report, shield, within
from .._transport.log import logger
from .._transport.parallel_async import check_function
from ..abort import AbortSignal
from ..errors import (
    APIError,
    AppendUncertainError,
    BadRequestError,
    ConversationLockedError,
    MaxTurnsExceededError,
    OpenAIError,
    RequestAbortedError,
)
from ..progress import AppendProgress, RunResult
from .run_requests import AsyncRunRequests, run_calls

#: For how many seconds a run that is aborted sends the outputs of its open calls.
CLOSING = 10.0
#: The newest items that are looked at for open calls. Those that are further back are looked for
#: when the service refuses to make a response because of them.
_LOOKED_AT = 100
# How often outputs are appended that another writer's items, or late ones, have come between.
_APPENDS = 3


@dataclass(eq=False, repr=False)
class AsyncRun:
    """One run, from its input to its final response; see `AsyncConversations.run`.

    Args:
        requests: sends the requests.
        handlers: run the calls.
        input: what is added first.
        abort_output, max_turns, on_progress, resume, streamed: as of the public method.
        text_format: reads the final response; None leaves it.
        max_retries: how often a request is sent again after failures in a row.

    Raises:
        InvalidArgumentError: naming the argument.
    """

    requests: AsyncRunRequests
    handlers: Handlers
    input: Sequence[Any]
    _: KW_ONLY
    abort_output: str
    max_turns: int | None
    on_progress: Callable[[RunResult[Any]], object] | None
    resume: str | RunResult[Any] | None
    text_format: structured.TextFormat | None
    streamed: bool
    max_retries: int

    def __post_init__(self) -> None:
        for argument, function in self.handlers.functions().items():
            check_function(function, argument)
        conversation, before = self.requests.conversation_id, self.resume
        token = before.token if isinstance(before, RunResult) else before
        unsent = dict(before.unsent) if isinstance(before, RunResult) else {}
        if token is None:
            token = AppendProgress(conversation, 0, 0, None, None, [], None).token
        self._landed = ResumePoint.from_token(token, conversation, "a run").landed
        sending = before.sending if isinstance(before, RunResult) else None
        self.result: RunResult[Any] = RunResult(conversation, token, unsent=unsent, sending=sending)
        self._state = RunState(self.handlers, self.result)
        self._http: httpx.Response | None = None
        self._in_flight = False
        """Whether a response may arrive in the conversation that is not known."""

    async def finish(self) -> RunResult[Any]:
        """Run to the end.

        Raises:
            OpenAIError: any of its subclasses; its `run` holds the result so far.
        """
        async for _ in self.events():
            pass
        return self.result

    async def events(self) -> AsyncGenerator[Any]:
        """Yield what happens, as it happens."""
        state = self._state
        try:
            await self._begin()
            while True:
                if calls := state.runnable():
                    for one in calls:
                        yield ToolStartedEvent(one.item)
                    outputs = self.result.unsent
                    failure = await run_calls(
                        [one for one in calls if one.id not in outputs],
                        self.handlers,
                        outputs,
                        abort=self.requests.options["abort"],
                    )
                    outputs = dict(outputs)
                    await self._append_outputs()
                    for one in calls:
                        yield ToolFinishedEvent(one.item, outputs.get(one.id))
                    if failure is not None:
                        raise failure
                    continue
                if self._landed < len(self.input):
                    await self._append_input(None)
                if state.find_pending() or state.is_over():
                    break
                # -- one response
                #
                # A request for it has no input, so a second one does no harm but that the response
                # is made twice. It ends with ...
                #
                #   1  a response: take it. Done.
                #   2  `conversation_locked`: pause, in all as long as a response may take, and look
                #      (5): what held the lock may have added something.
                #   3  another 400: a call may be open that is not known. Read the conversation; if
                #      there is one, go on with it. If not, as 4.
                #   4  another error. It may have happened: pause and look (5). It has not: pause
                #      and send again. Retries used up, or useless: raise it.
                #   5  Looking shows new items: go on with them. None, and none within the time that
                #      a request may be under way: send again.
                attempts, params = self._begin_turn()
                waited = 0.0
                while not (attempts.in_doubt and await self._look(attempts, waited)):
                    attempts.check_retries()
                    self._in_flight = True
                    try:
                        if self.streamed:
                            async with self.requests.stream(params) as stream:
                                async for event in stream:
                                    yield event
                                response = await stream.get_final_response()
                            self._take(response, stream.response)
                        else:
                            self._take(*await self.requests.respond(params))
                        break  # 1
                    except APIError as error:
                        if await self._has_open_calls(error):  # 3
                            break
                        waited = self._note_failure(attempts, error)
                    await self.requests.pause(waited, attempts.failure)
                await self._report()
            self._end()
        except BaseException as error:
            await self._close(error)
            raise

    # -- the beginning and the end

    async def _begin(self) -> None:
        """Read with what the conversation ends, and add what is left of a resumed run's input."""
        if self.resume is not None and self._landed < len(self.input):
            await self._append_input(self.result.token)
        self._state.begin(await self.requests.read(at_most=_LOOKED_AT))
        if self.result.sending is not None:
            await self._append_outputs()
        elif self._state.runnable():
            # Their outputs may be under way, from a process that has died.
            await self.requests.pause(self._time_to_settle(), None)
            await self._add_new()

    async def _append_input(self, token: str | None) -> None:
        async def note(progress: AppendProgress) -> None:
            self.result.token = progress.token
            self._landed = progress.landed
            await self._report()

        self._state.add(await self.requests.append(self.input, token, note))
        self._state.pass_approvals()

    def _end(self) -> None:
        """Complete the result."""
        self._state.end()
        result = self.result
        if self.text_format is not None and result.final_items and not result.pending:
            final, http = self._state.final, self._http
            if final is None or http is None:  # it was lost on the way
                final, http = self.requests.stand_in(result.final_items)
            result.output_parsed = self.text_format.parse(final, http).output_parsed

    async def _close(self, error: BaseException) -> None:
        """Give the open calls an output, if the run was interrupted; complete the error.

        Not after an error of a request: what could be sent then has been tried.
        """
        if isinstance(error, OpenAIError):
            error.run = self.result
            if not isinstance(error, RequestAbortedError):
                return
        signal = AbortSignal()
        with shield():
            try:
                await within(CLOSING, partial(self._close_calls, signal), signal.set)
            except Exception as failure:
                logger.warning("run: calls may be left open: %s", kind_and_status(failure))

    async def _close_calls(self, signal: AbortSignal) -> None:
        self.requests.options["abort"] = signal
        if self._in_flight and not await self._add_new():
            await self.requests.pause(self._time_to_settle(), None)
            await self._add_new()
        for one in self._state.runnable():
            output = make_error_output(one, self.abort_output)
            if output is not None:
                self.result.unsent.setdefault(one.id, output)
        await self._append_outputs()

    # -- outputs

    async def _append_outputs(self) -> None:
        """Send the outputs that are not in the conversation.

        Raises:
            OpenAIError: as of `items.append`.
        """
        for left in range(_APPENDS, 0, -1):
            # An append that was interrupted is resumed: it knows what it has sent.
            outputs, token = self.result.sending or (self._state.missing_outputs(), None)
            if not outputs:
                break

            async def note(progress: AppendProgress, outputs: list[Any] = outputs) -> None:
                self.result.sending = (outputs, progress.token)

            try:
                self._state.add(await self.requests.append(outputs, token, note))
            except AppendUncertainError:
                # Items came between: of a response that was given up on, or another writer's.
                if left == 1:
                    raise
                token = ""
            self.result.sending = None
            if token is None:
                break
            # Some of them may not have been in the result, or are not there.
            await self._add_new()
        self._state.forget_sent()

    # -- one response

    def _begin_turn(self) -> tuple[Attempts, dict[str, Any]]:
        turn = self.result.turns
        if self.max_turns is not None and turn >= self.max_turns:
            raise MaxTurnsExceededError(self.max_turns)
        self.result.turns += 1
        return Attempts(False, self.max_retries), turn_params(self.requests.params, turn)

    def _take(self, response: models.Response, http: httpx.Response) -> None:
        self.requests.check(response, http)
        self._state.add(response.output)
        self._state.final, self._http = response, http
        self.result.responses.append(response)
        self._in_flight = False
        self.requests.not_locked()

    async def _look(self, attempts: Attempts, waited: float) -> bool:
        """Return whether the conversation has new items, and note them (5).

        Args:
            waited: for how many seconds, since the last request has failed.
        """
        found = await self._add_new()
        rest = attempts.time_to_settle(self.requests.read_timeout) - waited
        if not found and rest > 0:
            await self.requests.pause(rest, attempts.failure)
            found = await self._add_new()
        self._in_flight = not found
        return found

    async def _add_new(self) -> bool:
        """Read and note what is in the conversation that is not known; return whether there is."""
        found = await self.requests.read_new(self._state.known)
        self._state.add(found)
        return bool(found)

    async def _has_open_calls(self, error: APIError) -> bool:
        """Return whether an error may be due to calls without an output, of which there are (3)."""
        if not isinstance(error, BadRequestError) or isinstance(error, ConversationLockedError):
            return False
        state = self._state
        await self._add_new()
        if not state.runnable() and not state.find_pending():
            state.begin(await self.requests.read())
        self._in_flight = False
        return bool(state.runnable()) or state.find_pending()

    def _note_failure(self, attempts: Attempts, error: APIError) -> float:
        """Return for how many seconds to wait after a failure (2 and 4).

        Raises:
            APIError: `error`, if nothing is in doubt and the request is not to be sent again.
        """
        if isinstance(error, ConversationLockedError):
            attempts.failure, attempts.in_doubt = error, True
            return self.requests.delay_while_locked(error)
        self._in_flight = attempts.in_doubt or may_have_happened(error)
        attempts.failed(error)
        delay = attempts.delay()
        attempts.retries += 1
        return delay

    def _time_to_settle(self) -> float:
        return Attempts(True, 0).time_to_settle(self.requests.read_timeout)

    async def _report(self) -> None:
        await report(self.on_progress, self.result)
