"""The model of the local service: an echo that says so, a script, or a function of the user.

Deterministic on purpose. A test states what the model will say (the queue) or computes it (the
function); without either, the text names the local model and repeats the last item that it got.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from typing import Any, Protocol, runtime_checkable

from .._schema.values import is_array, is_object
from ..errors import InvalidArgumentError
from .errors import check_argument
from .ids import new_id
from .json_body import encode_json
from .schema_parts import response, strings
from .structured_output import required_output


@runtime_checkable
class Item(Protocol):
    """An item in the form of a generated model."""

    def to_dict(self) -> dict[str, Any]: ...


#: An item that a model puts out, as `response.output` holds it: JSON or a generated model. Id and
#: status may be missing, and a message's `content` may be a plain string.
OutputItem = Mapping[str, Any] | Item


class ModelError(Exception):
    """A failure in place of output: queued by `enqueue_error` or raised by a function.

    Args:
        message: The message of the error.
        code: One of those that the API has for the `error` of a response.
        status: An HTTP status with which the request fails (in a stream: an `error` event), or
            None for a response whose status is `failed`.

    Raises:
        InvalidArgumentError: For a code or a status that the API does not have.
    """

    def __init__(
        self, message: str, code: str = "server_error", *, status: int | None = None
    ) -> None:
        super().__init__(message)
        if status is None:
            _check_value("code", code, "error", "code")
        fits = status is None or 400 <= status <= 599
        check_argument("status", fits, "an HTTP error status, 400 to 599", status)
        self.message, self.code, self.status = message, code, status


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of an output item. Pieces that follow each other and differ in nothing but the text
    are of one item; those of several calls may come in turns.
    """

    kind: str  # `output_text`, `refusal`, `reasoning_text`, or the type of a tool call
    text: str
    call_id: str | None = None  # of a tool call
    name: str = ""  # of its tool


@dataclass(eq=False)
class Stream:
    """Output that may still be on its way."""

    pieces: Iterable[Piece]
    # Known once all pieces have come:
    incomplete: str | None = None  # why it stops early: `max_output_tokens`, `content_filter`
    usage: dict[str, Any] | None = None  # as a response has it, if the model counts tokens

    def open(self) -> None:
        """Wait until pieces are going to come; raise the `ServiceError` if none are."""

    def close(self) -> None:
        """Leave the rest of the pieces; nobody is reading them."""

    def abort(self) -> None:
        """End the pieces with an error, for another thread that may wait for one."""


#: The output of a function: text, text as it comes, one item, or several.
ModelOutput = str | Iterator[str] | OutputItem | Sequence[OutputItem] | Stream

#: A function as model. It is given the decoded request body and the items that a model sees (the
#: conversation or the earlier responses, then the input), oldest first.
ModelCallable = Callable[[dict[str, Any], list[dict[str, Any]]], ModelOutput]

#: The whole output of one response, as the rest of the service takes it.
Turn = Stream | ModelError | list[dict[str, Any]]


class RemoteModel:
    """A model on a server, which is a function, too. It changes nothing that it is given."""

    def __call__(self, request: dict[str, Any], context: list[dict[str, Any]], /) -> Stream:
        """Return the output, before anything is sent.

        Raises:
            ServiceError: The model has no place for something in the request.
        """
        raise NotImplementedError


class LocalModel:
    """The model that puts out the items of each response. Thread-safe.

    Each `enqueue…` adds one turn, that is the whole output of one response; the oldest comes first.
    When none is queued, `fallback` is called: a function, or the built-in echo. It may be replaced
    at any time.
    """

    def __init__(self, fallback: ModelCallable | None = None) -> None:
        self.fallback: ModelCallable = fallback if fallback is not None else echo
        self._turns: deque[Turn] = deque()

    def enqueue(self, *items: OutputItem) -> None:
        """Queue one turn of these items; missing ids and statuses are filled in.

        Raises:
            InvalidArgumentError: For a value that is not JSON, and if no item is given.
        """
        check_argument("items", bool(items), "one item or more", items)
        self._turns.append([_to_json(item, f"items[{index}]") for index, item in enumerate(items)])

    def enqueue_text(
        self, text: str, *, chunks: Sequence[str] | None = None, incomplete: str | None = None
    ) -> None:
        """Queue a turn of one assistant message.

        Args:
            text: The text of the message.
            chunks: The pieces in which a stream delivers the text; word by word if not given.
            incomplete: Ends the response as incomplete for this reason: `max_output_tokens`, or
                another one that the API has.

        Raises:
            InvalidArgumentError: For pieces that do not join to the text, and for other reasons.
        """
        pieces = split_words(text) if chunks is None else list(chunks)
        joined = "".join(pieces) == text
        check_argument("chunks", joined, f"pieces that join to {text!r:.80}", pieces)
        if incomplete is not None:
            _check_value("incomplete", incomplete, "incomplete_details", "reason")
        self._turns.append(Stream(_texts(pieces), incomplete))

    def enqueue_function_call(
        self, name: str, arguments: str | Mapping[str, Any], *, call_id: str | None = None
    ) -> None:
        """Queue a turn of one function call; a mapping of arguments becomes JSON text."""
        text = arguments if isinstance(arguments, str) else json.dumps(arguments)
        id = call_id if call_id is not None else new_id("call")
        self.enqueue({"type": "function_call", "name": name, "arguments": text, "call_id": id})

    def enqueue_refusal(self, refusal: str) -> None:
        """Queue a turn of one assistant message that is a refusal."""
        part = {"type": "refusal", "refusal": refusal}
        self.enqueue({"type": "message", "role": "assistant", "content": [part]})

    def enqueue_reasoning(self, summary: str, text: str) -> None:
        """Queue a turn of a reasoning item and an assistant message of `text`."""
        part = {"type": "summary_text", "text": summary}
        self.enqueue(
            {"type": "reasoning", "id": new_id("rs"), "summary": [part]},
            {"type": "message", "role": "assistant", "content": text},
        )

    def enqueue_error(
        self, message: str, *, code: str = "server_error", status: int | None = None
    ) -> None:
        """Queue a failure; `ModelError` describes the arguments and what it raises."""
        self._turns.append(ModelError(message, code, status=status))

    @property
    def pending(self) -> int:
        """Return how many turns are still queued."""
        return len(self._turns)

    def begin(self, request: dict[str, Any], context: list[dict[str, Any]]) -> Turn | None:
        """Let a `RemoteModel` begin before the response does, so that its errors are those of it.

        Returns:
            The turn, or None if `next_turn` has to be asked later.
        """
        if self._turns or not isinstance(self.fallback, RemoteModel):
            return None
        stream = self.fallback(request, context)
        stream.open()
        return stream

    def next_turn(self, request: dict[str, Any], context: list[dict[str, Any]]) -> Turn:
        """Take the oldest queued turn, or call the fallback."""
        with suppress(IndexError):
            return self._turns.popleft()
        # A copy: a function may keep or change its arguments, but not what is stored.
        output = self.fallback(*json.loads(encode_json([request, context])))
        if isinstance(output, Stream):
            return output
        if isinstance(output, (str, Iterator)):
            return Stream(_texts(split_words(output) if isinstance(output, str) else output))
        items = [output] if isinstance(output, (Mapping, Item)) else output
        return [_to_json(item, f"output[{index}]") for index, item in enumerate(items)]


def echo(request: dict[str, Any], context: list[dict[str, Any]]) -> ModelOutput:
    """Return the output of the built-in model: its name, and the last item that it was given.

    Where the request requires JSON or a call of a tool, it is that (`structured_output`).
    """
    if (required := required_output(request, context)) is not None:
        return required
    last: dict[str, Any] = context[-1] if context else {"type": "nothing"}
    if not (text := _text(last)):
        return f"[local model] You sent: {last['type']}"
    did = "said" if last["type"] == "message" else f"sent a {last['type']}"
    return f"[local model] You {did}: {text}"


def _check_value(argument: str, value: str, *place: str) -> None:
    """Raise `InvalidArgumentError` for a string that the API does not have there in a response."""
    known = strings(response("createResponse", *place))
    expected = f"one of {', '.join(sorted(known or ()))}"
    check_argument(argument, known is None or value in known, expected, value)


def _texts(pieces: Iterable[str]) -> Iterator[Piece]:
    # The first is empty: without any text it is a message, too.
    return (Piece("output_text", text) for text in chain([""], pieces))


def split_words(text: str) -> list[str]:
    """Return text in pieces of one word and the space after it, as a stream delivers it."""
    return re.findall(r"[^ ]* |[^ ]+", text)


def _to_json(item: OutputItem, name: str) -> dict[str, Any]:
    """Copy an item as JSON; raise InvalidArgumentError with its name for what is not one."""
    try:
        if not isinstance(item, (Mapping, Item)):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(type(item).__name__)
        value = dict(item) if isinstance(item, Mapping) else item.to_dict()
        copied: dict[str, Any] = json.loads(encode_json(value))
    except (TypeError, ValueError) as error:
        expected = "an item (model or mapping) of JSON values"
        raise InvalidArgumentError(name, expected=expected, received=str(error)) from None
    return copied


def _text(item: Mapping[str, Any]) -> str:
    content: Any = item.get("content", item.get("output"))
    if isinstance(content, str):
        return content
    parts = filter(is_object, content) if is_array(content) else ()
    return " ".join(part["text"] for part in parts if isinstance(part.get("text"), str))
