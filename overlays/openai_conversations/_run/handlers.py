"""What runs the calls of a run: the tools made of functions, and the caller's callbacks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple, cast

from .._request.validation import (
    check_list,
    check_mapping,
    invalid,
    is_list_like,
    mismatch,
)
from ..errors import InvalidArgumentError
from . import OnApproval, OnCall, OnToolError
from .calls import APPROVAL, OUTPUTS, Call


class Handlers(NamedTuple):
    """The arguments of a run that say how calls are run.

    Attributes:
        tools: those made of functions, by their names.
        on_call, on_approval, on_tool_error: as of `conversations.run`.
    """

    tools: Mapping[str, Any]
    on_call: OnCall
    on_approval: OnApproval | None
    on_tool_error: OnToolError

    @classmethod
    def of(cls, tools: Any, on_call: Any, on_approval: Any, on_tool_error: Any) -> Handlers:
        """Check the arguments of a run.

        Raises:
            InvalidArgumentError: naming the one that is wrong.
        """
        named = [] if tools is None else [*_functions(check_list(tools, "tools", "a list"))]
        functions = dict(named)
        if len(functions) < len(named):
            names = ", ".join(name for name, _ in named)
            raise mismatch("tools", "functions of different names", names)
        calls = {} if on_call is None else check_mapping(on_call, "on_call", "a mapping")
        for name, function in calls.items():
            if not callable(function):
                raise invalid(f"on_call[{name!r}]", "a function", function)
        if not (on_approval is None or callable(on_approval)):
            raise invalid("on_approval", "a function or None", on_approval)
        if not (on_tool_error in ("model", "raise") or callable(on_tool_error)):
            raise invalid("on_tool_error", "'model', 'raise' or a function", on_tool_error)
        return cls(functions, calls, on_approval, cast("OnToolError", on_tool_error))

    def functions(self) -> dict[str, Callable[..., Any]]:
        """Return all functions that a run may call, by the arguments that they came in."""
        found = {f"tools ({name})": tool.function for name, tool in self.tools.items()}
        found |= {f"on_call[{name!r}]": function for name, function in self.on_call.items()}
        if self.on_approval is not None:
            found["on_approval"] = self.on_approval
        if callable(self.on_tool_error):
            found["on_tool_error"] = self.on_tool_error
        return found

    def handles(self, call: Call) -> bool:
        """Tell whether a call gets an output in this run.

        Calls of functions and custom tools always do: one of an unknown name gets an error text.
        """
        if call.type == APPROVAL:
            return self.on_approval is not None
        return call.name is not None or call.type in self.on_call

    def bind(self, call: Call) -> Callable[[], Any]:
        """Return a function without arguments that runs a call, and may be async.

        Raises:
            InvalidArgumentError: the arguments that the model wrote are not the function's, or
                there is no tool of this name. The text is fit for the model.
        """
        if call.type == APPROVAL and self.on_approval is not None:
            return partial(self.on_approval, call.item)
        if call.type == "function_call" and (tool := self.tools.get(call.item.name)) is not None:
            bound = tool.parse_arguments(call.item.arguments)
            return partial(tool.function, *bound.args, **bound.kwargs)
        if call.name is not None and (function := self.on_call.get(call.name)) is not None:
            text = call.item.arguments if call.type == "function_call" else call.item.input
            return partial(function, text)
        if (function := self.on_call.get(call.type)) is not None:
            return partial(function, call.item)
        known = sorted({*self.tools, *self.on_call} - OUTPUTS.keys())
        raise mismatch("name", f"one of the tools ({', '.join(known)})", f"{call.name!r}")

    def bind_error(self, call: Call, error: Exception) -> Callable[[], Any] | None:
        """Return a function that makes the text for the model, and may be async; None: no one."""
        handler = self.on_tool_error
        return partial(handler, call.item, error) if callable(handler) else None


def text_of(error: Exception) -> str:
    """Return what the model is told of the exception of a tool."""
    if isinstance(error, InvalidArgumentError):
        return str(error)
    return f"{type(error).__name__}: {error}"


def _functions(tools: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    from .._structured.callable_tool import CallableTool

    for tool in tools:
        if isinstance(tool, CallableTool):
            yield tool.name, tool
        elif is_list_like(inner := getattr(tool, "tools", None)):  # a namespace
            yield from _functions(inner)
