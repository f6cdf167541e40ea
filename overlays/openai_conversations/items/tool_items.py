"""Items that belong to tools: calls, the outputs that answer them, and approvals.

Apart from `items.py` because an application that only chats needs none of it. The same rules hold:
namespaces of static methods, generated models out, models imported only when one is made.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Literal

from .._request.validation import (
    check_call_id,
    check_id,
    check_integer,
    check_text,
    invalid,
    is_mapping,
)
from .content import input_parts

if TYPE_CHECKING:
    from openai_conversations_api import models as m

    from .content import InputPart


class FunctionCallItem:
    """Makes calls of functions, to put a call into a conversation that began elsewhere."""

    @staticmethod
    def create(
        call_id: str, *, name: str, arguments: str | Mapping[str, object]
    ) -> m.FunctionToolCall:
        """The model's call of a function.

        Args:
            call_id: ties the call to its output, 1 to 64 characters.
            name: of the function.
            arguments: JSON text as the model wrote it, or a mapping to be encoded as JSON.

        Raises:
            InvalidArgumentError: `call_id` or `name` is malformed, or `arguments` is no JSON.
        """
        from openai_conversations_api.models import FunctionToolCall

        text = arguments if isinstance(arguments, str) else _json_text(arguments, "arguments")
        return FunctionToolCall(
            call_id=check_call_id(call_id), name=check_id(name, "name"), arguments=text
        )


class FunctionCallOutputItem:
    """Makes the answers to a model's function calls."""

    @staticmethod
    def text(call_id: str, output: str) -> m.FunctionCallOutputItemParam:
        """What the function returned, as a text (often JSON).

        Args:
            call_id: of the `function_call` item that this answers.
            output: the text; it may be empty.

        Raises:
            InvalidArgumentError: `call_id` is malformed, or `output` is no string.
        """
        from openai_conversations_api.models import FunctionCallOutputItemParam

        return FunctionCallOutputItemParam(
            call_id=check_call_id(call_id), output=check_text(output, "output")
        )

    @staticmethod
    def parts(call_id: str, parts: Iterable[str | InputPart]) -> m.FunctionCallOutputItemParam:
        """What the function returned, with images or files in it (see `Content`).

        Raises:
            InvalidArgumentError: `call_id` is malformed, or one of `parts` is no input part.
        """
        from openai_conversations_api import models as m

        call_id = check_call_id(call_id)
        # The document has a second set of part schemas for this one place; their JSON is the same.
        output: list[
            m.InputTextContentParam
            | m.InputImageContentParamAutoParam
            | m.InputFileContentParam
            | m.RawObject
        ] = []
        for part in input_parts(parts, "parts"):
            if isinstance(part, m.InputTextContent):
                output.append(m.InputTextContentParam.from_dict(part.to_dict()))
            elif isinstance(part, m.InputImageContent):
                output.append(m.InputImageContentParamAutoParam.from_dict(part.to_dict()))
            elif isinstance(part, m.InputFileContent):
                output.append(m.InputFileContentParam.from_dict(part.to_dict()))
            else:
                output.append(part)
        return m.FunctionCallOutputItemParam(call_id=call_id, output=output)


class CustomToolCallItem:
    """Makes calls of custom tools, to put a call into a conversation that began elsewhere."""

    @staticmethod
    def create(call_id: str, *, name: str, input: str) -> m.CustomToolCall:
        """The model's call of a custom tool.

        Args:
            call_id: ties the call to its output, 1 to 64 characters.
            name: of the tool.
            input: the text that the model wrote for it.

        Raises:
            InvalidArgumentError: `call_id` or `name` is malformed, or `input` is no string.
        """
        from openai_conversations_api.models import CustomToolCall

        return CustomToolCall(
            call_id=check_call_id(call_id),
            name=check_id(name, "name"),
            input=check_text(input, "input"),
        )


class CustomToolCallOutputItem:
    """Makes the answers to a model's calls of custom tools."""

    @staticmethod
    def text(call_id: str, output: str) -> m.CustomToolCallOutput:
        """What the tool returned, as a text.

        Args:
            call_id: of the `custom_tool_call` item that this answers.
            output: the text; it may be empty.

        Raises:
            InvalidArgumentError: `call_id` is malformed, or `output` is no string.
        """
        from openai_conversations_api.models import CustomToolCallOutput

        return CustomToolCallOutput(
            call_id=check_call_id(call_id), output=check_text(output, "output")
        )

    @staticmethod
    def parts(call_id: str, parts: Iterable[str | InputPart]) -> m.CustomToolCallOutput:
        """What the tool returned, with images or files in it (see `Content`).

        Raises:
            InvalidArgumentError: `call_id` is malformed, or one of `parts` is no input part.
        """
        from openai_conversations_api.models import CustomToolCallOutput

        return CustomToolCallOutput(
            call_id=check_call_id(call_id), output=[*input_parts(parts, "parts")]
        )


class ComputerCallOutputItem:
    """Makes the answers to a model's use of a computer."""

    @staticmethod
    def create(
        call_id: str,
        screenshot: m.ComputerScreenshotImage,
        *,
        acknowledged_safety_checks: Iterable[m.ComputerCallSafetyCheckParam] | None = None,
    ) -> m.ComputerCallOutputItemParam:
        """What the screen showed after the action.

        Args:
            call_id: of the `computer_call` item that this answers.
            screenshot: from `Content.screenshot`.
            acknowledged_safety_checks: those of the call's pending checks that a person accepted.

        Raises:
            InvalidArgumentError: `call_id` is malformed, or `screenshot` is none.
        """
        from openai_conversations_api import models as m

        checks = acknowledged_safety_checks
        return m.ComputerCallOutputItemParam(
            call_id=check_call_id(call_id),
            output=_check_screenshot(screenshot),
            acknowledged_safety_checks=None if checks is None else list(checks),
        )


class LocalShellCallOutputItem:
    """Makes the answers to a model's calls of the local shell."""

    @staticmethod
    def create(call_id: str, output: str) -> m.LocalShellToolCallOutput:
        """What the command wrote.

        Args:
            call_id: of the `local_shell_call` item that this answers. It is also the answer's own
                `id`, which the document requires and describes as the id of the call.
            output: JSON text, as the document says.

        Raises:
            InvalidArgumentError: `call_id` is malformed, or `output` is no string.
        """
        from openai_conversations_api.models import LocalShellToolCallOutput

        call_id = check_call_id(call_id)
        return LocalShellToolCallOutput(
            id=call_id, call_id=call_id, output=check_text(output, "output")
        )


class ShellCallOutputItem:
    """Makes the answers to a model's shell calls that ran one command."""

    @staticmethod
    def exited(
        call_id: str, *, stdout: str = "", stderr: str = "", exit_code: int = 0
    ) -> m.FunctionShellCallOutputItemParam:
        """The command ended by itself.

        Raises:
            InvalidArgumentError: `call_id` is malformed, an output is no string, or `exit_code`
                is no whole number.
        """
        from openai_conversations_api.models import FunctionShellCallOutputExitOutcomeParam

        outcome = FunctionShellCallOutputExitOutcomeParam(
            exit_code=check_integer(exit_code, "exit_code")
        )
        return _shell_output(call_id, stdout, stderr, outcome)

    @staticmethod
    def timed_out(
        call_id: str, *, stdout: str = "", stderr: str = ""
    ) -> m.FunctionShellCallOutputItemParam:
        """The command was stopped because it took too long.

        Raises:
            InvalidArgumentError: `call_id` is malformed, or an output is no string.
        """
        from openai_conversations_api.models import FunctionShellCallOutputTimeoutOutcomeParam

        outcome = FunctionShellCallOutputTimeoutOutcomeParam()
        return _shell_output(call_id, stdout, stderr, outcome)


class ApplyPatchCallOutputItem:
    """Makes the answers to a model's patches."""

    @staticmethod
    def create(
        call_id: str, *, status: Literal["completed", "failed"], output: str | None = None
    ) -> m.ApplyPatchToolCallOutputItemParam:
        """Whether the patch was applied, and what there is to say about it.

        Raises:
            InvalidArgumentError: `call_id` is malformed, or `status` is another.
        """
        from openai_conversations_api.models import ApplyPatchToolCallOutputItemParam

        if status not in ("completed", "failed"):
            raise invalid("status", "'completed' or 'failed'", status)
        return ApplyPatchToolCallOutputItemParam(
            call_id=check_call_id(call_id),
            status=status,
            output=None if output is None else check_text(output, "output"),
        )


class McpApprovalResponseItem:
    """Makes the replies to an MCP server's requests for approval."""

    @staticmethod
    def approve(approval_request_id: str, *, reason: str | None = None) -> m.MCPApprovalResponse:
        """Lets the tool run.

        Args:
            approval_request_id: the `id` of the `mcp_approval_request` item.
            reason: optional, for the record.

        Raises:
            InvalidArgumentError: `approval_request_id` is malformed.
        """
        return _approval(approval_request_id, True, reason)

    @staticmethod
    def deny(approval_request_id: str, *, reason: str | None = None) -> m.MCPApprovalResponse:
        """Keeps the tool from running. Arguments and errors as `approve`."""
        return _approval(approval_request_id, False, reason)


def _check_screenshot(value: object) -> m.ComputerScreenshotImage:
    from openai_conversations_api.models import ComputerScreenshotImage

    if not isinstance(value, ComputerScreenshotImage):
        raise invalid("screenshot", "what Content.screenshot gives", value)
    return value


def _approval(approval_request_id: str, approve: bool, reason: str | None) -> m.MCPApprovalResponse:
    from openai_conversations_api.models import MCPApprovalResponse

    # The document requires `request_id` beside `approval_request_id` and says nothing about it;
    # there is only one request that both can mean.
    request_id = check_id(approval_request_id, "approval_request_id")
    return MCPApprovalResponse(
        approval_request_id=request_id,
        request_id=request_id,
        approve=approve,
        reason=None if reason is None else check_text(reason, "reason"),
    )


def _shell_output(
    call_id: str,
    stdout: str,
    stderr: str,
    outcome: m.FunctionShellCallOutputOutcomeParam,
) -> m.FunctionShellCallOutputItemParam:
    from openai_conversations_api import models as m

    chunk = m.FunctionShellCallOutputContentParam(
        stdout=check_text(stdout, "stdout"), stderr=check_text(stderr, "stderr"), outcome=outcome
    )
    return m.FunctionShellCallOutputItemParam(call_id=check_call_id(call_id), output=[chunk])


def _json_text(value: object, argument: str) -> str:
    if not is_mapping(value):
        raise invalid(argument, "JSON text or a mapping", value)
    try:
        return json.dumps(dict(value), ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise invalid(argument, f"a mapping that JSON can hold ({error})", value) from error
