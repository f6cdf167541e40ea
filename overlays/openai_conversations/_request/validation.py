"""Checks of arguments before anything is sent, and the one wording that they share.

A wrong argument is found here, in the caller's own stack frame, and not in the response of a
service half a second later. Every function is pure: it takes the value and the name under which the
caller gave it, and either returns the value in the form that is sent or raises
`InvalidArgumentError`, which names `argument`.

Only limits that the service documents are checked. What a newer service may allow (a new `include`
value, a new kind of item) passes through.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Coroutine, Iterable, Mapping, Sized
from typing import Any, TypeGuard, cast

from ..errors import InvalidArgumentError

MAX_ITEMS = 20
MAX_METADATA_KEYS = 16
MAX_METADATA_KEY_LENGTH = 64
MAX_METADATA_VALUE_LENGTH = 512
MAX_CALL_ID_LENGTH = 64
MAX_OUTPUT_LENGTH = 10_485_760
MAX_LIMIT = 100

# A string in an error message: a name or an id. Text, which has blanks, may be of a conversation.
_NAME = re.compile(r"[\w./:-]{0,24}", re.ASCII)
_SECRET = re.compile(r"(?<![A-Za-z0-9])sk-|:/+[^/]*:[^/]*@")


def describe(value: object) -> str:
    """Describe a value in a few words, for an error message.

    A string is shown if it could be a name or an id, of up to 24 characters, and does not look like
    an API key: an error message ends up in logs.
    """
    if value is None or isinstance(value, bool | float):
        return repr(value)
    if isinstance(value, int):
        # Python does not print integers of more than 4300 digits.
        return repr(value) if value.bit_length() < 100 else "a whole number of many digits"
    if isinstance(value, str):
        if "sk-" in value:  # anywhere: a key may have been pasted with words around it
            return f"a string of {len(value)} characters that looks like an API key"
        return repr(value) if _NAME.fullmatch(value) else f"a string of {len(value)} characters"
    if isinstance(value, type):
        return f"the class {value.__name__}"
    if isinstance(value, Coroutine):
        return f"the coroutine {cast('Any', value).__qualname__}(), which was not awaited"
    name = type(value).__name__
    if isinstance(value, list | tuple | dict | set | frozenset | bytes | bytearray):
        return f"{name} of length {len(cast('Sized', value))}"
    return f"{name} object"


def describe_path(path: str | os.PathLike[str]) -> str:
    """Describe a path, for an error message: whole, if it holds no key and no password of a URL."""
    text = os.fspath(path)
    return describe(text) if _SECRET.search(text) else repr(text)


def invalid(argument: str, expected: str, value: object) -> InvalidArgumentError:
    """Return the error for `argument`, which should have been `expected` and was `value`."""
    return mismatch(argument, expected, describe(value))


def mismatch(argument: str, expected: str, received: str) -> InvalidArgumentError:
    """Return the same for a value that `received` tells of, in place of `describe`."""
    return InvalidArgumentError(argument, expected=expected, received=received)


#: Keywords of the chat-completions API, by those that stand for them in the Responses API.
_FROM_CHAT_COMPLETIONS = {
    "input": ("messages", "prompt"),
    "items": ("messages",),
    "max_output_tokens": ("max_tokens", "max_completion_tokens"),
    "reasoning={'effort': ...}": ("reasoning_effort",),
    "text={'format': ...} (text_format= of parse and stream)": ("response_format",),
    "text={'verbosity': ...}": ("verbosity",),
    "tool_choice": ("function_call",),
    "tools": ("functions", "web_search_options"),
    "include=['message.output_text.logprobs']": ("logprobs",),
}
_NOT_IN_RESPONSES = (
    *("audio", "frequency_penalty", "logit_bias", "modalities", "n", "prediction"),
    *("presence_penalty", "seed", "stop"),
)


def unexpected_keyword(
    method: str, name: str, known: Collection[str], advice: str = ""
) -> InvalidArgumentError:
    """Return the error for a keyword that `method` does not take, naming the nearest one."""
    from difflib import get_close_matches

    meant = [
        there
        for there, names in _FROM_CHAT_COMPLETIONS.items()
        if name in names and there.partition("=")[0] in known
    ]
    if meant:
        hint = f"; did you mean {meant[0] if '=' in meant[0] else repr(meant[0])}?"
        advice = ""
    elif name in _NOT_IN_RESPONSES and "input" in known:
        hint, advice = "; the Responses API has none", ""
    else:
        near = get_close_matches(name, known, 1)
        hint = f"; did you mean {near[0]!r}?" if near else "." if advice else ""
    message = f"{method}() got an unexpected keyword argument {name!r}{hint} {advice}".rstrip()
    expected = f"a keyword of {method}"
    return InvalidArgumentError(name, expected=expected, received=repr(name), message=message)


class WrongWith:
    """Stands for the method that a `with` of the wrong kind asks for; there is none.

    It is a method to nobody who asks: `hasattr` says no. Only the error says more than Python's.
    """

    def __init__(self, right: str) -> None:
        self._right = right

    def __get__(self, instance: object, owner: type) -> Any:
        """Raise `AttributeError`, which names the right one."""
        raise AttributeError(f"{owner.__name__} is for `{self._right}`")


def is_mapping(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Return whether `value` can be read as a JSON object."""
    return isinstance(value, Mapping)


def check_mapping(value: object, argument: str, expected: str) -> dict[Any, Any]:
    """Return a mapping as a dict; None is an empty one."""
    if not (value is None or is_mapping(value)):
        raise invalid(argument, expected, value)
    return dict(value or {})


def check_list(value: object, argument: str, expected: str) -> list[Any]:
    """Return the elements of an iterable as a list.

    A string is refused, which would be read letter by letter, and so is a mapping, of which only
    the keys would be read: both are what people write who forget the brackets.
    """
    if isinstance(value, str):
        # Not shown: it may be the text of a message.
        raise mismatch(argument, expected, f"a string of {len(value)} characters")
    if not is_list_like(value):
        raise invalid(argument, expected, value)
    return list(value)


def is_list_like(value: object) -> TypeGuard[Iterable[Any]]:
    """Return whether `value` can be iterated over and is neither a string nor a mapping."""
    if isinstance(value, (list, tuple)):
        return True
    return isinstance(value, Iterable) and not isinstance(value, (str, bytes, Mapping))


def check_text(value: object, argument: str) -> str:
    """Return `value` if it is a `str`, empty or not."""
    if not isinstance(value, str):
        raise invalid(argument, "a string", value)
    return value


def check_id(value: object, argument: str) -> str:
    """Return an identifier that can stand in a path or in an item.

    Refused are values that are not a `str`, empty ones, `.` and `..` (an HTTP library or a proxy
    would resolve them to another path), and any with whitespace or control characters. Everything
    else is allowed, `/` too: it is percent-encoded when the path is built.

    A conversation, or a response's reference to one, stands for its id where that is asked for.

    Source: every operation with `{conversation_id}`, `{item_id}` or `{response_id}`.
    """
    if not isinstance(value, str) and argument in ("conversation", "conversation_id"):
        # An item has a type, and of objects without one only a reference does not say what it is.
        kind = getattr(value, "type", None) or getattr(value, "object", "conversation")
        value = getattr(value, "id", value) if kind == "conversation" else value
    if not isinstance(value, str):
        raise invalid(argument, "an id as a string", value)
    if not value or value in (".", "..") or " " in value or not value.isprintable():
        expected = "an id: not empty, not '.' or '..', no whitespace or control characters"
        raise invalid(argument, expected, value)
    return value


def check_call_id(value: object, argument: str = "call_id") -> str:
    """Return the id that ties a tool's output to its call: 1 to 64 characters.

    Source: `call_id` in `FunctionCallOutputItemParam` and its siblings.
    """
    text = check_id(value, argument)
    if len(text) > MAX_CALL_ID_LENGTH:
        raise invalid(argument, f"at most {MAX_CALL_ID_LENGTH} characters", value)
    return text


def check_output(value: object, argument: str = "output") -> str:
    """Return the text of a tool's output: Unicode, of at most 10,485,760 characters.

    Source: `output` in `FunctionCallOutputItemParam`, and its siblings.
    """
    text = check_text(value, argument)
    if len(text) > MAX_OUTPUT_LENGTH:
        expected = f"at most {MAX_OUTPUT_LENGTH:,} characters"
        raise mismatch(argument, expected, f"{len(text):,} characters")
    if fit_output(text) != text:
        raise mismatch(argument, "Unicode text, without half surrogate pairs", "one with such")
    return text


def fit_output(text: str) -> str:
    """Return a text cut and changed so far that `check_output` takes it."""
    return text[:MAX_OUTPUT_LENGTH].encode(errors="replace").decode()


def check_item_count(items: Sized, argument: str = "items") -> None:
    """Refuse more items than one request takes (20), and name what sends a longer list in parts.

    Source: `items` of createConversation and createConversationItems.
    """
    if len(items) > MAX_ITEMS:
        expected = (
            f"at most {MAX_ITEMS} items in one request "
            "(client.conversations.items.append sends a longer list in several)"
        )
        raise mismatch(argument, expected, f"{len(items)} items")


def check_metadata(metadata: object, argument: str = "metadata") -> dict[str, str]:
    """Return metadata as a dict: at most 16 keys of up to 64 characters, values up to 512.

    A `dict` is returned as it is, any other mapping as a new `dict`. `None` is refused; a caller
    that allows it does not ask. Errors name the key that is wrong, and never show a value.

    Source: `metadata` of createConversation, updateConversation and createResponse.
    """
    if not is_mapping(metadata):
        raise invalid(argument, "a mapping of strings to strings", metadata)
    # No copy of a dict: what is checked here is encoded before control returns to the caller.
    result: dict[str, str] = metadata if isinstance(metadata, dict) else dict(metadata)
    if len(result) > MAX_METADATA_KEYS:
        raise mismatch(argument, f"at most {MAX_METADATA_KEYS} keys", f"{len(result)} keys")
    for key, value in result.items():
        _check_metadata_entry(key, value, argument)
    return result


def _check_metadata_entry(key: object, value: object, argument: str) -> None:
    if not isinstance(key, str):
        raise invalid(argument, "keys that are strings", key)
    if len(key) > MAX_METADATA_KEY_LENGTH:
        raise invalid(argument, f"keys of at most {MAX_METADATA_KEY_LENGTH} characters", key)
    if not isinstance(value, str):
        received = f"a value of type {type(value).__name__}"
        raise mismatch(f"{argument}[{describe(key)}]", "a string", received)
    if len(value) > MAX_METADATA_VALUE_LENGTH:
        expected = f"at most {MAX_METADATA_VALUE_LENGTH} characters"
        raise mismatch(f"{argument}[{describe(key)}]", expected, f"{len(value)} characters")


def check_bool(value: object, argument: str) -> bool:
    """Return `value` if it is True or False."""
    if not isinstance(value, bool):
        raise invalid(argument, "True or False", value)
    return value


def check_integer(value: object, argument: str, expected: str = "a whole number") -> int:
    """Return `value` if it is an `int`; a `bool`, which is one in Python, is a slip."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise invalid(argument, expected, value)
    return value


def check_positive(value: object, argument: str) -> int | None:
    """Return `value` if it is an `int` above 0, or None for no limit."""
    expected = "a whole number above 0, or None"
    if value is None or check_integer(value, argument, expected) > 0:
        return cast("int | None", value)
    raise invalid(argument, expected, value)


def check_limit(limit: object, argument: str = "limit") -> int:
    """Return the size of a page: a whole number from 1 to 100.

    Source: `limit` of listConversationItems and listInputItems. It is the size of one page, not
    the number of items in all.
    """
    expected = f"a whole number from 1 to {MAX_LIMIT}"
    if not 1 <= check_integer(limit, argument, expected) <= MAX_LIMIT:
        raise invalid(argument, expected, limit)
    return cast("int", limit)


def check_callback(function: object, argument: str = "on_progress") -> None:
    """Refuse what is neither a function nor None."""
    if not (function is None or callable(function)):
        raise invalid(argument, "a function or None", function)


def check_one_of(value: object, argument: str, allowed: Collection[object]) -> object:
    """Return `value` if it is one of those that the OpenAPI document lists."""
    if value not in allowed:
        raise invalid(argument, " or ".join(map(repr, allowed)), value)
    return value


def check_strings(values: object, argument: str) -> list[str]:
    """Return a list of strings, as `include` is one.

    The values themselves are left to the service, which adds new ones. A bare string is refused:
    it would be read letter by letter. Errors name the entry (`include[1]`).

    Source: `include` of createConversationItems, listConversationItems, getConversationItem,
    createResponse, getResponse and listInputItems.
    """
    checked = check_list(values, argument, "a list of strings")
    for index, value in enumerate(checked):
        if not isinstance(value, str) or not value:
            raise invalid(f"{argument}[{index}]", "a string that is not empty", value)
    return checked
