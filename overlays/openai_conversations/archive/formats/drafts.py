"""Making items out of what other formats have: messages, calls of tools, and their outputs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from ..._request.validation import (
    MAX_OUTPUT_LENGTH,
    check_call_id,
    fit_output,
)
from ...errors import InvalidArgumentError
from ...progress import OnUnsupported
from ..records import Record, Unsupported
from .json_objects import JsonObject, shown

_URLS = ("https://", "http://", "data:")
_ROLES = ("system", "developer", "user", "assistant")
_DETAILS = ("low", "high", "original")


class Draft:
    """What becomes a message, or the output of a call, and what of it has no input form.

    Args:
        role: of the message; one that no message can have stands for the assistant's, in which all
            notes are.
        place: where it stands in the file.
        on_unsupported: what becomes of what has no input form.
    """

    def __init__(self, role: str, place: str, on_unsupported: OnUnsupported) -> None:
        self._role = role
        self._place = place
        self._unsupported = Unsupported(place, on_unsupported)
        self._parts: list[dict[str, str]] = []

    @property
    def empty(self) -> bool:
        """Whether nothing was added or noted."""
        return not self._parts and not self._unsupported.notes

    def text(self, text: str, *, needed: bool = True) -> None:
        """Add a text; an empty one only if it is needed."""
        if text or needed:
            self._parts.append({"type": "input_text", "text": text})

    def joined(self) -> str:
        """Return the texts, a line each."""
        return "\n".join(part["text"] for part in self._parts if "text" in part)

    def image(self, image: JsonObject) -> None:
        """Add an image: an object with `url` or `file_id`, and `detail`."""
        url, id, detail = image.text("url"), image.text("file_id"), image.text("detail")
        # A message of the assistant that has no id of the service is a string.
        if self._role == "assistant" or not (id or url.startswith(_URLS)):
            self.note(f"the image {shown(id or url)}")
        else:
            source = {"file_id": id} if id else {"image_url": url}
            detail = detail if detail in _DETAILS else "auto"
            self._parts.append({"type": "input_image", **source, "detail": detail})

    def file(self, file: JsonObject) -> None:
        """Add a file: an object with `file_id`, or with `file_data` and `filename`."""
        found = {name: file.text(name) for name in ("file_id", "file_data", "filename")}
        if self._role == "assistant" or not (found["file_id"] or found["file_data"]):
            self.note(f"the file {shown(found['file_id'] or found['filename'])}")
        else:
            filled = {name: value for name, value in found.items() if value}
            self._parts.append({"type": "input_file", **filled})

    def note(self, what: str, text: str = "") -> None:
        """Add something that has no input form.

        Args:
            what: what it is, for people.
            text: its words, if it has any.
        """
        stand_in = self._unsupported.note(what, f"[{what}] {text}" if text else f"[{what}]")
        if stand_in is not None:
            self.text(stand_in)

    def note_fields(self, of: JsonObject, known: Collection[str]) -> None:
        """Add the fields of an object that no input form has; only for strings a text stands."""
        for name in of.others(known):
            value: object = of.fields[name]
            if isinstance(value, str):
                self.note(f"the field {shown(name)}", value)
            else:
                self._unsupported.leave_out(f"the field {shown(name)}")

    def leave_out(self, what: str) -> None:
        """Take down something for which no text can stand."""
        self._unsupported.leave_out(what)

    def replace(self, what: str) -> None:
        """Take down that all of it, as it is so far, has no input form."""
        text = self.joined()
        self._parts = []
        self.note(what, text)

    def records(self, empty: str = "") -> Iterator[Record]:
        """Give the message, or what was noted.

        Args:
            empty: what to take down if it is empty; without it, that gives nothing.
        """
        if empty and self.empty:
            self.leave_out(empty)
        role = self._role if self._role in _ROLES else "assistant"
        content: object = self.joined() if role == "assistant" else self._parts
        if self._parts:
            yield self.record({"type": "message", "role": role, "content": content})
        elif self._unsupported.notes:
            yield self.record(None)

    def output(self, call_type: str, call_id: str) -> Record:
        """Return the output of a call: a string, or a list of parts if one is not a text."""
        output: object = self._parts
        if all("text" in part for part in self._parts):
            output = text = self.joined()
            if len(text) > MAX_OUTPUT_LENGTH:
                self.leave_out(f"the end of an output of {len(text):,} characters")
                output = fit_output(text)
        return self.record({"type": f"{call_type}_output", "call_id": call_id, "output": output})

    def record(self, item: Mapping[str, Any] | None) -> Record:
        """Return a record of this item with what was noted."""
        return Record(self._place, item, self._unsupported.notes)


class OpenCalls:
    """The calls of tools that have no output yet, each with an id that the service takes.

    In other formats calls have no ids, the same ids again and again, or ids that are too long.
    """

    def __init__(self) -> None:
        self._open: list[tuple[str, str, str, str]] = []
        self._ids: set[str] = set()

    def add(self, id: str, name: str, call_type: str) -> str:
        """Return the `call_id` of a call: its id in the file, or one that is made of it.

        Args:
            id: in the file; "" if it has none.
            name: of the tool.
            call_type: "function_call" or "custom_tool_call".
        """
        call_id = id
        try:
            check_call_id(id)
        except InvalidArgumentError:
            call_id = ""
        if not call_id or call_id in self._ids:
            digest = sha256(f"{len(self._ids)} {id}".encode()).hexdigest()
            call_id = f"call_{digest[:32]}"
        self._ids.add(call_id)
        self._open.append((id, name, call_type, call_id))
        return call_id

    def take(self, id: str, name: str) -> tuple[str, str] | None:
        """Return type and `call_id` of the call of which this is the output, or None.

        Args:
            id: by which the output names its call; if it is "", the name of the tool tells.
            name: of the tool; "" is any.
        """
        for call in self._open:
            if call[0] == id if id else name in ("", call[1]):
                self._open.remove(call)
                return call[2], call[3]
        return None


def said(**values: str | datetime | None) -> dict[str, str]:
    """Return those of the values that a file has, as metadata has them."""
    texts = {k: v.isoformat() if isinstance(v, datetime) else v for k, v in values.items()}
    return {name: text for name, text in texts.items() if text}
