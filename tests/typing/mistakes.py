"""A program full of mistakes. Checked by mypy and pyright, which find each of them; never run.

Every `ignore` stands where both checkers must find a mistake: one that finds none reports it.
"""
# ruff: noqa: B018, F401
# pyright: reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from typing import Any

import httpx
import httpx2
import openai_conversations
import openai_conversations.items
import openai_conversations.models
import openai_conversations.params
import openai_conversations_api.models
import openai_conversations_api.params
from openai_conversations import (
    AsyncClient,
    Client,
    Content,
    FunctionCallItem,
    FunctionCallOutputItem,
    MessageItem,
    NotFoundError,
)
from openai_conversations import Clientt as AnyClient  # type: ignore[attr-defined]  # pyright: ignore
from openai_conversations.errors import RateLimitErorr  # type: ignore[attr-defined]  # pyright: ignore
from openai_conversations.items import MesageItem  # type: ignore[attr-defined]  # pyright: ignore
from openai_conversations.local import LocalServise  # type: ignore[attr-defined]  # pyright: ignore
from openai_conversations.models import Conversatoin, Message  # type: ignore[attr-defined]  # pyright: ignore
from openai_conversations.params import ConversationCreateParms  # type: ignore[attr-defined]  # pyright: ignore
from openai_conversations_api import Cleint  # type: ignore[attr-defined]  # pyright: ignore
from openai_conversations_api.models import ConversationItme  # type: ignore[attr-defined]  # pyright: ignore
from openai_conversations_api.params import CreateConversationParms  # type: ignore[attr-defined]  # pyright: ignore

openai_conversations.Clientt  # type: ignore[attr-defined]  # pyright: ignore
openai_conversations.items.MesageItem  # type: ignore[attr-defined]  # pyright: ignore
openai_conversations.models.Conversatoin  # type: ignore[attr-defined]  # pyright: ignore
openai_conversations.params.ConversationCreateParms  # type: ignore[attr-defined]  # pyright: ignore
openai_conversations_api.Cleint  # type: ignore[attr-defined]  # pyright: ignore
openai_conversations_api.models.ConversationItme  # type: ignore[attr-defined]  # pyright: ignore
openai_conversations_api.params.CreateConversationParms  # type: ignore[attr-defined]  # pyright: ignore


def methods(client: Client) -> None:
    client.conversation  # type: ignore[attr-defined]  # pyright: ignore
    client.conversations.retreive("conv_1")  # type: ignore[attr-defined]  # pyright: ignore
    client.conversations.items.with_raw_response.retreive("msg_1", conversation_id="conv_1")  # type: ignore[attr-defined]  # pyright: ignore
    client.conversations.with_streaming_response.retreive("conv_1")  # type: ignore[attr-defined]  # pyright: ignore
    client.responses.with_raw_response.input_itmes  # type: ignore[attr-defined]  # pyright: ignore


def keywords(client: Client) -> None:
    Client(apikey="k")  # type: ignore[call-arg]  # pyright: ignore
    client.conversations.create(metdata={})  # type: ignore[call-arg]  # pyright: ignore
    client.conversations.items.create("conv_1", itmes=[])  # type: ignore[call-arg]  # pyright: ignore
    client.conversations.items.list("conv_1", limt=3)  # type: ignore[call-arg]  # pyright: ignore
    client.conversations.items.retrieve("msg_1")  # type: ignore[call-arg]  # pyright: ignore
    client.conversations.items.with_raw_response.list("conv_1", limt=3)  # type: ignore[call-arg]  # pyright: ignore
    client.responses.create(modle="m")  # type: ignore[call-overload]  # pyright: ignore


def values(client: Client) -> None:
    Client(timeout="soon")  # type: ignore[arg-type]  # pyright: ignore
    client.conversations.create(items=[7])  # type: ignore[list-item]  # pyright: ignore
    client.conversations.create(metadata={"a": 1})  # type: ignore[dict-item]  # pyright: ignore
    client.conversations.items.create("conv_1", items="Hello")  # type: ignore[arg-type]  # pyright: ignore
    client.conversations.items.list("conv_1", limit="3")  # type: ignore[arg-type]  # pyright: ignore
    client.conversations.items.list("conv_1", order="up")  # type: ignore[arg-type]  # pyright: ignore
    client.conversations.items.list("conv_1", include=7)  # type: ignore[arg-type]  # pyright: ignore
    client.responses.create(input=7)  # type: ignore[call-overload]  # pyright: ignore


def items(client: Client) -> None:
    MessageItem.user([Content.refusal("No")])  # type: ignore[list-item]  # pyright: ignore
    MessageItem.user_text(7)  # type: ignore[arg-type]  # pyright: ignore
    MessageItem.user_txt("Hi")  # type: ignore[attr-defined]  # pyright: ignore
    FunctionCallItem.create("call_1", arguments={})  # type: ignore[call-arg]  # pyright: ignore
    client.conversations.items.append("conv_1", [Content.text("Hi")])  # type: ignore[list-item]  # pyright: ignore
    FunctionCallOutputItem.text(call_id=1, output="")  # type: ignore[arg-type]  # pyright: ignore
    client.conversations.items.create("conv_1", items=[Content.text("Hi")])  # type: ignore[list-item]  # pyright: ignore


def models(client: Client, message: Message, error: NotFoundError) -> None:
    message.contnet  # type: ignore[attr-defined]  # pyright: ignore
    message.id = 7  # type: ignore[assignment]  # pyright: ignore
    client.conversations.create().created_att  # type: ignore[attr-defined]  # pyright: ignore
    client.conversations.items.list("conv_1").has_moer  # type: ignore[attr-defined]  # pyright: ignore
    client.responses.create(input="Hi").output_txt  # type: ignore[attr-defined]  # pyright: ignore
    error.statuscode  # type: ignore[attr-defined]  # pyright: ignore
    Message(id="msg_1")  # type: ignore[call-arg]  # pyright: ignore
    openai_conversations.models.Conversation(id="c", created_at="now", metadata={})  # type: ignore[arg-type]  # pyright: ignore
    for item in client.conversations.items.list("conv_1"):
        item.contnet  # type: ignore[union-attr]  # pyright: ignore
        if item.type == "message":
            item.arguments  # type: ignore[attr-defined]  # pyright: ignore
        if item.type == "mesage":  # type: ignore[comparison-overlap]  # pyright: ignore
            pass


async def awaiting(client: AsyncClient, other: Client) -> None:
    client.conversations.create().id  # type: ignore[attr-defined]  # pyright: ignore
    client.conversations.items.list("conv_1").data  # type: ignore[attr-defined]  # pyright: ignore
    for _item in client.conversations.items.list("conv_1"):  # type: ignore[attr-defined]  # pyright: ignore
        pass
    with client.responses.stream(input="Hi"):  # type: ignore[attr-defined]  # pyright: ignore
        pass
    client.conversations.create()  # type: ignore[unused-coroutine]  # pyright: ignore
    await other.conversations.create()  # type: ignore[misc]  # pyright: ignore


def returns_nothing(request: httpx2.Request, send: Any) -> None: ...


def libraries() -> None:
    Client(http_client=httpx2)  # type: ignore[arg-type]  # pyright: ignore
    Client(http_client=httpx2.AsyncClient())  # type: ignore[arg-type]  # pyright: ignore
    AsyncClient(http_client=httpx.Client())  # type: ignore[arg-type]  # pyright: ignore
    AsyncClient(http_client=httpx2.Client())  # type: ignore[arg-type]  # pyright: ignore
    Client(timeout=httpx2.Limits())  # type: ignore[arg-type]  # pyright: ignore
    Client(base_url=httpx2.Timeout(1))  # type: ignore[arg-type]  # pyright: ignore
    Client(interceptors=[returns_nothing])  # type: ignore[list-item]  # pyright: ignore
