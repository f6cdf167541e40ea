"""The model of the local service: an echo that says so, a script, or a callable of the user's.

Deterministic on purpose. A test states what the model will say (the queue) or computes it (the
callable); without either, the reply names the local model and repeats what it was given.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from .._schema import schema
from .._schema.values import is_array
from ..errors import InvalidArgumentError
from .ids import new_id
from .wire import dump


@runtime_checkable
class Item(Protocol):
    """An item in the form of a generated model."""

    def to_dict(self) -> dict[str, Any]: ...


#: An item that a model puts out, as ``response.output`` holds it: JSON or a generated model. Id
#: and status may be left out, and a message's ``content`` may be a plain string.
OutputItem = Mapping[str, Any] | Item


class ModelError(Exception):
    """A failure in place of a reply: queued by ``enqueue_error`` or raised by a callable.

    With ``status`` the request itself fails with that HTTP status (in a stream: an ``error``
    event); without, a response is made whose ``status`` is ``failed``, and ``code`` is one of the
    document's ``ResponseErrorCode``. Raises InvalidArgumentError for a code or a status that
    cannot be.
    """

    def __init__(
        self, message: str, code: str = "server_error", *, status: int | None = None
    ) -> None:
        super().__init__(message)
        codes: list[str] = schema("ResponseErrorCode")["enum"]
        if status is None and code not in codes:
            raise InvalidArgumentError(
                "code", expected=f"one of {', '.join(codes)}", received=repr(code)
            )
        if status is not None and not 400 <= status <= 599:
            raise InvalidArgumentError(
                "status", expected="an HTTP error status, 400 to 599", received=str(status)
            )
        self.message = message
        self.code = code
        self.status = status


@dataclass(frozen=True, slots=True)
class Text:
    """A reply of text, in the pieces in which a stream delivers it.

    ``incomplete`` is the reason why the text stops early (``max_output_tokens`` or
    ``content_filter``), or None.
    """

    pieces: Iterable[str]
    incomplete: str | None = None


#: What a model may answer with: text, text as it comes, one item, or several.
Reply = str | Iterator[str] | OutputItem | Sequence[OutputItem]

#: A model of the user's own. It is given the decoded request body and the items the model sees
#: (the conversation or the earlier responses, then the input), oldest first.
ModelCallable = Callable[[dict[str, Any], list[dict[str, Any]]], Reply]

#: One turn as the rest of the service reads it.
Turn = Text | ModelError | list[dict[str, Any]]


class LocalModel:
    """What answers when a response is created.

    Each ``enqueue…`` adds one turn, that is the whole output of one response; turns are taken
    oldest first. When none is queued, ``fallback`` answers: a callable, or the built-in echo; it
    may be replaced at any time. Safe to use from several threads.
    """

    def __init__(self, fallback: ModelCallable | None = None) -> None:
        self.fallback: ModelCallable = fallback if fallback is not None else echo
        self._turns: deque[Turn] = deque()
        self._lock = threading.Lock()

    def enqueue(self, *items: OutputItem) -> None:
        """Queue one turn of these items; ids and status are filled in where they are missing.

        Raises InvalidArgumentError for anything that is no JSON, and when none is given.
        """
        if not items:
            raise InvalidArgumentError("items", expected="one item or more", received="none")
        turn: list[dict[str, Any]] = []
        for index, item in enumerate(items):
            try:
                turn.append(_plain(item))
            except (TypeError, ValueError) as error:
                raise InvalidArgumentError(
                    f"items[{index}]", expected="an item of JSON values", received=str(error)
                ) from None
        self._add(turn)

    def enqueue_text(
        self, text: str, *, chunks: Sequence[str] | None = None, incomplete: str | None = None
    ) -> None:
        """Queue a turn of one assistant message.

        ``chunks`` are the pieces in which a stream delivers the text, word by word when not
        given; joined they must be ``text``. ``incomplete`` ends the response as incomplete for
        that reason: ``max_output_tokens`` or ``content_filter``. Raises InvalidArgumentError.
        """
        pieces = words(text) if chunks is None else list(chunks)
        if "".join(pieces) != text:
            raise InvalidArgumentError(
                "chunks", expected=f"pieces that join to {text!r:.80}", received=f"{pieces!r:.80}"
            )
        if incomplete not in (None, "max_output_tokens", "content_filter"):
            raise InvalidArgumentError(
                "incomplete",
                expected="'max_output_tokens' or 'content_filter'",
                received=repr(incomplete),
            )
        self._add(Text(pieces, incomplete))

    def enqueue_function_call(
        self, name: str, arguments: str | Mapping[str, Any], *, call_id: str | None = None
    ) -> None:
        """Queue a turn of one function call; a mapping of arguments is sent as JSON text."""
        text = arguments if isinstance(arguments, str) else json.dumps(arguments)
        self.enqueue(
            {
                "type": "function_call",
                "name": name,
                "arguments": text,
                "call_id": call_id if call_id is not None else new_id("call"),
            }
        )

    def enqueue_refusal(self, refusal: str) -> None:
        """Queue a turn of one assistant message that refuses, in these words."""
        part = {"type": "refusal", "refusal": refusal}
        self.enqueue({"type": "message", "role": "assistant", "content": [part]})

    def enqueue_reasoning(self, summary: str, text: str) -> None:
        """Queue a turn that reasons first and then answers with ``text``."""
        part = {"type": "summary_text", "text": summary}
        self.enqueue(
            {"type": "reasoning", "id": new_id("rs"), "summary": [part]},
            {"type": "message", "role": "assistant", "content": text},
        )

    def enqueue_error(
        self, message: str, *, code: str = "server_error", status: int | None = None
    ) -> None:
        """Queue a failure: of the request when ``status`` (400 to 599) is given, of the response
        (``status: failed``) when not. Raises InvalidArgumentError as ModelError does."""
        self._add(ModelError(message, code, status=status))

    @property
    def pending(self) -> int:
        """How many queued turns are still to be taken."""
        return len(self._turns)

    def turn(self, request: dict[str, Any], context: list[dict[str, Any]]) -> Turn:
        """The next turn: the oldest queued one, or what the fallback answers."""
        with self._lock:
            if self._turns:
                return self._turns.popleft()
        # A callable may keep or change what it is given; what is stored must not follow.
        reply = self.fallback(*json.loads(dump([request, context])))
        if isinstance(reply, str):
            return Text(words(reply))
        if isinstance(reply, Iterator):
            return Text(reply)
        items = [reply] if isinstance(reply, (Mapping, Item)) else reply
        return [_plain(item) for item in items]

    def _add(self, turn: Turn) -> None:
        with self._lock:
            self._turns.append(turn)


def _plain(item: OutputItem) -> dict[str, Any]:
    """An item as JSON of its own; TypeError or ValueError for what JSON cannot hold."""
    if not isinstance(item, (Mapping, Item)):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"{type(item).__name__} is no item")
    value = dict(item) if isinstance(item, Mapping) else item.to_dict()
    plain: dict[str, Any] = json.loads(dump(value))
    return plain


def echo(request: dict[str, Any], context: list[dict[str, Any]]) -> str:
    """The built-in model: names itself and repeats the last thing it was given."""
    last: dict[str, Any] = context[-1] if context else {"type": "nothing"}
    said = _text(last)
    if last["type"] == "message" and said:
        return f"[local model] You said: {said}"
    if said:
        return f"[local model] You sent a {last['type']}: {said}"
    return f"[local model] You sent: {last['type']}"


def words(text: str) -> list[str]:
    """Text in pieces of one word and the space after it, the way a stream delivers it."""
    pieces: list[str] = []
    for piece in text.split(" "):
        if pieces:
            pieces[-1] += " "
        pieces.append(piece)
    return [piece for piece in pieces if piece]


def _text(item: Mapping[str, Any]) -> str:
    content: Any = item.get("content", item.get("output"))
    if isinstance(content, str):
        return content
    if not is_array(content):
        return ""
    return " ".join(part["text"] for part in content if isinstance(part.get("text"), str))
