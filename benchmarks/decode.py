"""From bytes to objects and back: pages of items, streamed events, and the memory they keep.

openai-python takes the path that its own client takes from the text of a response to its objects,
without the HTTP before it. "Plain httpx" is the standard library's json on plain dictionaries.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any, cast

import httpx2
import msgspec
import orjson
from openai import OpenAI
from openai._utils import maybe_transform
from openai.pagination import SyncConversationCursorPage
from openai.types.conversations import ConversationItem
from openai.types.conversations.item_create_params import ItemCreateParams
from openai.types.responses import ResponseStreamEvent
from openai_conversations._response.parsing import loads
from openai_conversations_api import models
from openai_conversations_api.api.conversations import list_conversation_items
from openai_conversations_api.api.responses import create_response

from benchmarks import fixtures
from benchmarks.measure import (
    FLOOR,
    OPENAI,
    OURS,
    PLAIN,
    Measured,
    Row,
    Work,
    instead,
    interleaved,
    memory,
)

WITH_FAST = "ours, with the extra fast"
JSON_LOADS = {PLAIN: "json.loads", FLOOR: "orjson.loads"}
JSON_DUMPS = {PLAIN: "json.dumps", FLOOR: "msgspec.json.encode"}

Decoder = Callable[[bytes], Any]


def openai_decoder(cast_to: Any) -> Decoder:
    """Return what openai-python's client does with the body of a response."""
    client = OpenAI(api_key="none")
    response = httpx2.Response(200)

    def decode(body: bytes) -> Any:
        data = json.loads(body)
        return client._process_response_data(data=data, cast_to=cast_to, response=response)

    return decode


openai_page = openai_decoder(SyncConversationCursorPage[ConversationItem])
openai_event = openai_decoder(cast("type[Any]", ResponseStreamEvent))


def our_page(body: bytes) -> models.ConversationItemList:
    return list_conversation_items._decode(json.loads(body))


def our_page_with_fast(body: bytes) -> models.ConversationItemList:
    return list_conversation_items._decode(loads(body))


def our_bytes(page: models.ConversationItemList) -> bytes:
    return page._json().encode()  # as `to_bytes` does where orjson is not installed


def our_bytes_with_fast(page: models.ConversationItemList) -> bytes:
    return page.to_bytes()


PAGES = {
    "mixed items": fixtures.mixed_items(),
    "messages": fixtures.message_items(),
    "a tenth unknown": fixtures.unknown_items(),
}


def decode_rows(repetitions: int) -> list[Row]:
    """Measure pages; our two rows of each, without the extra `fast` and with it, share one run."""
    rows: list[Row] = []
    for name, items in PAGES.items():
        body = fixtures.dump(fixtures.page(items))
        works: dict[str, Work] = {
            OURS: partial(our_page, body),
            WITH_FAST: partial(our_page_with_fast, body),
            OPENAI: partial(openai_page, body),
            PLAIN: partial(json.loads, body),
            FLOOR: partial(orjson.loads, body),
        }
        results = interleaved(works, len(items), repetitions)
        targets = {PLAIN: 2.0, OPENAI: 1 / 15}
        rows += _both(f"decode a page, {name}", results, targets, {PLAIN: 1.3}, JSON_LOADS)
    return rows


def _both(
    work: str,
    results: dict[str, Measured],
    targets: dict[str, float],
    with_fast: dict[str, float],
    means: dict[str, str],
) -> list[Row]:
    """Return the rows of a work without the extra `fast` and with it, which have other targets."""
    faster = instead(results, WITH_FAST)
    del results[WITH_FAST]
    return [
        Row(work, "µs an item", results, targets, means),
        Row(f"{work}, [fast]", "µs an item", faster, with_fast, means),
    ]


def encode_rows(repetitions: int) -> list[Row]:
    rows: list[Row] = []
    for name, items in PAGES.items():
        plain = fixtures.page(items)
        body = fixtures.dump(plain)
        ours, theirs = our_page(body), openai_page(body)
        works: dict[str, Work] = {
            OURS: partial(our_bytes, ours),
            WITH_FAST: partial(our_bytes_with_fast, ours),
            OPENAI: partial(theirs.to_json, indent=None, warnings=False),
            PLAIN: partial(json.dumps, plain),
            FLOOR: partial(msgspec.json.encode, plain),
        }
        results = interleaved(works, len(items), repetitions)
        work = f"encode a page, {name}"
        targets = {PLAIN: 0.5, OPENAI: 1.0}
        rows += _both(work, results, {PLAIN: 1.2}, targets, JSON_DUMPS)
    return rows


def new_messages_rows(repetitions: int) -> list[Row]:
    """Measure what a caller does to append: make the objects, and the bytes of the request."""
    texts = fixtures.user_texts()

    def ours() -> bytes:
        messages = [
            models.InputMessage(role="user", content=[models.InputTextContent(text=text)])
            for text in texts
        ]
        return models.CreateConversationItemsBody(items=[*messages]).to_bytes()

    def plain(finish: Callable[[Any], Any] = lambda body: body) -> str:
        return json.dumps(finish({"items": fixtures.new_user_messages(texts)}))

    transform = partial(maybe_transform, expected_type=ItemCreateParams)
    works: dict[str, Work] = {OURS: ours, OPENAI: partial(plain, transform), PLAIN: plain}
    results = interleaved(works, len(texts), repetitions)
    means = {PLAIN: "dictionaries and json.dumps"}
    return [Row("make and encode 20 user messages", "µs a message", results, means=means)]


def event_rows(repetitions: int) -> list[Row]:
    bodies = [fixtures.dump(event) for event in fixtures.stream_events()]

    def ours(body: bytes) -> Any:
        return create_response._decode_event(json.loads(body))

    def each(decode: Decoder) -> None:
        for body in bodies:
            decode(body)

    works = {
        OURS: partial(each, ours),
        OPENAI: partial(each, openai_event),
        PLAIN: partial(each, json.loads),
        FLOOR: partial(each, orjson.loads),
    }
    results = interleaved(works, len(bodies), repetitions)
    return [Row("decode an event", "µs an event", results, means=JSON_LOADS)]


def memory_rows(repetitions: int) -> list[Row]:
    rows: list[Row] = []
    for name, items in PAGES.items():
        body = fixtures.dump(fixtures.page(items))
        makers = {
            OURS: partial(our_page, body),
            OPENAI: partial(openai_page, body),
            PLAIN: partial(json.loads, body),
        }
        results = memory(makers, len(items), repetitions)
        means = {PLAIN: "json.loads"}
        rows.append(Row(f"keep a page, {name}", "bytes an item", results, {OPENAI: 0.5}, means))
    return rows
