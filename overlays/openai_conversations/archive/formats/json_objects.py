"""The JSON objects of a file, one after the other, and their fields by type.

Every reader of JSON reads through these, so that whatever is wrong with a file, the JSON itself or
the type of a field, is one `InvalidArgumentError` that says where.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Generator, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import StringIO
from typing import Any, TextIO, TypeVar, cast

from ..._request.request import dumps
from ..._request.validation import describe, is_mapping
from ...errors import InvalidArgumentError
from ..source_file import SourceFile, bad_file

T = TypeVar("T")

_UTF8 = ("utf-8", "surrogatepass")
_CHUNK = 1 << 16
_BLANK = re.compile("[\ufeff \\t\\r\\n]*")  # files that were put together have a BOM inside
_decode = json.JSONDecoder().raw_decode
_KINDS: Mapping[Any, str] = {str: "a string", list: "a list", dict: "an object", bool: "a boolean"}


def shown(value: object) -> str:
    """Return an id or a name out of a file as people are shown it: quoted, and not long."""
    return repr(value[:80]) if isinstance(value, str) else describe(value)


@dataclass(frozen=True, slots=True)
class JsonObject:
    """An object in a file, whose fields are asked for by name and type.

    A field that is null counts as one that is not there. One of another type is an
    `InvalidArgumentError`, from each of the methods.

    Attributes:
        place: where it stands: "line 12, messages[3]".
        fields: as they were read.
        span: where its bytes begin and end in the file, if `json_objects` gave it.
    """

    place: str
    fields: Mapping[str, Any]
    span: tuple[int, int] = (0, 0)

    @classmethod
    def of(cls, value: object, place: str) -> JsonObject:
        """Return the object at a place; an `InvalidArgumentError` if it is something else."""
        if not is_mapping(value):
            raise bad_file(place, "an object", value)
        return cls(place, value)

    def find(self, name: str, kind: type[T]) -> T | None:
        """Return a field of this type, or None if it is not there."""
        value: object = self.fields.get(name)
        if value is None or isinstance(value, kind):
            return value
        raise self.error(name, _KINDS[kind])

    def need(self, name: str, kind: type[T]) -> T:
        """Return a field of this type, which has to be there."""
        value = self.find(name, kind)
        if value is None:
            raise self.error(name, _KINDS[kind])
        return value

    def text(self, name: str) -> str:
        """Return a string, or "" if it is not there."""
        return self.find(name, str) or ""

    def inner(self, name: str) -> JsonObject:
        """Return an object, or an empty one if it is not there."""
        fields = cast("dict[str, Any] | None", self.find(name, dict)) or {}
        shown_name = name if name.isidentifier() else shown(name)
        return JsonObject(f"{self.place}, {shown_name}", fields)

    def items(self, name: str) -> list[object]:
        """Return a list, or an empty one if it is not there."""
        return cast("list[object] | None", self.find(name, list)) or []

    def objects(self, name: str) -> list[JsonObject]:
        """Return a list of objects, or an empty one if it is not there."""
        each = enumerate(self.items(name))
        return [JsonObject.of(one, f"{self.place}, {name}[{index}]") for index, one in each]

    def time(self, name: str) -> datetime | None:
        """Return a time, which a file has in seconds since 1970, or None if it is not there."""
        value = self.fields.get(name)
        if value is None:
            return None
        try:
            return datetime.fromtimestamp(value, UTC)
        except (TypeError, ValueError, OverflowError, OSError):
            raise self.error(name, "a time in seconds since 1970") from None

    def json(self, name: str) -> str:
        """Return a field as JSON."""
        try:
            return dumps(self.fields[name]).decode()
        except RecursionError:
            raise self.error(name, "JSON that is not nested so deeply") from None

    def others(self, known: Collection[str]) -> Iterator[str]:
        """Give the names of the fields that say something and are not among the known ones."""
        for name, value in self.fields.items():
            if name not in known and value not in (None, "", [], {}, False):
                yield name

    def error(self, name: str, expected: str) -> InvalidArgumentError:
        """Return the error for a field that is not what it should be."""
        return bad_file(f"{self.place}, {name}", expected, self.fields.get(name))


def again(source: SourceFile, value: JsonObject) -> Callable[[], JsonObject]:
    """Return a function that reads an object again which `json_objects` gave; it keeps none of it.

    The function raises `InvalidArgumentError` if the file was changed.
    """
    place, (start, end) = value.place, value.span

    def read() -> JsonObject:
        with source.path.open("rb") as file:
            file.seek(start)
            return json_object(file.read(end - start).decode(*_UTF8), place)

    return read


def json_object(text: object, place: str) -> JsonObject:
    """Return the object that a text is; an `InvalidArgumentError` as of `json_objects`."""
    scanner = _Scanner(StringIO(text if isinstance(text, str) else ""))
    if not scanner.peek():
        raise bad_file(place, "JSON", text)
    value = scanner.value(place)
    if scanner.peek():
        raise _not_json(place, "something follows the object")
    return value


def json_objects(source: SourceFile) -> Generator[JsonObject]:
    """Give the elements of the list that a file is, or the objects that follow each other in it.

    So a file can be a list, JSON Lines, or one object. Only one of them is in memory at a time.

    Raises:
        InvalidArgumentError: naming `file` and the place: something is not JSON, not an object, or
            cannot be sent (half a surrogate pair, NaN).
    """
    # Line ends are not translated, so that characters can be counted as bytes.
    with source.path.open("r", -1, *_UTF8, "") as text:
        scanner = _Scanner(text)
        if scanner.peek() != "[":
            while scanner.peek():
                yield scanner.value(f"line {scanner.line}")
            return
        scanner.step()
        index, more = 0, scanner.peek() != "]"
        while more:
            yield scanner.value(f"line {scanner.line}, [{index}]")
            index, more = index + 1, scanner.peek() == ","
            if more:
                scanner.step()
                scanner.peek()
        if scanner.peek() != "]":
            raise _not_json(f"line {scanner.line}", "the list goes on without a comma, or is cut")
        scanner.step()
        if scanner.peek():
            raise _not_json(f"line {scanner.line}", "something follows the list")


class _Scanner:
    """Reads a text as far as the next value takes, and then twice as far if that is longer."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._buffer = ""
        self._at = 0
        self._bytes = 0
        self.line = 1

    def peek(self) -> str:
        """Pass over blanks; return the character that follows, or "" at the end."""
        while True:
            self._pass_to(cast("re.Match[str]", _BLANK.match(self._buffer, self._at)).end())
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._fill():
                return ""

    def step(self) -> None:
        """Pass over one character."""
        self._pass_to(self._at + 1)

    def value(self, place: str) -> JsonObject:
        """Read an object, which is at this place."""
        while True:
            try:
                value, end = _decode(self._buffer, self._at)
                dumps(value)
            except json.JSONDecodeError as error:
                # Cut off by the end of the buffer, or wrong: not even `"\\ud83d\\ude0` is longer.
                cut = error.pos > len(self._buffer) - 12 or error.msg.startswith("Unterminated")
                if cut and self._fill():
                    continue
                raise _not_json(place, error.msg) from None
            except RecursionError:
                raise _not_json(place, "nested too deeply") from None
            except ValueError as error:
                reason = error.reason if isinstance(error, UnicodeEncodeError) else str(error)
                raise _not_json(place, reason) from None
            start = self._bytes
            self._pass_to(end)
            return replace(JsonObject.of(value, place), span=(start, self._bytes))

    def _pass_to(self, end: int) -> None:
        passed = self._buffer[self._at : end]
        self._bytes += len(passed.encode(*_UTF8))
        self.line += passed.count("\n")
        self._at = end

    def _fill(self) -> bool:
        """Read on; return False at the end."""
        rest = self._buffer[self._at :]
        read = self._text.read(max(_CHUNK, len(rest)))
        self._buffer, self._at = rest + read, 0
        return bool(read)


def _not_json(place: str, reason: str) -> InvalidArgumentError:
    message = f"file, {place}: expected JSON, got something else: {reason}"
    return InvalidArgumentError("file", expected="JSON", received=reason, message=message)
