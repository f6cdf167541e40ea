"""The body of a response's request: what callers may give, in the form that is sent. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from .input_items import to_response_input
from .operations import encode
from .types import given
from .validation import check_id, check_include, check_list, check_metadata, check_text, is_mapping


def build_create_response_body(values: Mapping[str, object]) -> dict[str, object]:
    """The JSON object for what was given; what was not is left out, None is null.

    Args:
        values: arguments by the document's names (of createResponse, compactConversation or
            getInputTokenCounts), any of them `omit`.

    Raises:
        InvalidArgumentError: naming the argument.
    """
    return {
        name: None if value is None else _to_json(name, value)
        for name, value in values.items()
        if given(value)
    }


def _to_json(name: str, value: object) -> object:
    if name == "input":
        return to_response_input(value)
    if name == "conversation":
        return _to_reference(value)
    if name == "metadata":
        return check_metadata(value)
    if name == "include":
        return check_include(value)
    if name == "model":
        return check_text(value, name)
    if name == "previous_response_id":
        return check_id(value, name)
    if name in ("tools", "context_management"):
        return [encode(element) for element in check_list(value, name, "a list")]
    return encode(value)


def _to_reference(value: object) -> object:
    """A conversation is named by its id, also where the caller has the whole of it at hand."""
    if isinstance(value, str):
        return check_id(value, "conversation")
    if is_mapping(value):
        return dict(value)
    return check_id(getattr(value, "id", value), "conversation")
