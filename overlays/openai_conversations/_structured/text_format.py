"""What a caller of `responses.parse` wants of a response: a type for its text, and tools."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import httpx
from openai_conversations_api import models

from .._request.operations import encode
from .._request.request import OperationRequest
from .._request.types import given, omit
from .._request.validation import check_list, check_mapping, mismatch, unexpected_keyword
from .._response.parsing import parse_response
from ..errors import OutputParsingError
from .extra import json_types

if TYPE_CHECKING:
    from .callable_tool import CallableTool
    from .json_type import JsonType
    from .parsed_response import ParsedResponse


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

        Raises:
            OutputParsingError: it is incomplete or failed, or its output is not what it has to be.
        """
        from .parsed_response import parse_output

        return parse_output(response, http, self.json_type, self.tools)
