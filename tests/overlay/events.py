"""Events of a streamed response, as the service sends them."""

from __future__ import annotations

from typing import Any


def response(status: str, text: str = "Hello") -> dict[str, Any]:
    part = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    item = {
        "type": "message",
        "id": "msg_1",
        "status": "completed",
        "role": "assistant",
        "content": [part],
    }
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1_700_000_000,
        "status": status,
        "model": "gpt-4o",
        "output": [item],
        "metadata": {},
        "temperature": 1.0,
        "top_p": 1.0,
        "tools": [],
        "tool_choice": "auto",
        "parallel_tool_calls": True,
        "instructions": None,
        "error": None,
        "incomplete_details": None,
    }


def delta(number: int, text: str) -> dict[str, Any]:
    return {
        "type": "response.output_text.delta",
        "item_id": "msg_1",
        "output_index": 0,
        "content_index": 0,
        "delta": text,
        "logprobs": [],
        "sequence_number": number,
    }


def final(kind: str, number: int = 9) -> dict[str, Any]:
    return {
        "type": f"response.{kind}",
        "response": response(kind),
        "sequence_number": number,
    }
