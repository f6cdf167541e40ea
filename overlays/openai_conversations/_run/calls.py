"""The calls that wait for an output of the client, what runs them, and their outputs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple, cast

from openai_conversations_api import models as m

from .._request.input_items import to_dict
from .._request.validation import (
    check_list,
    check_mapping,
    fit_output,
    invalid,
    is_list_like,
    mismatch,
)
from ..errors import InvalidArgumentError
from ..items import tool_items as make
from . import OnApproval, OnCall, OnToolError

APPROVAL = "mcp_approval_request"
#: The outputs that a client sends, by the calls that they are for. `program_output` is left out:
#: programs run at the service.
OUTPUTS = {
    "apply_patch_call": "apply_patch_call_output",
    "computer_call": "computer_call_output",
    "custom_tool_call": "custom_tool_call_output",
    "function_call": "function_call_output",
    "local_shell_call": "local_shell_call_output",
    "shell_call": "shell_call_output",
    "tool_search_call": "tool_search_output",
    APPROVAL: "mcp_approval_response",
}
_OUTPUT_TYPES = frozenset(OUTPUTS.values())


class Call(NamedTuple):
    """A call, or a request for approval, that waits for an output.

    Attributes:
        item: as the model put it out.
        type: that of the item.
        id: by which the output refers to it.
    """

    item: Any
    type: str
    id: str

    @property
    def name(self) -> str | None:
        """The name of the function or custom tool; None for other kinds."""
        named = self.type in ("function_call", "custom_tool_call")
        return self.item.name if named else None


def open_calls(items: Iterable[Any]) -> list[Call]:
    """Return the calls in a list that have no output there and that the client has to run."""
    calls: dict[str, Call] = {}
    for item in items:
        kind = item.type
        if kind in OUTPUTS and not runs_at_the_service(item):
            id = item.id if kind == APPROVAL else getattr(item, "call_id", None) or item.id
            calls[id] = Call(item, kind, id)
        elif kind in _OUTPUT_TYPES:
            calls.pop(call_of(item), None)
    return [*calls.values()]


def call_of(output: Any) -> str:
    """Return the id of the call that an output, a model or a mapping, is for."""
    data = to_dict(output) or {}
    for name in ("call_id", "approval_request_id", "id"):
        if isinstance(id := data.get(name), str):
            return id
    return ""


def is_for_the_model(item: Any) -> bool:
    """Tell whether an item, as the last one of a conversation, waits for a response."""
    if item.type == "message":
        return bool(item.role != "assistant")
    return item.type in _OUTPUT_TYPES


def make_output(call: Call, result: Any) -> Any:
    """Make the output of a call from what ran it.

    Args:
        call: what was run.
        result: an output as it is sent; or, by the type of the call, what a function returned
            (see `CallableTool.output`), a text, a screenshot, or whether to approve.

    Raises:
        InvalidArgumentError: no output can be made of it.
    """
    data = to_dict(result)
    if data is not None and data.get("type") == OUTPUTS[call.type]:
        if call_of(data) != call.id:
            raise mismatch("output", f"one of the call {call.id!r}", f"one of {call_of(data)!r}")
        return result
    if call.type == APPROVAL:
        of = make.McpApprovalResponseItem
        return of.approve(call.id) if result else of.deny(call.id)
    if call.type == "computer_call":
        return make.ComputerCallOutputItem.create(call.id, result)
    from .._structured.callable_tool import CallableTool

    output = CallableTool.output(call.id, result)
    if call.type == "function_call":
        return output
    if call.type == "custom_tool_call" and not isinstance(output.output, str):
        return m.CustomToolCallOutput.from_dict(output.to_dict() | {"type": OUTPUTS[call.type]})
    return _text_output(call, str(output.output), failed=False)


def make_error_output(call: Call, text: str) -> Any:
    """Make the output of a call that failed; None for kinds whose output cannot be a text."""
    return _text_output(call, fit_output(text), failed=True)


def _text_output(call: Call, text: str, *, failed: bool) -> Any:
    match call.type:
        case "function_call":
            return make.FunctionCallOutputItem.text(call.id, text)
        case "custom_tool_call":
            return make.CustomToolCallOutputItem.text(call.id, text)
        case "local_shell_call":
            output = json.dumps({"error": text}) if failed else text
            return make.LocalShellCallOutputItem.create(call.id, output)
        case "shell_call" if failed:
            return make.ShellCallOutputItem.exited(call.id, stderr=text, exit_code=1)
        case "shell_call":
            return make.ShellCallOutputItem.exited(call.id, stdout=text)
        case "apply_patch_call":
            status = "failed" if failed else "completed"
            return make.ApplyPatchCallOutputItem.create(call.id, status=status, output=text)
        case _:
            return None


def runs_at_the_service(item: Any) -> bool:
    """Tell whether the output of a call, of a kind in `OUTPUTS`, comes from the service."""
    if item.type == "tool_search_call":
        return bool(item.execution != "client")
    place = getattr(item, "environment", None)
    return getattr(place, "type", None) == "container_reference"


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
