"""What people bring from chat completions and from pydantic is named, with what stands for it."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

import anyio
import pytest
from openai_conversations import AsyncClient, Client, InvalidArgumentError


@pytest.fixture
def client() -> Iterator[Any]:
    with Client.local() as client:
        yield client


INSTEAD = [
    ("messages", "; did you mean 'input'?"),
    ("prompt_tokens", ""),
    ("max_tokens", "; did you mean 'max_output_tokens'?"),
    ("max_completion_tokens", "; did you mean 'max_output_tokens'?"),
    ("functions", "; did you mean 'tools'?"),
    ("function_call", "; did you mean 'tool_choice'?"),
    ("response_format", "; did you mean text={'format': ...} (text_format= of parse and stream)?"),
    ("reasoning_effort", "; did you mean reasoning={'effort': ...}?"),
    ("logprobs", "; did you mean include=['message.output_text.logprobs']?"),
    ("n", "; the Responses API has none"),
    ("stop", "; the Responses API has none"),
    ("seed", "; the Responses API has none"),
]


@pytest.mark.parametrize("method", ["create", "stream", "parse", "run"])
@pytest.mark.parametrize(("name", "hint"), INSTEAD)
def test_a_keyword_of_chat_completions(client: Any, method: str, name: str, hint: str) -> None:
    to_call = client.conversations if method == "run" else client.responses
    place = [client.conversations.create()] if method == "run" else []
    with pytest.raises(InvalidArgumentError) as caught:
        getattr(to_call, method)(*place, model="gpt-5.4", input="Hi", **{name: 1})
    start = f"{type(to_call).__name__}.{method}() got an unexpected keyword argument {name!r}"
    assert str(caught.value).startswith(start)
    assert hint in str(caught.value)
    assert ("extra_body" in str(caught.value)) == (not hint)


def test_messages_are_items_of_a_method_without_input(client: Any) -> None:
    for method in (client.conversations.create, client.conversations.items.create):
        with pytest.raises(InvalidArgumentError, match="did you mean 'items'"):
            method(**{"conversation_id": "c"} if "Items" in repr(method) else {}, messages=[])
    with pytest.raises(InvalidArgumentError) as caught:
        client.conversations.create(n=1)
    assert "Responses" not in str(caught.value)


NESTED = {"type": "function", "function": {"name": "f"}}


def test_a_tool_in_the_form_of_chat_completions(client: Any) -> None:
    create, run = client.responses.create, client.conversations.run
    place = client.conversations.create()
    for call, options, argument in (
        (create, {"tools": [{"type": "web_search"}, NESTED]}, r"tools\[1\]"),
        (create, {"tool_choice": NESTED}, "tool_choice"),
        (run, {"conversation_id": place, "tools": [NESTED]}, r"tools\[0\]"),
    ):
        with pytest.raises(InvalidArgumentError, match=f"{argument}: .*the form of chat"):
            call(model="gpt-5.4", input="Hi", **options)
    # A tool of another kind may have such a field.
    create(model="gpt-5.4", input="Hi", tool_choice={"type": "function", "name": "f"}, tools=[
        {"type": "function", "name": "f", "parameters": {}, "strict": False}])  # fmt: skip


def test_attributes_from_elsewhere(client: Any) -> None:
    response = client.responses.create(model="gpt-5.4", input="Hi")
    for model, name, near in (
        (response, "json", "to_dict, model_dump_json"),
        (response, "dict", "to_dict"),
        (response, "choices", "output_text, output"),
        (response.usage, "prompt_tokens", "input_tokens"),
        (response.usage, "completion_tokens", "output_tokens"),
        (response, "tool_calls", "function_calls"),
    ):
        with pytest.raises(AttributeError) as caught:
            getattr(model, name)
        kind = type(model).__name__
        assert str(caught.value) == f"{kind!r} object has no attribute {name!r}; near: {near}"


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_resources_from_elsewhere(kind: Any) -> None:
    client = kind(api_key="k", base_url="http://localhost:9/v1")
    for name, here in (("chat", "responses"), ("completions", "responses"), ("beta", "conversat")):
        with pytest.raises(AttributeError, match=f"{kind.__name__} has no '{name}'; see '{here}"):
            getattr(client, name)
    with pytest.raises(AttributeError, match=f"'{kind.__name__}' object has no attribute 'chta'"):
        _ = client.chta
    # The error of a property is its own.
    with pytest.raises(AttributeError, match=r"only a client made by local\(\)"):
        _ = client.local_service
    assert not hasattr(client, "chat")


def test_a_with_of_the_wrong_kind(client: Any) -> None:
    wrong: Any = AsyncClient(api_key="k", base_url="http://localhost:9/v1")
    for opened in (wrong, wrong.responses.stream(model="gpt-5.4", input="Hi")):
        with pytest.raises((AttributeError, TypeError), match="async with"), opened:
            pass
        assert not hasattr(opened, "__enter__")
        assert not isinstance(opened, AbstractContextManager)

    async def enter(opened: Any) -> None:
        async with opened:
            pass

    for opened in (client, client.responses.stream(model="gpt-5.4", input="Hi")):
        with pytest.raises((AttributeError, TypeError), match="for `with`"):
            anyio.run(enter, opened)
        assert not hasattr(opened, "__aenter__")


def test_a_coroutine_that_was_not_awaited(client: Any) -> None:
    other: Any = AsyncClient.local()
    with warnings.catch_warnings():
        # Python's own, which names the method too.
        warnings.simplefilter("ignore", RuntimeWarning)
        for argument, call in (
            ("conversation_id", lambda made: client.conversations.retrieve(made)),
            ("conversation", lambda made: client.responses.create(conversation=made)),
            ("metadata", lambda made: client.conversations.create(metadata=made)),
            (r"items\[0\]", lambda made: client.conversations.create(items=[made])),
        ):
            said = rf"{argument}: .*the coroutine \w+\.create\(\), which was not awaited"
            with pytest.raises(InvalidArgumentError, match=said):
                call(other.conversations.create())
        gc.collect()
    anyio.run(other.close)
