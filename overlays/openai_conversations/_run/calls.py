"""The calls in a list of items that wait for an output of the client, and such outputs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from openai_conversations_api import models as m

from .._request.input_items import to_dict
from .._request.validation import fit_output, mismatch
from ..items import tool_items as make

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
