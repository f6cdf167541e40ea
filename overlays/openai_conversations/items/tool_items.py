"""Items that belong to tools: calls, their outputs, and approvals.

Built like `messages.py`: namespaces of static methods that return generated models. All of them
raise `InvalidArgumentError`, which names the argument, for an id that is empty or malformed, a text
that is not a string, and a part that cannot be sent.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from openai_conversations_api import models as m

from .._request.validation import (
    check_call_id,
    check_id,
    check_integer,
    check_output,
    check_text,
    invalid,
    is_mapping,
)
from .content import input_parts
from .maker import Maker


class FunctionCallItem(metaclass=Maker):
    """Makes calls of functions, to put a call into a conversation that began elsewhere."""

    _classes = ("FunctionToolCallResource", "FunctionToolCall")

    @staticmethod
    def create(
        call_id: str, *, name: str, arguments: str | Mapping[str, object]
    ) -> m.FunctionToolCall:
        """Make the model's call of a function.

        Args:
            call_id: ties the call to its output, 1 to 64 characters.
            name: of the function.
            arguments: JSON text as the model wrote it, or a mapping to be encoded as JSON.

        Raises:
            InvalidArgumentError: one of the arguments, `arguments` also if JSON cannot hold it.
        """
        return m.FunctionToolCall(
            call_id=check_call_id(call_id),
            name=check_id(name, "name"),
            arguments=arguments if isinstance(arguments, str) else _json_text(arguments),
        )


class FunctionCallOutputItem(metaclass=Maker):
    """Makes the outputs of a model's function calls."""

    _classes = ("FunctionToolCallOutputResource", "FunctionCallOutputItemParam")

    @staticmethod
    def text(call_id: str, output: str) -> m.FunctionCallOutputItemParam:
        """Make the output of a function as a text (often JSON).

        Args:
            call_id: that of the `function_call` item.
            output: the text; it may be empty.
        """
        call_id, output = check_call_id(call_id), check_output(output)
        return m.FunctionCallOutputItemParam(call_id=call_id, output=output)

    @staticmethod
    def parts(call_id: str, parts: Iterable[str | m.InputContent]) -> m.FunctionCallOutputItemParam:
        """Make the output of a function with images or files in it (see `Content`)."""
        # The OpenAPI document has a second set of schemas for these parts; their JSON is the same.
        output = [part.to_dict() for part in input_parts(parts, "parts")]
        return m.FunctionCallOutputItemParam.from_dict(
            {"type": "function_call_output", "call_id": check_call_id(call_id), "output": output}
        )


class CustomToolCallItem(metaclass=Maker):
    """Makes calls of custom tools, to put a call into a conversation that began elsewhere."""

    _classes = ("CustomToolCall",)

    @staticmethod
    def create(call_id: str, *, name: str, input: str) -> m.CustomToolCall:
        """Make the model's call of a custom tool.

        Args:
            call_id: ties the call to its output, 1 to 64 characters.
            name: of the tool.
            input: the text that the model wrote for it.
        """
        return m.CustomToolCall(
            call_id=check_call_id(call_id),
            name=check_id(name, "name"),
            input=check_text(input, "input"),
        )


class CustomToolCallOutputItem(metaclass=Maker):
    """Makes the outputs of a model's calls of custom tools."""

    _classes = ("CustomToolCallOutput", "CustomToolCallOutputResource")

    @staticmethod
    def text(call_id: str, output: str) -> m.CustomToolCallOutput:
        """Make the output of a custom tool as a text.

        Args:
            call_id: that of the `custom_tool_call` item.
            output: the text; it may be empty.
        """
        call_id, output = check_call_id(call_id), check_output(output)
        return m.CustomToolCallOutput(call_id=call_id, output=output)

    @staticmethod
    def parts(call_id: str, parts: Iterable[str | m.InputContent]) -> m.CustomToolCallOutput:
        """Make the output of a custom tool with images or files in it (see `Content`)."""
        output = [*input_parts(parts, "parts")]
        return m.CustomToolCallOutput(call_id=check_call_id(call_id), output=output)


class ComputerCallOutputItem(metaclass=Maker):
    """Makes the outputs of a model's use of a computer."""

    _classes = ("ComputerToolCallOutputResource", "ComputerCallOutputItemParam")

    @staticmethod
    def create(
        call_id: str,
        screenshot: m.ComputerScreenshotImage,
        *,
        acknowledged_safety_checks: Iterable[m.ComputerCallSafetyCheckParam] | None = None,
    ) -> m.ComputerCallOutputItemParam:
        """Make the output of an action: the screen after it.

        Args:
            call_id: that of the `computer_call` item.
            screenshot: from `Content.screenshot`.
            acknowledged_safety_checks: those of the call's pending checks that a person accepted.
        """
        if not isinstance(screenshot, m.ComputerScreenshotImage):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise invalid("screenshot", "a part made by Content.screenshot", screenshot)
        checks = acknowledged_safety_checks
        return m.ComputerCallOutputItemParam(
            call_id=check_call_id(call_id),
            output=screenshot,
            acknowledged_safety_checks=None if checks is None else list(checks),
        )


class LocalShellCallOutputItem(metaclass=Maker):
    """Makes the outputs of a model's calls of the local shell."""

    _classes = ("LocalShellToolCallOutput",)

    @staticmethod
    def create(call_id: str, output: str) -> m.LocalShellToolCallOutput:
        """Make the output of a command.

        Args:
            call_id: that of the `local_shell_call` item. It is also the `id` of the output, which
                the OpenAPI document requires and describes as the id of the call.
            output: JSON text, as the OpenAPI document says.
        """
        call_id, output = check_call_id(call_id), check_output(output)
        return m.LocalShellToolCallOutput(id=call_id, call_id=call_id, output=output)


class ShellCallOutputItem(metaclass=Maker):
    """Makes the outputs of a model's shell calls that ran one command."""

    _classes = ("FunctionShellCallOutput", "FunctionShellCallOutputItemParam")

    @staticmethod
    def exited(
        call_id: str, *, stdout: str = "", stderr: str = "", exit_code: int = 0
    ) -> m.FunctionShellCallOutputItemParam:
        """Make the output of a command that ended by itself."""
        code = check_integer(exit_code, "exit_code")
        outcome = m.FunctionShellCallOutputExitOutcomeParam(exit_code=code)
        return _shell_output(call_id, stdout, stderr, outcome)

    @staticmethod
    def timed_out(
        call_id: str, *, stdout: str = "", stderr: str = ""
    ) -> m.FunctionShellCallOutputItemParam:
        """Make the output of a command that was stopped because it took too long."""
        outcome = m.FunctionShellCallOutputTimeoutOutcomeParam()
        return _shell_output(call_id, stdout, stderr, outcome)


class ApplyPatchCallOutputItem(metaclass=Maker):
    """Makes the outputs of a model's patches."""

    _classes = ("ApplyPatchToolCallOutput", "ApplyPatchToolCallOutputItemParam")

    @staticmethod
    def create(
        call_id: str, *, status: m.ApplyPatchCallOutputStatusParam, output: str | None = None
    ) -> m.ApplyPatchToolCallOutputItemParam:
        """Make the output of a patch.

        Args:
            call_id: that of the `apply_patch_call` item.
            status: `"completed"` if the patch was applied, else `"failed"`.
            output: optional, for the model to read.
        """
        return m.ApplyPatchToolCallOutputItemParam(
            call_id=check_call_id(call_id),
            status=check_text(status, "status"),
            output=None if output is None else check_output(output),
        )


class McpApprovalResponseItem(metaclass=Maker):
    """Makes the responses to an MCP server's requests for approval."""

    _classes = ("MCPApprovalResponseResource", "MCPApprovalResponse")

    @staticmethod
    def approve(approval_request_id: str, *, reason: str | None = None) -> m.MCPApprovalResponse:
        """Let the tool run.

        Args:
            approval_request_id: the `id` of the `mcp_approval_request` item.
            reason: optional, for the record.
        """
        return _approval(approval_request_id, True, reason)

    @staticmethod
    def deny(approval_request_id: str, *, reason: str | None = None) -> m.MCPApprovalResponse:
        """Keep the tool from running. Arguments as of `approve`."""
        return _approval(approval_request_id, False, reason)


def _approval(approval_request_id: str, approve: bool, reason: str | None) -> m.MCPApprovalResponse:
    return m.MCPApprovalResponse(
        approval_request_id=check_id(approval_request_id, "approval_request_id"),
        approve=approve,
        reason=None if reason is None else check_text(reason, "reason"),
    )


def _shell_output(
    call_id: str, stdout: str, stderr: str, outcome: m.FunctionShellCallOutputOutcomeParam
) -> m.FunctionShellCallOutputItemParam:
    chunk = m.FunctionShellCallOutputContentParam(
        stdout=check_output(stdout, "stdout"),
        stderr=check_output(stderr, "stderr"),
        outcome=outcome,
    )
    return m.FunctionShellCallOutputItemParam(call_id=check_call_id(call_id), output=[chunk])


def _json_text(arguments: object) -> str:
    if not is_mapping(arguments):
        raise invalid("arguments", "JSON text or a mapping", arguments)
    try:
        return json.dumps(dict(arguments), ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        expected = f"a mapping that JSON can hold ({error})"
    raise invalid("arguments", expected, arguments)
