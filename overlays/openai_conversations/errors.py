"""The errors of this package, in one tree.

    OpenAIError
    ├── InvalidArgumentError            wrong argument, nothing sent (a ValueError, TypeError too)
    │   └── UnsupportedItemError        what an import has no input form for; `notes` names it
    ├── ArgumentsError                  a model wrote arguments that are not JSON (a ValueError too)
    ├── ClientClosedError               the client was closed before (a RuntimeError too)
    ├── RequestAbortedError             an AbortSignal was set; `stage` says at which point
    ├── AppendUncertainError            an append cannot tell what has landed; can be resumed
    ├── MaxTurnsExceededError           a run has not come to a final response; can be resumed
    └── APIError                        something went wrong between here and the service
        ├── APIConnectionError          no response, or only a part of one
        │   └── APITimeoutError         … within the time allowed
        ├── APIResponseValidationError  a response that is not JSON, or about something else
        │   └── OutputParsingError      … whose output is not of the type that was asked for
        └── APIStatusError              a response with a status that is not 2xx
            ├── BadRequestError         400
            │   └── ConversationLockedError  400, `conversation_locked`: nothing was done
            ├── AuthenticationError     401
            ├── PermissionDeniedError   403
            ├── NotFoundError           404
            ├── ConflictError           409
            ├── UnprocessableEntityError 422
            ├── RateLimitError          429
            └── InternalServerError     500 and above

Names and constructors are openai-python's: `except` clauses and tests port unchanged. All pickle.

No error holds a key or what was sent: its request has no body and no query, and of its headers only
harmless ones have values. The body of an `APIStatusError` is kept: it says what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeAlias, cast

import httpx
import openai_conversations_api
from openai_conversations_api import errors as generated

from ._request.library import library_of
from ._response.headers import asked_delay, shown_response, without_secrets
from .progress import AppendProgress, ArchiveProgress, ImportNote, RunResult

AbortStage: TypeAlias = Literal[
    "before sending", "in flight", "waiting for a retry", "streaming", "running tools"
]
"""How far a request had come when its `AbortSignal` was set."""


class OpenAIError(Exception):
    """The base of every error of this package.

    Attributes:
        append: what had landed, and from where to resume, if the error ended an `items.append`;
            otherwise None.
        run: what had happened, if the error ended a `conversations.run`. It is not pickled.
        archive: how far the work had come, and from where to resume, if the error ended an export,
            import, fork, copy or purge; otherwise None.
    """

    append: AppendProgress | None = None
    run: RunResult[Any] | None = None
    archive: ArchiveProgress | None = None

    def __reduce__(self) -> tuple[Callable[..., OpenAIError], tuple[Any, ...]]:
        # Constructors take keywords, which the default way of pickling exceptions cannot replay.
        return _rebuild, (type(self), self.args, self._state())

    def _state(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "run"}


def _rebuild(cls: type[OpenAIError], args: tuple[Any, ...], state: dict[str, Any]) -> OpenAIError:
    error = cls.__new__(cls, *args)
    error.__dict__.update(state)
    return error


class InvalidArgumentError(OpenAIError, ValueError, TypeError):
    """An argument has the wrong type or value; nothing has been sent or written.

    Attributes:
        argument: its name, with the place inside it: `items[3].content`.
        expected: what it should have been.
        received: what it was, in a few words and without secrets.
    """

    def __init__(
        self, argument: str, *, expected: str, received: str, message: str | None = None
    ) -> None:
        super().__init__(message or f"{argument}: expected {expected}, got {received}")
        self.argument = argument
        self.expected = expected
        self.received = received


class UnsupportedItemError(InvalidArgumentError):
    """What is read holds what has no input form, and `on_unsupported` is "error"; nothing is sent.

    Attributes:
        notes: an `ImportNote` for each such thing.
    """

    def __init__(self, notes: Sequence[ImportNote], argument: str = "file") -> None:
        first = "; ".join(f"{note.place}: {note.what}" for note in notes[:3])
        more = f" (and {len(notes) - 3} more)" if len(notes) > 3 else ""
        expected = "items that have an input form (or on_unsupported 'skip' or 'text')"
        super().__init__(argument, expected=expected, received=first + more)
        self.notes = notes


class ArgumentsError(OpenAIError, generated.ArgumentsError):
    """The arguments that a model wrote for a call are not a JSON object (see `arguments_json`)."""


# Here, since nothing makes a model without this module. By its name, to load it when it is needed.
generated.ArgumentsError.raised = ArgumentsError
openai_conversations_api.notebook_writer = f"{__package__}.archive.notebook"


class ClientClosedError(OpenAIError, RuntimeError):
    """The client has been closed."""

    def __init__(self, message: str = "this client is closed; make a new one") -> None:
        super().__init__(message)


class RequestAbortedError(OpenAIError):
    """An `AbortSignal` ended the request.

    Attributes:
        stage: an `AbortStage`. A request that was in flight may have taken effect.
        reason: what was given to `AbortSignal.set`, or None.
    """

    def __init__(self, stage: AbortStage, reason: str | None = None) -> None:
        super().__init__(f"aborted {stage}" + (f": {reason}" if reason else ""))
        self.stage = stage
        self.reason = reason


class AppendUncertainError(OpenAIError):
    """An append does not know which of its items have landed, and does not guess.

    Either the conversation cannot be read (`__cause__` says why), or it holds what the append
    cannot have put there: another writer was at work. Of the items, counted from the start, the
    first `landed` are there; the next `unknown` are in doubt; the others are not there.

    Attributes:
        append: the state, which the properties repeat.
        found_ids: the ids of what follows the last item that is certain, if it could be read.
    """

    def __init__(
        self, problem: str, append: AppendProgress, *, found_ids: Sequence[str | None] = ()
    ) -> None:
        super().__init__(
            f"append to {append.conversation_id}: {append.landed} items have landed and "
            f"{append.unknown} may have: {problem}"
        )
        self.append = self._append = append
        self.found_ids = tuple(found_ids)

    @property
    def landed(self) -> int:
        """How many items, from the first on, are certainly in the conversation."""
        return self._append.landed

    @property
    def unknown(self) -> int:
        """How many of the items after those may be there or not."""
        return self._append.unknown

    @property
    def not_landed(self) -> int | None:
        """How many are certainly not there; None if `items` has no length."""
        return self._append.not_landed

    @property
    def token(self) -> str:
        """For `append(…, resume=token)`, later or in another process."""
        return self._append.token


class MaxTurnsExceededError(OpenAIError):
    """A run has had as many responses as it may, and the model goes on calling tools.

    The last calls have their outputs: `conversations.run` without input goes on.
    """

    def __init__(self, max_turns: int) -> None:
        super().__init__(f"the model has not come to an end within {max_turns} turns")
        self.max_turns = max_turns


class APIError(OpenAIError):
    """Something went wrong between this process and the service.

    Attributes:
        message: the text of the error.
        request: the request without its body, its query, and headers that may hold a secret.
        body: the decoded JSON of the response (`error` already unwrapped), its text if it was not
            JSON, or None if there was none.
        code, param, type: those fields of the body, where they exist.
        retries_taken: how many times the request had been sent again before this error.
    """

    message: str
    request: httpx.Request
    body: object | None
    code: str | None = None
    param: str | None = None
    type: str | None = None
    retries_taken: int = 0

    def __init__(self, message: str, request: httpx.Request, *, body: object | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.request = without_secrets(request)
        self.body = body
        if isinstance(body, dict):
            fields = cast("dict[str, object]", body)
            for name in ("code", "param", "type"):
                value = fields.get(name)
                setattr(self, name, None if value is None else str(value))


class APIConnectionError(APIError):
    """The connection failed, or broke before the response was complete.

    Attributes:
        never_sent: True if the service cannot have seen the request.
    """

    never_sent: bool = False

    def __init__(self, *, message: str = "Connection error.", request: httpx.Request) -> None:
        super().__init__(message, request)


class APITimeoutError(APIConnectionError):
    """The response did not come, or did not end, within the timeout."""

    def __init__(self, request: httpx.Request, *, message: str = "Request timed out.") -> None:
        super().__init__(message=message, request=request)


class _ResponseError(APIError):
    """The base of the errors that hold a response.

    Attributes:
        response: a copy of the response, without cookies and what may repeat a hidden header.
        status_code: its status.
        request_id: its `x-request-id`, or None. Worth quoting when you ask for help.
    """

    response: httpx.Response
    status_code: int
    request_id: str | None

    def __init__(self, message: str, *, response: httpx.Response, body: object | None) -> None:
        super().__init__(message, response.request, body=body)
        self.response = shown_response(response)
        self.status_code = response.status_code
        self.request_id = response.headers.get("x-request-id")


class APIResponseValidationError(_ResponseError):
    """The response is not JSON, about another object, or (strict) not what the spec says.

    It may be a conversation: `message` does not quote it, and pickles and copies are without it.
    """

    def __init__(
        self, response: httpx.Response, body: object | None, *, message: str | None = None
    ) -> None:
        message = message or "The response does not have the expected form."
        super().__init__(message, response=response, body=body)

    def __reduce__(self) -> tuple[Callable[..., OpenAIError], tuple[Any, ...]]:
        kind = library_of(self.response).Response
        head = kind(self.status_code, headers=self.response.headers, request=self.request)
        return _rebuild, (type(self), self.args, {**self._state(), "body": None, "response": head})


class OutputParsingError(APIResponseValidationError):
    """The response, which is `body`, is unfinished or its output is not of the type asked for."""


class APIStatusError(_ResponseError):
    """The service responded with a status of 400 or more, or with a redirect not to be followed."""

    @property
    def retry_after(self) -> float | None:
        """The seconds that the service asks to wait, by `retry-after-ms` or `retry-after`.

        A date there counts from now on, and is never below 0. None if it asks for nothing.
        """
        asked = asked_delay(self.response.headers)
        return None if asked is None else max(asked, 0.0)


class BadRequestError(APIStatusError):
    """400: the service could not accept the request."""


class ConversationLockedError(BadRequestError):
    """400 `conversation_locked`: another request is working on the conversation.

    Nothing was done. The client has retried already (see `max_retries`).
    """


class AuthenticationError(APIStatusError):
    """401: no key, or one that is not valid."""


class PermissionDeniedError(APIStatusError):
    """403: the key is valid and may not do this."""


class NotFoundError(APIStatusError):
    """404: there is no such object."""


class ConflictError(APIStatusError):
    """409: the object was changed at the same time."""


class UnprocessableEntityError(APIStatusError):
    """422: the request is well-formed and means nothing to the service."""


class RateLimitError(APIStatusError):
    """429: too many requests, or the quota is used up."""


class InternalServerError(APIStatusError):
    """500 and above: the service failed."""


_BY_STATUS: dict[int, type[APIStatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: UnprocessableEntityError,
    429: RateLimitError,
}


def status_error_class(status: int, code: str | None) -> type[APIStatusError]:
    """Return the class for a status that is not 2xx.

    Args:
        status: of the response.
        code: the error code in its body, or None.
    """
    if status == 400 and code == "conversation_locked":
        return ConversationLockedError
    if status >= 500:  # proxies have statuses of their own, such as 520
        return InternalServerError
    return _BY_STATUS.get(status, APIStatusError)
