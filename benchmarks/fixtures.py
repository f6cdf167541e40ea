"""The data that every benchmark uses: pages, streams and bodies, the same bytes in every run."""

from __future__ import annotations

import json
from itertools import cycle, islice

from benchmarks.items import (
    KINDS,
    Json,
    assistant_message,
    identifier,
    text,
    user_message,
)


def mixed_items(count: int = 100) -> list[Json]:
    """Return items of all `KINDS` in turn."""
    return [make(seed) for seed, make in enumerate(islice(cycle(KINDS), count))]


def message_items(count: int = 100) -> list[Json]:
    """Return user and assistant messages in turn, as in a plain chat."""
    return [(assistant_message if seed % 2 else user_message)(seed) for seed in range(count)]


def unknown_items(count: int = 100) -> list[Json]:
    """Return `mixed_items`, but every tenth is of a type that the spec does not have."""
    items = mixed_items(count)
    for seed in range(0, count, 10):
        items[seed] = {**user_message(seed), "type": "hologram"}
    return items


def page(items: list[Json]) -> Json:
    """Return the response of listConversationItems that holds `items`."""
    return {
        "object": "list",
        "data": items,
        "first_id": items[0]["id"],
        "has_more": True,
        "last_id": items[-1]["id"],
    }


def dump(value: Json | list[Json]) -> bytes:
    """Return the bytes that a server sends for `value`."""
    return json.dumps(value, separators=(",", ":")).encode()


def user_texts(count: int = 20) -> list[str]:
    """Return the texts of `count` messages."""
    return [text(seed, 4) for seed in range(count)]


def new_user_messages(texts: list[str]) -> list[Json]:
    """Make what a caller sends to append user messages: no ids, no status."""
    return [
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}
        for text in texts
    ]


def stream_events(count: int = 100) -> list[Json]:
    """Return `count` deltas of a streamed message, response.output_text.delta, a word each."""
    words = text(0, 7).split(" ")
    return [
        {
            "type": "response.output_text.delta",
            "sequence_number": number + 4,
            "item_id": identifier("msg", 1),
            "output_index": 0,
            "content_index": 0,
            "delta": word + " ",
            "logprobs": [],
        }
        for number, word in enumerate(islice(cycle(words), count))
    ]


def sse(events: list[Json]) -> bytes:
    """Return the body of a streamed response: each event with its name and its data."""
    return b"".join(b"event: %s\ndata: %s\n\n" % (e["type"].encode(), dump(e)) for e in events)


def whole_stream(count: int = 100) -> list[Json]:
    """Return a streamed response of `count` deltas, from response.created to response.completed."""
    message = assistant_message(1)
    response = {
        "id": identifier("resp", 1),
        "object": "response",
        "created_at": 1_750_347_206,
        "status": "completed",
        "model": "gpt-5.4",
        "output": [message],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "temperature": 1.0,
        "top_p": 1.0,
    }
    begun = {**response, "status": "in_progress", "output": []}
    first = {"type": "response.created", "sequence_number": 0, "response": begun}
    last = {"type": "response.completed", "sequence_number": count + 4, "response": response}
    return [first, *stream_events(count), last]
