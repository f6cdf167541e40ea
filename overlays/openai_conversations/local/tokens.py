"""Token counts: an estimate that is the same everywhere and every time.

No tokenizer would be right for every model. A token is taken to be four bytes of UTF-8 text, every
item costs three more, and a file or an image costs 85.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .._schema.values import is_array, is_object
from .json_body import encode_json

BYTES_PER_TOKEN = 4
TOKENS_PER_ITEM = 3
TOKENS_PER_ATTACHMENT = 85

#: The fields with the text of an item; the rest of it (ids, status) costs nothing.
_TEXT_FIELDS = ("text", "refusal", "arguments", "input", "code", "result", "name")
_NESTED_FIELDS = ("content", "output", "summary")


def text_tokens(text: str) -> int:
    """Estimate the tokens of a text."""
    return -(-len(text.encode("utf-8")) // BYTES_PER_TOKEN)


def item_tokens(items: Iterable[Any]) -> int:
    """Estimate the tokens of items."""
    return sum(TOKENS_PER_ITEM + _value_tokens(item) for item in items)


def request_tokens(body: dict[str, Any], context: Iterable[Any]) -> int:
    """Estimate the tokens of what the model is given: context, instructions, tools."""
    total = item_tokens(context) + text_tokens(body.get("instructions") or "")
    tools = body.get("tools")
    return total + (text_tokens(encode_json(tools).decode()) if tools else 0)


def usage(input_tokens: int, output: Iterable[Any]) -> dict[str, Any]:
    """Return the API's usage object."""
    items = list(output)
    output_tokens = item_tokens(items)
    reasoning = item_tokens(item for item in items if item["type"] == "reasoning")
    return {
        "input_tokens": input_tokens,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": output_tokens,
        "output_tokens_details": {"reasoning_tokens": reasoning},
        "total_tokens": input_tokens + output_tokens,
    }


def _value_tokens(value: Any) -> int:
    if isinstance(value, str):
        return text_tokens(value)
    if is_array(value):
        return sum(map(_value_tokens, value))
    if not is_object(value):
        return 0
    if value.get("type") in ("input_image", "input_file", "computer_screenshot"):
        return TOKENS_PER_ATTACHMENT
    texts = sum(
        text_tokens(value[name]) for name in _TEXT_FIELDS if isinstance(value.get(name), str)
    )
    return texts + sum(_value_tokens(value[name]) for name in _NESTED_FIELDS if name in value)
