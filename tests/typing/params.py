"""Uses of the generated parameters. Checked by mypy and pyright, and never run.

Every `ignore` stands where both checkers must find a mistake: one that finds none reports it.
"""
# pyright: reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack, assert_type, overload

from openai_conversations import MessageItem
from openai_conversations_api import models as m
from openai_conversations_api import omit
from openai_conversations_api import params as p


def create(**given: Unpack[p.CreateConversationParams]) -> None: ...
def add(conversation_id: str, **given: Unpack[p.CreateConversationItemsParams]) -> None: ...
def update(conversation_id: str, **given: Unpack[p.UpdateConversationParams]) -> None: ...
def listed(conversation_id: str, **given: Unpack[p.ListConversationItemsParams]) -> None: ...
def delete(conversation_id: str, **given: Unpack[p.DeleteConversationParams]) -> None: ...
def count(**given: Unpack[p.GetInputTokenCountsParams]) -> None: ...
@overload
def respond(*, seconds: int = 1, **given: Unpack[p.CreateResponseParamsNonStreaming]) -> int: ...
@overload
def respond(*, seconds: int = 1, **given: Unpack[p.CreateResponseParamsStreaming]) -> str: ...
@overload
def respond(*, seconds: int = 1, **given: Unpack[p.CreateResponseParams]) -> int | str: ...
def respond(*, seconds: int = 1, **given: Unpack[p.CreateResponseParams]) -> int | str:
    return seconds


def accepted(
    conversation: m.Conversation,
    stored: list[m.ConversationItem],
    asked: list[m.ItemResource],
    response: m.Response,
    plain: list[dict[str, object]],
    names: Sequence[str],
    flag: bool,
) -> None:
    create(items=[MessageItem.user_text("Hi")], metadata={"a": "b"})
    create(items=[{"role": "user", "content": "Hi"}, MessageItem.user_text("Hi"), *stored])
    create(items=None, metadata=omit)
    create()
    add("c", items=stored, include=["file_search_call.results"])
    add("c", items=asked, include=names)
    add("c", items=plain, include=("reasoning.encrypted_content",))
    add("c", items=(item for item in stored))
    update("c", metadata=None)
    listed("c", limit=3, order="asc", after="i")
    delete("c")
    count(input="Hi", personality="friendly")
    assert_type(respond(input="Hi", conversation="conv_1"), int)
    assert_type(respond(input=response.output, conversation=conversation, stream=None), int)
    assert_type(respond(conversation={"id": "conv_1"}, stream=True), str)
    assert_type(respond(conversation=response.conversation, stream=flag), int | str)
    respond(tools=[{"type": "web_search"}], tool_choice="auto", text={"format": {"type": "text"}})
    respond(reasoning={"effort": "low"}, context_management=[{"type": "compaction"}], seconds=2)
    respond(reasoning=m.Reasoning(effort="low"), tools=response.tools, user=None)


def literals() -> None:
    message: p.EasyInputMessageParam = {
        "role": "user",
        "content": [{"type": "input_text", "text": "Hi"}, m.InputTextContent(text="Hi")],
    }
    items: list[p.InputItemParam] = [message, {"type": "item_reference", "id": "i"}]
    tool: p.FunctionToolParam = {
        "type": "function",
        "name": "f",
        "parameters": {"type": "object"},
        "strict": True,
    }
    create(items=items)
    respond(tools=[tool], input=[message])


def mistakes() -> None:
    create(itms=[])  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    create(items="Hi")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    add("c")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    add("c", items=[], include="x")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    listed("c", order="up")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    delete("c", order="asc")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    respond(max_output_tokens="3")  # type: ignore[call-overload]  # pyright: ignore
    role: p.EasyInputMessageParam = {
        "role": "usr",  # type: ignore[typeddict-item]  # pyright: ignore[reportAssignmentType]
        "content": "Hi",
    }
    deep: p.EasyInputMessageParam = {
        "role": "user",
        "content": [
            {"type": "input_text", "txt": "Hi"},  # type: ignore[list-item]  # pyright: ignore[reportAssignmentType]
        ],
    }
    key: p.ItemReferenceParam = {  # type: ignore[typeddict-unknown-key]
        "id": "i",
        "idd": "i",  # pyright: ignore[reportAssignmentType]
    }
    kind: p.WebSearchToolParam = {
        "type": "web_serch",  # type: ignore[typeddict-item]  # pyright: ignore[reportAssignmentType]
    }
    missing: p.ItemReferenceParam = {}  # type: ignore[typeddict-item]  # pyright: ignore
    create(items=[role, deep, key, missing])
    respond(tools=[kind])


def narrowed(item: m.ConversationItem, event: m.ResponseStreamEvent, tool: m.Tool) -> None:
    if item.type == "message":
        assert_type(item, m.Message)
    elif item.type == "function_call":
        assert_type(item, m.FunctionToolCallResource)
    if event.type == "response.output_text.delta":
        assert_type(event, m.ResponseTextDeltaEvent)
    elif event.type == "error":
        assert_type(event.message, str)
    if tool.type == "custom":
        assert_type(tool, m.CustomToolParam)
