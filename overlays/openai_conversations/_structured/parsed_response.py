"""A response whose output was read as values of Python types, and what says of which.

The names of the classes of responses are openai-python's.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

# `Literal` is for `typing.get_type_hints` of what attrs writes: it is in a base's annotations.
# pyright: reportUnusedImport=false
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar  # noqa: F401

import httpx
from attrs import define
from openai_conversations_api import models

from .._request.operations import encode
from .._request.request import OperationRequest
from .._request.types import given, omit
from .._request.validation import check_list, check_mapping, mismatch, unexpected_keyword
from .._response.parsing import parse_response
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


class TextFormat:
    """The parameters of a request for such a response, and its reading.

    Attributes:
        params: the keyword arguments of createResponse.
    """

    def __init__(self, hint: Any, params: Mapping[str, Any]) -> None:
        """Put together the parameters.

        Args:
            hint: the type of the text, or `omit`.
            params: keyword arguments of createResponse, without `stream`; `text` may have all but
                a `format`.

        Raises:
            InvalidArgumentError: the type has no strict schema, or `params` has what it must not.
        """
        self._hint = hint
        self._tools: list[Any] = []
        self.params = dict(params)
        if "stream" in params:
            advice = "responses.stream(text_format=...) has the events, too"
            raise unexpected_keyword("responses.parse", "stream", [], advice)
        if given(tools := params.get("tools", omit)) and tools is not None:
            self._tools = self.params["tools"] = check_list(tools, "tools", "a list")
        if self.json_type is not None:
            text: Any = params.get("text", omit)
            text = check_mapping(encode(text) if given(text) else None, "text", "a mapping")
            if text.get("format") is not None:
                raise mismatch("text", "a mapping without `format`, beside text_format", "one")
            self.params["text"] = {**text, "format": self.json_type.format}

    def __reduce__(self) -> tuple[Any, ...]:
        # Of a raw response, which pickles with what reads it; that needs no more than this.
        return TextFormat, (self._hint, {"tools": self._tools})

    @cached_property
    def json_type(self) -> JsonType | None:
        """What the text has to be; None if that does not matter."""
        from .callable_tool import json_types

        return json_types("text_format").of(self._hint) if given(self._hint) else None

    @cached_property
    def tools(self) -> dict[str, CallableTool[..., Any]]:
        """The tools that can read their arguments, by their names."""
        from .callable_tool import CallableTool

        return {tool.name: tool for tool in self._tools if isinstance(tool, CallableTool)}

    def read(
        self,
        request: OperationRequest[models.Response],
        response: httpx.Response,
        retries: int,
        *,
        strict: bool,
    ) -> ParsedResponse[Any]:
        """Return the result of a request as `parse_response` does, with its output parsed."""
        try:
            return self.parse(parse_response(request, response, retries, strict=strict), response)
        except OutputParsingError as error:
            error.retries_taken = retries
            raise

    def parse(self, response: models.Response, http: httpx.Response) -> ParsedResponse[Any]:
        """Return a response with its output parsed.

        Texts of messages whose `phase` says that they are not final stay as they are, as in
        openai-python.

        Args:
            response: with any status.
            http: the response that it came with, for errors.

        Raises:
            OutputParsingError: the response is incomplete or failed, or a text or the arguments of
                a call are not what they have to be.
        """
        problem = ""
        if response.status in _UNFINISHED:
            why: Any = response.incomplete_details or response.error
            reason = getattr(why, "reason", None) or getattr(why, "code", None)
            problem = f"the response is {response.status} ({reason or 'no reason given'})"
        else:
            parsed = ParsedResponse[Any].from_dict(response.to_dict())
            try:
                parsed.output[:] = map(self._parse_item, parsed.output)
            except ValueError as error:
                problem = str(error)
            else:
                return parsed
        raise OutputParsingError(http, response, message=f"the output was not parsed: {problem}")

    def _parse_item(self, item: models.OutputItem) -> Any:
        if isinstance(item, models.FunctionToolCall) and item.name in self.tools:
            call = ParsedResponseFunctionToolCall.from_dict(item.to_dict())
            bound = self.tools[item.name].parse_arguments(item.arguments)
            call.parsed_arguments = bound.arguments
            return call
        if isinstance(item, models.OutputMessage) and item.phase in (None, "final_answer"):
            for index, part in enumerate(item.content):
                if isinstance(part, models.OutputTextContent) and self.json_type is not None:
                    text = ParsedResponseOutputText[Any].from_dict(part.to_dict())
                    text.parsed = self.json_type.parse(part.text)
                    item.content[index] = text
        return item


def _parts(response: models.Response) -> list[Any]:
    messages = (item for item in response.output if isinstance(item, models.OutputMessage))
    return [part for message in messages for part in message.content]
