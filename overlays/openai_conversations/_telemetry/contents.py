"""What was said, as spans have it: messages of parts, in the shapes of the conventions.

Source: gen-ai-input-messages.json and gen-ai-output-messages.json of the conventions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from .._request.validation import is_mapping


def input_messages(sent: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes for the instructions and the input of a request for a response."""
    items, instructions = sent.get("input"), sent.get("instructions")
    if isinstance(items, str):
        items = [{"role": "user", "content": items}]
    return {
        "gen_ai.system_instructions": _parts(instructions) if instructions else None,
        "gen_ai.input.messages": [_message(item) for item in _mappings(items)] or None,
    }


def output_messages(response: Mapping[str, Any], reason: str) -> dict[str, Any]:
    """Return the attribute for the output of a response that is over, as one message."""
    parts = [part for item in _mappings(response.get("output")) for part in _message(item)["parts"]]
    message = {"role": "assistant", "parts": parts, "finish_reason": reason}
    return {"gen_ai.output.messages": [message]}


def _message(item: Mapping[str, Any]) -> dict[str, Any]:
    kind, call = item.get("type", "message"), {"id": item.get("call_id")}
    if kind == "message":
        return {"role": item.get("role"), "parts": _parts(item.get("content"))}
    if kind == "function_call":
        named = {"name": item.get("name"), "arguments": item.get("arguments")}
        return {"role": "assistant", "parts": [{"type": "tool_call", **call, **named}]}
    if kind == "function_call_output":
        part = {"type": "tool_call_response", **call, "response": item.get("output")}
        return {"role": "tool", "parts": [part]}
    # Anything else is a part of its own kind, as it is.
    return {"role": "assistant", "parts": [dict(item)]}


def _parts(content: object) -> list[Any]:
    if isinstance(content, str):
        return [{"type": "text", "content": content}]
    return [
        {"type": "text", "content": part["text"]} if "text" in part else dict(part)
        for part in _mappings(content)
    ]


def _mappings(values: object) -> list[Mapping[str, Any]]:
    if not isinstance(values, list | tuple):
        return []
    return [each for each in cast("Sequence[object]", values) if is_mapping(each)]
