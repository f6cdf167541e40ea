"""A Python function as a tool: its definition for the service, its arguments and its result."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress

# `Literal` is for `typing.get_type_hints` of what attrs writes: it is in a base's annotations.
# pyright: reportUnusedImport=false
from typing import TYPE_CHECKING, Any, Generic, Literal, ParamSpec, Self, TypeVar, cast  # noqa: F401

import attrs
from openai_conversations_api import models

from .._request.validation import invalid, is_list_like, mismatch

if TYPE_CHECKING:
    from .json_type import JsonType

_P = ParamSpec("_P")
_R_co = TypeVar("_R_co", covariant=True)
# Source: `name` of FunctionTool, as the service's guide to function calling has it.
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_PARTS = ("input_text", "input_image", "input_file")


@attrs.define(kw_only=True, weakref_slot=False, repr=False, eq=False)
class CallableTool(models.FunctionTool, Generic[_P, _R_co]):
    """A tool, for `tools=[...]`, that runs a function; `Tool.function` makes it.

    It can be called as the function.
    """

    function: Callable[_P, _R_co]
    """What it was made of."""
    _arguments: Any = attrs.field(alias="_arguments")

    @classmethod
    def of(
        cls,
        function: Callable[_P, _R_co],
        *,
        name: str | None,
        description: str | None,
    ) -> Self:
        """Make the tool of a function; see `Tool.function`."""
        if not callable(function):
            raise invalid("function", "a callable", function)
        arguments = json_types("function").of_function(function)
        name = arguments.name if name is None else name
        if not _NAME.fullmatch(name):
            raise mismatch("name", "up to 64 letters, digits, `_` and `-`", f"{name!r}")
        parameters = dict(arguments.schema)
        documented = parameters.pop("description", None)
        return cls(
            name=name,
            description=documented if description is None else description,
            parameters=parameters,
            strict=True,
            function=function,
            _arguments=arguments,
        )

    def __call__(self, *args: _P.args, **kwargs: _P.kwargs) -> _R_co:
        """Call the function."""
        return self.function(*args, **kwargs)

    @property
    def is_async(self) -> bool:
        """Whether the function returns what has to be awaited."""
        called = (self.function, type(self.function).__call__)
        return any(inspect.iscoroutinefunction(one) for one in called)

    def parse_arguments(self, arguments: str) -> inspect.BoundArguments:
        """Return the arguments of a call as values: `tool.function(*bound.args, **bound.kwargs)`.

        Args:
            arguments: the JSON that the model wrote.

        Raises:
            InvalidArgumentError: they are not the function's. The message is fit for the model: it
                has the places and what is wrong there.
        """
        try:
            bound: inspect.BoundArguments = self._arguments.parse(arguments)
        except ValueError as error:
            expected, received = f"arguments that fit the schema of {self.name}", str(error)
        else:
            return bound
        raise mismatch("arguments", expected, received)

    def call(self, arguments: str) -> _R_co:
        """Parse the arguments of a call, and return what the function returns for them.

        Raises:
            InvalidArgumentError: as of `parse_arguments`; the function was not called.
        """
        bound = self.parse_arguments(arguments)
        return self.function(*bound.args, **bound.kwargs)

    @staticmethod
    def output(call_id: str, result: object) -> models.FunctionCallOutputItemParam:
        """Make the output of a call from what the function returned.

        Args:
            call_id: that of the `function_call` item.
            result: a string is sent as it is, parts of `Content` as parts, and every other value as
                JSON: models, attrs classes, dataclasses, and what pydantic takes.

        Raises:
            InvalidArgumentError: it cannot be written as JSON.
        """
        from ..items import FunctionCallOutputItem

        if isinstance(result, Iterator):
            result = list(cast("Iterator[object]", result))
        parts: list[Any] = list(result) if is_list_like(result) else [result]
        if parts and all(getattr(part, "type", None) in _PARTS for part in parts):
            return FunctionCallOutputItem.parts(call_id, parts)
        text = result if isinstance(result, str) else _json_text(result)
        return FunctionCallOutputItem.text(call_id, text)


def json_types(argument: str) -> type[JsonType]:
    """Return `JsonType`, for an argument that needs it.

    Raises:
        InvalidArgumentError: the extra is not installed; the message says how to install it.
    """
    try:
        from .json_type import JsonType
    except ImportError as error:
        expected = "what `pip install 'openai-conversations[structured]'` installs"
        raise mismatch(argument, expected, f"no {error.name}") from None
    return JsonType


def _json_text(result: object) -> str:
    value: Any = result
    try:
        with suppress(ImportError):  # functions of `on_call` need no extra
            from pydantic_core import to_jsonable_python

            value = to_jsonable_python(result, fallback=_plain)
        return json.dumps(value, ensure_ascii=False, default=_plain)
    except (TypeError, ValueError, RecursionError) as error:
        expected = f"a value that JSON can hold ({error})"
    raise invalid("result", expected, result)


def _plain(value: Any) -> Any:
    if callable(to_dict := getattr(value, "to_dict", None)):
        return to_dict()
    if attrs.has(value.__class__):
        return attrs.asdict(value, recurse=False)
    raise TypeError(f"a {type(value).__name__}")
