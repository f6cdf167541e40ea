"""What objects show: at a prompt, to rich, to completion and in a notebook."""

from __future__ import annotations

import copy
import inspect
import pickle
import pydoc
import re
from functools import singledispatch
from typing import Any
from unittest import mock

import attrs
import httpx
import pytest
from openai_conversations import (
    AsyncClient,
    Client,
    Content,
    InvalidArgumentError,
    MessageItem,
    Tool,
    ToolChoice,
    items,
    models,
)
from openai_conversations.archive import notebook
from openai_conversations.items.maker import Maker
from openai_conversations_api import RawObject, decode

from tests.document import object_schemas, python_name
from tests.offenders import check_drawn
from tests.overlay.client_runner import ClientRunner
from tests.overlay.listing import listing
from tests.overlay.scripted_server import ScriptedServer
from tests.overlay.test_cost import modules
from tests.strategies import disturbed

ID = "msg_" + "a" * 48
MESSAGE = {"type": "message", "id": ID, "role": "user", "status": "completed"}


def message(text: str, *more: dict[str, Any]) -> Any:
    content = [{"type": "input_text", "text": text}, *more]
    return decode("ConversationItem", {**MESSAGE, "content": content})


class Unshowable:
    def __repr__(self) -> str:
        raise ValueError


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (message("Hi"), f"Message(role='user', status='completed', text='Hi', id='{ID}')"),
        (
            message("x" * 61),
            f"Message(role='user', status='completed', text='{'x' * 59}…', id='{ID}')",
        ),
        (
            MessageItem.user(["See", Content.image(file_id="file-1")]),
            "InputMessage(role='user', text='See', content=[… 2])",
        ),
        (
            MessageItem.user([Content.image(file_id="file-1")]),
            "InputMessage(role='user', content=[… 1])",
        ),
        (Content.text("\ud800\x1b\u202e"), r"InputTextContent(text='\ud800\x1b\u202e')"),
        (
            items.FunctionCallItem.create("call_1", name="f", arguments={"a": 1}),
            """FunctionToolCall(name='f', arguments='{"a": 1}', call_id='call_1')""",
        ),
        (
            items.FunctionCallOutputItem.text("call_1", "21"),
            "FunctionCallOutputItemParam(output='21', call_id='call_1')",
        ),
        (
            models.Response.from_dict(
                {
                    "id": "resp_1",
                    "object": "response",
                    "status": "completed",
                    "output": [
                        {
                            "type": "message",
                            "content": [{"type": "output_text", "text": "Hello"}],
                        }
                    ],
                }
            ),
            "Response(status='completed', output_text='Hello', id='resp_1')",
        ),
        (
            models.Conversation.from_dict(
                {"id": "conv_1", "created_at": 1.7e9, "metadata": {"topic": "demo"}}
            ),
            "Conversation(created=2023-11-14 22:13:20+00:00, metadata={'topic': 'demo'}, "
            "id='conv_1')",
        ),
        (
            models.Conversation.from_dict({"created_at": 1.7e12, "metadata": {}}),
            "Conversation(created_at=1700000000000.0)",
        ),
        (
            models.ConversationItemList.from_dict({"data": [{}], "has_more": True}),
            "ConversationItemList(data=[… 1], has_more=True)",
        ),
        (models.Reasoning(effort="low"), "Reasoning(effort='low')"),
        (
            RawObject({"type": "hologram", "id": "h_1", "beam": [[]]}, ("colour",)),
            "RawObject(type='hologram', id='h_1', keys=3, missing='colour')",
        ),
        (RawObject({}), "RawObject(type=None, keys=0)"),
        (RawObject(None), "RawObject()"),  # type: ignore[arg-type]
        (object.__new__(RawObject), "RawObject()"),
        (object.__new__(models.Message), "Message()"),
        (
            models.InputMessage(role=Unshowable(), content=10**5000),  # type: ignore[arg-type]
            "InputMessage(role=Unshowable(…), content=…)",
        ),
    ],
)
def test_a_repr_says_what_a_person_looks_for(shown: object, expected: str) -> None:
    assert repr(shown) == expected


def test_whatever_a_model_holds_it_can_be_shown() -> None:
    def check(name: str, value: Any) -> None:
        model = getattr(models, python_name(name)).from_dict(value)
        shown = repr(model)
        assert shown.startswith(f"{python_name(name)}(")
        assert shown.endswith(")")
        assert len(shown) <= 200
        assert shown.isprintable()
        for field, held in model.__rich_repr__():
            assert getattr(model, field) is held or getattr(model, field) == held
        for unknown in model.additional_properties:
            assert (unknown in dir(model)) or not unknown.isidentifier()
        for each in (model._repr_html_(), model._repr_markdown_()):
            assert each is None or each.encode()

    check_drawn(object_schemas(), disturbed, check, examples=3)


@pytest.mark.parametrize(
    ("kind", "held"),
    [
        ("MCPTool", {"authorization": "SECRET", "headers": {"x": "SECRET"}}),
        ("MCPTool", {"server_url": "https://host/?key=SECRET"}),
        ("LocalShellExecAction", {"env": {"KEY": "SECRET"}}),
        ("ReasoningItem", {"encrypted_content": "SECRET"}),
        ("ContainerNetworkPolicyDomainSecretParam", {"name": "k", "value": "SECRET"}),
    ],
)
def test_what_may_be_secret_is_not_shown(kind: str, held: dict[str, Any]) -> None:
    model = getattr(models, kind).from_dict(held)
    assert "SECRET" not in repr(model) + repr([*model.__rich_repr__()])


def test_rich_gets_the_values_uncut() -> None:
    part = {"type": "input_image", "file_id": "file-1", "detail": "low"}
    shown = dict(message("x" * 5000, part).__rich_repr__())
    assert [*shown] == ["role", "status", "text", "id", "content"]
    assert len(shown["text"]) == 5000
    assert shown["content"][1].file_id == "file-1"
    assert dict(RawObject({"type": "new"}).__rich_repr__()) == {"type": "new", "keys": 1}


def test_completion_offers_what_came() -> None:
    newer = models.Message.from_dict({"mood": "fine", "no name": 1, "class": 2})
    assert {"mood", "text", "content", "to_dict"} < {*dir(newer)}
    assert "no name" not in dir(newer)
    raw = RawObject({"type": "hologram", "beam": 1, 5: 2, "": 3})  # type: ignore[dict-item]
    assert {"beam", "data", "to_json"} < {*dir(raw)}
    assert {"beam", ""} & {*dir(object.__new__(RawObject))} == set()


def test_a_client_says_where_it_sends_and_with_what() -> None:
    address = "base_url='https://api.openai.com/v1'"
    client = Client(api_key="sk-secret")
    assert repr(client) == f"Client({address}, transport='httpx')"
    assert repr(client.conversations.items) == f"Items({client!r})"
    view = client.responses.with_raw_response
    assert repr(view) == f"ResponsesWithRawResponse(Responses({client!r}))"
    assert repr(client.with_options(timeout=1)) == repr(client)
    assert repr(AsyncClient(api_key="k", transport="aiohttp")).endswith("transport='aiohttp')")
    with httpx.Client() as given:
        own = Client(api_key="k", http_client=given)
        assert repr(own) == f"Client({address}, transport='http_client')"
    with Client.local() as local:
        assert repr(local) == "Client(base_url='http://localhost/v1', transport='local')"


def test_a_list_that_was_not_awaited_says_so() -> None:
    listed = AsyncClient(api_key="k").conversations.items.list("c")
    assert repr(listed) == "AsyncPaginator(nothing is sent yet: await it, or use async for)"


def test_a_page_is_a_sequence_of_its_items(runner: ClientRunner) -> None:
    def look(page: Any) -> None:
        assert (len(page), bool(page), repr(page)[-25:]) == (
            2,
            True,
            "Page(2 items, has_more=True)"[-25:],
        )
        assert (page[0], page[-1], page[:1]) == (page.data[0], page.data[1], page.data[:1])
        with pytest.raises(IndexError):
            page[2]
        assert page._repr_html_().count("<article") == 2
        assert page._repr_markdown_().count("## ") == 2
        if hasattr(page, "__aiter__"):
            with pytest.raises(TypeError, match="not iterable"):
                iter(page)

    with ScriptedServer(listing(3)) as server:
        look(runner.run(server.url, lambda c: c.conversations.items.list("c", limit=2)))
    with ScriptedServer(listing(0)) as server:
        nothing = runner.run(server.url, lambda c: c.conversations.items.list("c"))
    assert (len(nothing), bool(nothing), nothing._repr_html_()) == (0, False, None)


def test_a_list_is_a_sequence_of_its_items() -> None:
    listed = models.ConversationItemList.from_dict({"object": "list", "data": [MESSAGE]})
    assert (len(listed), listed[0], listed[-1:], [*listed]) == (1, *listed.data, *[listed.data] * 2)
    assert listed._repr_markdown_() == listed[0]._repr_markdown_()
    odd = models.ConversationItemList.from_dict({"data": "no list"})
    assert (len(odd), bool(odd), [*odd]) == (0, False, [])


def test_a_notebook_shows_items_escaped() -> None:
    bad = message("<script>alert(1)</script>\u202e")
    assert bad._repr_html_() == (
        f'<article class="user">\n<h2><bdi>User</bdi> <small>{ID}</small></h2>\n'
        '<div class="text" dir="auto">&lt;script&gt;alert(1)&lt;/script&gt;\\u202e</div>\n'
        "</article>\n"
    )
    assert bad._repr_markdown_().startswith("## User\n")
    call = items.FunctionCallItem.create("call_1", name="f", arguments={"a": 1})
    response = models.Response.from_dict({"object": "response", "output": [call.to_dict()]})
    assert response._repr_html_() == call._repr_html_()
    for other in (models.Conversation.from_dict({"object": "conversation"}), Content.text("x")):
        assert (other._repr_html_(), other._repr_markdown_()) == (None, None)
    assert RawObject({"type": "hologram"})._repr_html_() is None
    assert "Unknown item: hologram" in str(
        notebook.list_in_notebook([RawObject({"type": "hologram"})], "html")
    )


def test_a_notebook_shows_no_more_than_it_should_keep() -> None:
    many = [message(str(number)) for number in range(notebook.MOST + 1234)]
    html = notebook.list_in_notebook(many, "html") or ""
    assert html.count("<article") == notebook.MOST
    assert html.endswith("<p>… and 1,234 more</p>")
    markdown = notebook.list_in_notebook(many, "markdown") or ""
    assert markdown.count("## ") == notebook.MOST
    assert markdown.endswith("… and 1,234 more")
    assert notebook.list_in_notebook([*many[:2], models.Conversation.from_dict({})], "html") is None


def test_what_shows_is_loaded_when_it_is_asked_for() -> None:
    made = "from openai_conversations import models; m = models.Message.from_dict({'role': 'user'})"
    unasked = {"openai_conversations_api._showing", "openai_conversations.archive.notebook"}
    assert not unasked & {*modules(made)}
    assert unasked - {*modules(f"{made}; repr(m)")} == {"openai_conversations.archive.notebook"}
    assert not unasked - {*modules(f"{made}; assert m._repr_html_()")}
    alone = made.replace("openai_conversations", "openai_conversations_api")
    assert "openai_conversations" not in modules(f"{alone}; assert m._repr_html_() is None")


MAKERS = [each for each in map(vars(items).get, items.__all__) if isinstance(each, Maker)]
ITEM_MAKERS = [maker for maker in MAKERS if maker not in (items.Content, items.ResponseInput)]


def test_every_class_of_the_room_is_a_maker() -> None:
    assert [each for each in map(vars(items).get, items.__all__) if inspect.isclass(each)] == MAKERS


@pytest.mark.parametrize("maker", [*MAKERS, Tool, ToolChoice], ids=lambda maker: maker.__name__)
def test_asking_for_a_maker_names_the_classes_to_ask_for(maker: Any) -> None:
    with pytest.raises(InvalidArgumentError, match=f"got {maker.__name__}") as caught:
        isinstance(message("Hi"), (int, maker))
    assert isinstance(caught.value, TypeError)
    assert maker._classes
    for name in maker._classes:
        assert name in str(caught.value)
        assert name in ("str", "list") or inspect.isclass(getattr(models, name))


@pytest.mark.parametrize("maker", ITEM_MAKERS, ids=lambda maker: maker.__name__)
def test_the_classes_are_those_that_are_made_and_read(maker: Any) -> None:
    methods = [each.__func__ for each in vars(maker).values() if isinstance(each, staticmethod)]
    made = {
        name for each in methods for name in re.findall(r"m\.(\w+)", each.__annotations__["return"])
    }
    assert made
    types = {attrs.fields_dict(getattr(models, name))["type"].default for name in made}
    read = {type(decode("ConversationItem", {"type": kind})).__name__ for kind in types if kind}
    assert made | (read - {"RawObject"}) <= {*maker._classes}


def test_what_looks_into_modules_is_not_in_the_way_of_makers() -> None:
    assert copy.deepcopy(MessageItem) is MessageItem is pickle.loads(pickle.dumps(MessageItem))
    assert dict(inspect.getmembers(items, inspect.isclass))["MessageItem"] is MessageItem
    assert "user_text" in pydoc.render_doc(MessageItem) + " ".join(dir(MessageItem))
    assert mock.create_autospec(MessageItem).user_text("Hi") is not None
    assert issubclass(MessageItem, MessageItem)
    assert not issubclass(models.Message, MessageItem)
    assert singledispatch(repr).register(MessageItem, str)(1) == "1"
