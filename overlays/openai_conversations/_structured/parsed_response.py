"""A response whose text was read as a value of a Python type. The names are openai-python's."""

from __future__ import annotations

from collections.abc import Mapping

# `Literal` is for `typing.get_type_hints` of what attrs writes: it is in a base's annotations.
# pyright: reportUnusedImport=false
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar  # noqa: F401

import httpx
from attrs import define
from openai_conversations_api import models

from ..errors import OutputParsingError

if TYPE_CHECKING:
    from .callable_tool import CallableTool
    from .json_type import JsonType

_T = TypeVar("_T")
# After these there is no more output, and what there is may be cut off.
_UNFINISHED = ("incomplete", "failed", "cancelled")


@define(kw_only=True, weakref_slot=False, repr=False)
class ParsedResponseOutputText(models.OutputTextContent, Generic[_T]):
    """A text of a message, with the value that it stands for."""

    parsed: _T
    """The value."""


@define(kw_only=True, weakref_slot=False, repr=False)
class ParsedResponseFunctionToolCall(models.FunctionToolCall):
    """A call of a `CallableTool`, with its arguments as values."""

    parsed_arguments: dict[str, Any]
    """The values by their names."""


class ParsedResponse(models.Response, Generic[_T]):
    """A response whose texts, and calls of `CallableTool`s, were parsed.

    In `output`, these are `ParsedResponseOutputText`, with `parsed`, and
    `ParsedResponseFunctionToolCall`, with `parsed_arguments`. `to_dict` is that of the response.
    """

    __slots__ = ()

    @property
    def output_parsed(self) -> _T | None:
        """The first value in `output`.

        None if there is none: the model refused (see `refusal`) or only called tools, or the
        response was begun with `background=True` and has not come to its end.
        """
        kind: Any = ParsedResponseOutputText
        return next((part.parsed for part in _parts(self) if isinstance(part, kind)), None)

    @property
    def refusal(self) -> str | None:
        """What the model said in declining; None if it did not decline."""
        refusals = (part for part in _parts(self) if isinstance(part, models.RefusalContent))
        return next((part.refusal for part in refusals), None)


def _parts(response: models.Response) -> list[Any]:
    messages = (item for item in response.output if isinstance(item, models.OutputMessage))
    return [part for message in messages for part in message.content]


def parse_output(
    response: models.Response,
    http: httpx.Response,
    json_type: JsonType | None,
    tools: Mapping[str, CallableTool[..., Any]],
) -> ParsedResponse[Any]:
    """Return a response with its output parsed.

    Texts of messages whose `phase` says that they are not final stay as they are, as in
    openai-python.

    Args:
        response: with any status.
        http: the response that it came with, for errors.
        json_type: of texts; None leaves them.
        tools: by their names.

    Raises:
        OutputParsingError: the response is incomplete or failed, or a text or the arguments of a
            call are not what they have to be.
    """
    problem = ""
    if response.status in _UNFINISHED:
        why: Any = response.incomplete_details or response.error
        reason = getattr(why, "reason", None) or getattr(why, "code", None) or "no reason given"
        problem = f"the response is {response.status} ({reason})"
    else:
        parsed = ParsedResponse[Any].from_dict(response.to_dict())
        try:
            for index, item in enumerate(parsed.output):
                parsed.output[index] = _parse_item(item, json_type, tools)
        except ValueError as error:
            problem = str(error)
        else:
            return parsed
    raise OutputParsingError(http, response, message=f"the output was not parsed: {problem}")


def _parse_item(
    item: models.OutputItem, json_type: JsonType | None, tools: Mapping[str, CallableTool[..., Any]]
) -> Any:
    if isinstance(item, models.FunctionToolCall) and (tool := tools.get(item.name)) is not None:
        call = ParsedResponseFunctionToolCall.from_dict(item.to_dict())
        call.parsed_arguments = tool.parse_arguments(item.arguments).arguments
        return call
    if isinstance(item, models.OutputMessage) and item.phase in (None, "final_answer"):
        for index, part in enumerate(item.content):
            if isinstance(part, models.OutputTextContent) and json_type is not None:
                text = ParsedResponseOutputText[Any].from_dict(part.to_dict())
                text.parsed = json_type.parse(part.text)
                item.content[index] = text
    return item
