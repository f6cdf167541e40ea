"""What type checkers see of the clients. Checked by mypy and pyright, and never run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, assert_type

import httpx
import httpx2
from openai_conversations import (
    APIResponse,
    APIStatusError,
    AsyncAPIResponse,
    AsyncClient,
    AsyncPage,
    AsyncStream,
    Client,
    Page,
    RawResponse,
    Stream,
)
from openai_conversations import (
    models as m,
)
from openai_conversations.interceptors import Interceptor, Send
from openai_conversations.models import Conversation


def sync(client: Client, error: APIStatusError) -> None:
    assert_type(client.conversations.create(items=[{"role": "user"}]), m.Conversation)
    assert_type(client.conversations.retrieve("c", timeout=httpx.Timeout(1)), m.Conversation)
    assert_type(client.conversations.retrieve("c", timeout=httpx2.Timeout(1)), m.Conversation)
    assert_type(client.conversations.update("c", metadata={"a": "b"}), m.Conversation)
    assert_type(client.conversations.delete("c"), m.DeletedConversation)
    items = client.conversations.items
    assert_type(items.create("c", items=[]), m.ConversationItemList)
    assert_type(items.retrieve("i", conversation_id="c"), m.ConversationItem)
    assert_type(items.delete("i", conversation_id="c"), m.Conversation)
    page = items.list("c", order="asc", include=["file_search_call.results"])
    assert_type(page, Page[m.ConversationItem])
    assert_type(page.get_next_page(), Page[m.ConversationItem])
    for item in page:
        assert_type(item, m.ConversationItem)
    for each in page.iter_pages():
        assert_type(each.data, list[m.ConversationItem])
    raw = client.conversations.with_raw_response
    assert_type(raw.retrieve("c"), RawResponse[m.Conversation])
    assert_type(raw.retrieve("c").parse(), m.Conversation)
    assert_type(raw.items.list("c", limit=3).parse(), Page[m.ConversationItem])
    streaming = client.conversations.with_streaming_response
    with streaming.retrieve("c", timeout=3) as response:
        assert_type(response, APIResponse[m.Conversation])
        assert_type(response.status_code, int)
        assert_type(response.headers, httpx.Headers)
        assert_type(response.read(), bytes)
        assert_type(response.parse(), m.Conversation)
        for chunk in response.iter_bytes(1024):
            assert_type(chunk, bytes)
        for line in response.iter_lines():
            assert_type(line, str)
    with streaming.items.list("c", limit=3) as listed:
        assert_type(listed.parse(), Page[m.ConversationItem])
    with client.responses.with_streaming_response.create(input="x") as created:
        assert_type(created.parse(), m.Response)
    with client.responses.with_streaming_response.create(input="x", stream=True) as events:
        assert_type(events.parse(), Stream[m.ResponseStreamEvent])

    assert_type(client.responses.create(model="m", input="x"), m.Response)
    assert_type(client.responses.create(input=page.data, stream=False), m.Response)
    stream = client.responses.create(input="x", stream=True)
    assert_type(stream, Stream[m.ResponseStreamEvent])
    for event in stream:
        assert_type(event, m.ResponseStreamEvent)
    with client.responses.stream(input="x") as opened:
        assert_type(opened, Stream[m.ResponseStreamEvent])
        assert_type(opened.snapshot, m.Response)
        assert_type(opened.collect_text(), str)
        for text in opened.text_deltas():
            assert_type(text, str)
        for piece in opened.relay():
            assert_type(piece, bytes)
        assert_type(opened.get_final_response(), m.Response)
    assert_type(client.responses.retrieve("r"), m.Response)
    assert_type(
        client.responses.retrieve("r", stream=True, resume=True), Stream[m.ResponseStreamEvent]
    )
    with client.responses.stream(response_id="r", starting_after=3, resume=True) as followed:
        assert_type(followed, Stream[m.ResponseStreamEvent])
    waited = client.responses.wait("r", timeout=60)
    assert_type(waited, m.Response)
    assert_type(waited.function_calls, list[m.FunctionToolCall])
    assert_type(waited.messages, list[m.OutputMessage])
    assert_type(waited.reasoning_items, list[m.ReasoningItem])
    assert_type(waited.function_calls[0].arguments_json, dict[str, Any])
    assert_type(waited.is_completed, bool)
    assert_type(error.retry_after, float | None)
    assert_type(client.responses.delete("r"), None)
    assert_type(client.responses.cancel("r"), m.Response)
    assert_type(client.responses.compact(model="m"), m.CompactedResponse)
    assert_type(client.responses.input_items.list("r"), Page[m.ItemResource])
    assert_type(client.responses.input_tokens.count(input="x"), m.TokenCounts)

    assert_type(client.with_options(timeout=None), Client)
    assert_type(client.get("/x"), Any)
    assert_type(client.get("/x", cast_to=m.Conversation), Conversation)
    assert_type(client.post("/x", body={"a": 1}, cast_to=httpx.Response), httpx.Response)
    assert_type(client.post("/x", body={"a": 1}, cast_to=httpx2.Response), httpx2.Response)
    assert_type(Client.local(), Client)
    assert_type(error.request_id, str | None)


async def asynchronous(client: AsyncClient) -> None:
    assert_type(await client.conversations.create(), m.Conversation)
    items = client.conversations.items
    assert_type(await items.create("c", items=[]), m.ConversationItemList)
    page = await items.list("c")
    assert_type(page, AsyncPage[m.ConversationItem])
    async for item in items.list("c"):
        assert_type(item, m.ConversationItem)
    async for item in page:
        assert_type(item, m.ConversationItem)
    raw = client.conversations.with_raw_response
    assert_type(await raw.retrieve("c"), RawResponse[m.Conversation])
    assert_type((await raw.items.list("c")).parse(), AsyncPage[m.ConversationItem])
    streaming = client.conversations.with_streaming_response
    async with streaming.retrieve("c") as response:
        assert_type(response, AsyncAPIResponse[m.Conversation])
        assert_type(await response.text(), str)
        assert_type(await response.parse(), m.Conversation)
        async for piece in response.iter_text():
            assert_type(piece, str)
    async with streaming.items.list("c", limit=3) as listed:
        assert_type(await listed.parse(), AsyncPage[m.ConversationItem])
    async with client.responses.with_streaming_response.retrieve("r", stream=True) as events:
        assert_type(await events.parse(), AsyncStream[m.ResponseStreamEvent])

    assert_type(await client.responses.create(input="x"), m.Response)
    stream = await client.responses.create(input="x", stream=True)
    assert_type(stream, AsyncStream[m.ResponseStreamEvent])
    async for event in stream:
        assert_type(event, m.ResponseStreamEvent)
    async with client.responses.stream(input="x") as opened:
        assert_type(await opened.get_final_response(), m.Response)
    assert_type(await client.get("/x", cast_to=m.Conversation), m.Conversation)
    assert_type(AsyncClient.local("file.sqlite"), AsyncClient)


def wrong(client: Client, other: AsyncClient) -> None:
    client.conversations.retrieve()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.conversations.retrieve(1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.conversations.items.list("c", order="up")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.conversations.with_streaming_response.retrieve(1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.responses.create(nothing=1)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    other.conversations.items.list("c").data  # type: ignore[attr-defined]  # pyright: ignore  # noqa: B018


def sends(request: httpx.Request, send: Send) -> httpx.Response:
    return send(request)


def sends2(
    request: httpx2.Request, send: Callable[[httpx2.Request], httpx2.Response]
) -> httpx2.Response:
    return send(request)


async def asends2(
    request: httpx2.Request, send: Callable[[httpx2.Request], Awaitable[httpx2.Response]]
) -> httpx2.Response:
    return await send(request)


def libraries() -> None:
    both: list[Interceptor] = [sends, sends2, lambda request, send: send(request)]
    client = Client(http_client=httpx.Client(), timeout=httpx.Timeout(1), base_url=httpx.URL("u"))
    client.with_options(timeout=httpx2.Timeout(1), base_url=httpx2.URL("u"), interceptors=both)
    Client(http_client=httpx2.Client(), timeout=httpx2.Timeout(1), base_url=httpx2.URL("u"))
    AsyncClient(http_client=httpx.AsyncClient())
    AsyncClient(http_client=httpx2.AsyncClient(), interceptors=[asends2])
