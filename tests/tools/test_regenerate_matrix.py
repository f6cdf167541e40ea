"""One change of upstream's document at a time: what it takes until `Client` can do it.

For each, both packages are made anew, nothing is edited but what the case says, and a program tries
the change with the sync client, the async client and local mode. Those that only add something are
made in one document. docs/regenerating.md has the table of the hand-written lines; a test holds it
to the figures here.
"""

import re
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from ..offenders import check_each
from . import grown
from .regenerated import (
    Json,
    aliased,
    body,
    changed,
    inlined,
    kind,
    operation,
    project,
    reference,
    renamed,
    schema,
    split,
)
from .tiny import ROOT

TEXT: Json = {"type": "string"}
ITEMS = ["ConversationItem", "InputItem", "ItemResource", "OutputItem"]


class Case(NamedTuple):
    """A change, and a program that tries it with `c`, a client; `l` is one in local mode.

    `respond_with` sets the body of the response to come, and `sent` returns the last request: its
    query, its headers and its body.
    `edits` are the hand-written lines that it takes: a file, the line before which they stand, and
    the lines; `selection` how many lines of spec/selection.yaml come or go.
    """

    change: Callable[[Json], Json | None]
    program: str
    types: str = ""
    edits: tuple[tuple[str, str, str], ...] = ()
    selection: int = 0

    @property
    def lines(self) -> int:
        """How many hand-written lines it takes."""
        written = (line for _, _, text in self.edits for line in text.splitlines())
        return self.selection + sum(bool(line.strip()) for line in written)


def optional_field(spec: Json) -> None:
    body(spec, "createConversationItems")["properties"]["labels"] = {"type": "array", "items": TEXT}


def required_field(spec: Json) -> None:
    held = body(spec, "compactConversation")
    held["properties"]["effort"] = TEXT
    held["required"] = [*held.get("required", []), "effort"]


def parameter(place: str, name: str) -> Callable[[Json], None]:
    def change(spec: Json) -> None:
        one = {"name": name, "in": place, "schema": TEXT}
        operation(spec, "listConversationItems").setdefault("parameters", []).append(one)

    return change


def item_kind(spec: Json) -> None:
    kind(spec, "RobotCall", "robot_call", ITEMS, id=TEXT, arm=TEXT)


def content_part(spec: Json) -> None:
    kind(spec, "InputVideoContent", "input_video", ["InputContent"], url=TEXT)
    parts = schema(spec, "Message")["properties"]["content"]["items"]["oneOf"]
    parts.append(reference("InputVideoContent"))


def tool(spec: Json) -> None:
    kind(spec, "DrillTool", "drill", ["Tool"], size=TEXT)


def event(spec: Json) -> None:
    kind(spec, "ResponseDrillEvent", "response.drill.delta", ["ResponseStreamEvent"], delta=TEXT)


def last_event(spec: Json) -> None:
    schema(spec, "Response")["properties"]["status"]["enum"].append("expired")
    union, whole = ["ResponseStreamEvent"], reference("Response")
    kind(spec, "ResponseExpiredEvent", "response.expired", union, response=whole)


def enum_value(spec: Json) -> None:
    spec["components"]["schemas"]["IncludeEnum"]["enum"].append("message.robot")


def response_field(spec: Json) -> None:
    schema(spec, "Conversation")["properties"]["colour"] = TEXT


def new_operation(spec: Json) -> None:
    path = spec["paths"]["/conversations/{conversation_id}"]
    made = {**path["get"], "operationId": "archiveConversation"}
    spec["paths"]["/conversations/{conversation_id}/archive"] = {"post": made}


def removed_operation(spec: Json) -> None:
    del spec["paths"]["/conversations/{conversation_id}/items/{item_id}"]["delete"]


def removed_field(spec: Json) -> None:
    for name in ("CreateResponse", "ResponseProperties"):
        schema(spec, name)["properties"].pop("max_tool_calls", None)


MESSAGES = """
message = m.EasyInputMessage(role="user", content=[m.InputTextContent(text="Hi")])
respond_with({**LIST, "data": [STORED]})
stored = await c.conversations.items.create("conv_1", items=[message, MessageItem.user_text("Yes")])
assert sent().body["items"][0]["content"] == [{"type": "input_text", "text": "Hi"}], sent().body
assert type(stored.data[0]) is m.Message, stored
assert isinstance(stored, m.ConversationItemList)
respond_with(CONVERSATION)
assert type(await c.conversations.retrieve("conv_1")) is m.Conversation
"""
MESSAGE_TYPES = """
easy: m.EasyInputMessage = m.EasyInputMessage(role="user", content="Hi")
made: m.InputMessage = MessageItem.user_text("Hi")
client.conversations.items.create("c", items=[easy, made])
first: m.ConversationItem = client.conversations.items.list("c").data[0]
"""

CASES = {
    "optional body field": Case(
        optional_field,
        """
        respond_with(LIST)
        await c.conversations.items.create("conv_1", items=[HELLO], labels=["a"])
        assert sent().body["labels"] == ["a"]
        await l.conversations.items.create(conversation.id, items=[HELLO], labels=["a"])
        """,
        'client.conversations.items.create("c", items=[], labels=["a"])',
    ),
    "required body field": Case(
        required_field,
        """
        try:
            await c.responses.compact(model="m", input="Hi")
            raise AssertionError("not required")
        except InvalidArgumentError as error:
            assert "effort" in str(error)
        respond_with({"id": "r", "object": "response.compaction", "created_at": 1, "output": []})
        await c.responses.compact(model="m", input="Hi", effort="much")
        assert sent().body["effort"] == "much"
        await l.responses.compact(model="m", input="Hi", effort="much")
        """,
        'client.responses.compact(model="gpt-5.4", effort="much")',
    ),
    "query parameter": Case(
        parameter("query", "kind"),
        """
        respond_with(LIST)
        await c.conversations.items.list("conv_1", kind="message")
        assert sent().query == "kind=message", sent().query
        await l.conversations.items.list(conversation.id, kind="message")
        """,
        'client.conversations.items.list("c", kind="message")',
    ),
    "header": Case(
        parameter("header", "Trace-Id"),
        """
        respond_with(LIST)
        await c.conversations.items.list("conv_1", trace_id="t")
        assert sent().headers["trace-id"] == "t"
        await l.conversations.items.list(conversation.id, trace_id="t")
        """,
        'client.conversations.items.list("c", trace_id="t")',
    ),
    "item kind": Case(
        item_kind,
        """
        raw = {"type": "robot_call", "id": "r_1", "arm": "left"}
        respond_with({**LIST, "data": [raw]})
        listed = await c.conversations.items.list("conv_1")
        assert type(listed.data[0]) is m.RobotCall and listed.data[0].arm == "left"
        for given in (listed.data[0], m.RobotCall(id="r_1", arm="left"), raw):
            respond_with(LIST)
            await c.conversations.items.create("conv_1", items=[given])
            assert sent().body["items"] == [raw], sent().body
        kept = await l.conversations.items.create(conversation.id, items=[raw])
        assert type(kept.data[0]) is m.RobotCall
        """,
        'client.conversations.items.create("c", items=[m.RobotCall(id="r", arm="left")])',
    ),
    "content part": Case(
        content_part,
        """
        part = m.InputVideoContent(url="u")
        respond_with(LIST)
        await c.conversations.items.create("conv_1", items=[MessageItem.user(["Look", part])])
        video = {"type": "input_video", "url": "u"}
        assert sent().body["items"][0]["content"][1] == video
        respond_with({**LIST, "data": [{**STORED, "content": [video]}]})
        listed = await c.conversations.items.list("conv_1")
        assert type(listed.data[0].content[0]) is m.InputVideoContent
        kept = await l.conversations.items.create(conversation.id, items=[MessageItem.user([part])])
        assert type(kept.data[0].content[0]) is m.InputVideoContent
        """,
        'MessageItem.user(["Look", m.InputVideoContent(url="u")])',
    ),
    "tool": Case(
        tool,
        """
        for given in (m.DrillTool(size="s"), {"type": "drill", "size": "s"}):
            respond_with(RESPONSE)
            await c.responses.create(model="m", input="Hi", tools=[given])
            assert sent().body["tools"] == [{"type": "drill", "size": "s"}]
        response = await l.responses.create(model="m", input="Hi", tools=[m.DrillTool(size="s")])
        assert type(response.tools[0]) is m.DrillTool
        """,
        'client.responses.create(model="m", input="Hi", tools=[m.DrillTool(size="s")])',
    ),
    "stream event": Case(
        event,
        """
        raw = {"type": "response.drill.delta", "delta": "d"}
        respond_with([raw, {"type": "response.completed", "response": RESPONSE}])
        async with c.responses.stream(model="m", input="Hi") as stream:
            found = [event async for event in stream]
        assert type(found[0]) is m.ResponseDrillEvent and found[0].delta == "d"
        assert len(found) == 2
        """,
        'm.ResponseDrillEvent(delta="d").delta.upper()',
    ),
    "last event": Case(
        last_event,
        """
        respond_with([{"type": "response.expired", "response": {**RESPONSE, "status": "expired"}}])
        async with c.responses.stream(model="m", input="Hi") as stream:
            response = await stream.get_final_response()
        assert response.status == "expired"
        """,
        'expired: bool = client.responses.retrieve("r").status == "expired"',
    ),
    "enum value": Case(
        enum_value,
        """
        respond_with(LIST)
        await c.conversations.items.list("conv_1", include=["message.robot"])
        assert "message.robot" in sent().query
        await l.conversations.items.list(conversation.id, include=["message.robot"])
        """,
        'client.conversations.items.list("c", include=["message.robot"])',
    ),
    "response field": Case(
        response_field,
        """
        respond_with({**CONVERSATION, "colour": "red"})
        assert (await c.conversations.retrieve("conv_1")).colour == "red"
        """,
        'colour: str | None = client.conversations.retrieve("c").colour',
    ),
    "removed field": Case(
        removed_field,
        """
        try:
            await c.responses.create(model="m", input="Hi", max_tool_calls=1)
            raise AssertionError("taken")
        except InvalidArgumentError as error:
            assert "extra_body" in str(error)
        respond_with({**RESPONSE, "max_tool_calls": 1})
        response = await c.responses.create(model="m", input="Hi")
        assert response.to_dict()["max_tool_calls"] == 1
        """,
    ),
    "schema renamed": Case(
        lambda spec: renamed(
            spec, "Message", "ConversationItem", to=lambda name: f"{name}Resource2"
        ),
        MESSAGES,
        MESSAGE_TYPES,
    ),
    "schemas renamed, all of a family": Case(
        lambda spec: renamed(spec, to="Beta{}".format), MESSAGES, MESSAGE_TYPES
    ),
    "schema written out": Case(lambda spec: inlined(spec, "Message"), MESSAGES, MESSAGE_TYPES),
    "schema behind a reference": Case(
        lambda spec: aliased(spec, "EasyInputMessage", "InputMessageInShort"),
        MESSAGES,
        MESSAGE_TYPES,
    ),
    "schema split by direction": Case(
        lambda spec: split(spec, "InputTextContent"), MESSAGES, MESSAGE_TYPES
    ),
}

ARCHIVE = (
    (
        "_request/operations.py",
        "get_conversation:",
        'archive_conversation: Operation[models.Conversation] = Operation("archiveConversation")\n',
    ),
    (
        "_request/method_params.py",
        '    "ConversationCreateParams",',
        '    "ConversationArchiveParams",\n',
    ),
    (
        "_request/method_params.py",
        "class ConversationCreateParams(",
        '''
class ConversationArchiveParams(params.ArchiveConversationParams, RequestOptions):
    """Keyword arguments of `conversations.archive`."""


''',
    ),
    (
        "_async/conversation_operations.py",
        "    @describe(operations.get_conversation)",
        '''
    @describe(operations.archive_conversation)
    async def archive(
        self, conversation_id: str, **params: Unpack[p.ConversationArchiveParams]
    ) -> models.Conversation:
        """Put a conversation away (archiveConversation)."""
        return await self._send(
            operations.archive_conversation, params, conversation_id=conversation_id
        )

''',
    ),
    (
        "_async/conversations.py",
        "    create = AsyncViewMethod(",
        "    archive = AsyncViewMethod(AsyncConversations.archive)\n",
    ),
)
CASES["new operation"] = Case(
    new_operation,
    """
    respond_with(CONVERSATION)
    archived = await c.conversations.archive("conv_1", timeout=3)
    assert type(archived) is m.Conversation
    raw = c.conversations.with_raw_response
    respond_with(CONVERSATION)
    assert (await raw.archive("conv_1")).status_code == 200
    try:
        await l.conversations.archive(conversation.id)
        raise AssertionError("a rule that nobody wrote")
    except APIStatusError as error:
        assert error.status_code == 501 and "archiveConversation" in str(error), error
    """,
    edits=ARCHIVE,
    selection=1,
)
CASES["removed operation"] = Case(
    removed_operation,
    """
    try:
        await c.conversations.items.delete("i", conversation_id="conv_1")
        raise AssertionError("sent")
    except InvalidArgumentError as error:
        assert "deleteConversationItem" in str(error)
    """,
    selection=1,
)

PROGRAM = """
import asyncio, json
from typing import Any, NamedTuple
import httpx
from openai_conversations import APIStatusError, InvalidArgumentError, MessageItem
from openai_conversations import AsyncClient, Client
from openai_conversations import models as m

HELLO = MessageItem.user_text("Hello")
LIST = {"object": "list", "data": [], "has_more": False, "first_id": "a", "last_id": "b"}
CONVERSATION = {"id": "conv_1", "object": "conversation", "created_at": 1, "metadata": {}}
STORED = {"type": "message", "id": "msg_1", "status": "completed", "role": "user", "content": []}
bodies, requests = [], []
KEY = dict(api_key="k", base_url="http://localhost/v1")

class Sent(NamedTuple):
    query: str
    headers: Any
    body: Any

def respond_with(value):
    bodies.append(value)

def sent():
    last = requests[-1]
    return Sent(last.url.query.decode(), last.headers, json.loads(last.content or b"null"))

def respond(request):
    requests.append(request)
    value = bodies.pop(0)
    if isinstance(value, dict):
        return httpx.Response(200, json=value)
    text = "".join(f"event: {one['type']}\\ndata: {json.dumps(one)}\\n\\n" for one in value)
    return httpx.Response(200, text=text, headers={"content-type": "text/event-stream"})

with Client.local() as local:
    RESPONSE = local.responses.create(model="m", input="Hi").to_dict()

async def with_async():
    http_client = httpx.AsyncClient(transport=httpx.MockTransport(respond))
    async with AsyncClient(http_client=http_client, **KEY) as c, AsyncClient.local() as l:
        conversation = await l.conversations.create(items=[HELLO])
        async with l.responses.stream(model="m", conversation=conversation.id) as stream:
            kinds = [event.type async for event in stream]
        assert kinds[-1] == "response.completed"
        listed = await l.conversations.items.list(conversation.id)
        assert {type(item) for item in listed.data} == {m.Message}, listed
        assert type(conversation) is m.Conversation
        TRY

asyncio.run(with_async())
"""


def program(tried: str) -> str:
    """Return the program, with the async part as sync code too."""
    tried = textwrap.indent(textwrap.dedent(tried).strip(), " " * 8).strip()
    text = PROGRAM.replace("TRY", tried)
    start, end = text.index("async def"), text.index("asyncio.run")
    words = re.sub(r"\b(async|await) ", "", text[start:end]).replace("Async", "")
    return f"{text}\n{words.replace('with_async', 'with_sync')}\nwith_sync()\n"


TYPED = {name: case for name, case in CASES.items() if case.types and "schema" not in name}


@pytest.mark.parametrize("name", [name for name in CASES if name not in TYPED])
def test_one_change_alone(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    made = project(tmp_path, changed(case.change), case.edits)
    grown.run(made, program(case.program))


CALLER = """
from openai_conversations import Client, MessageItem
from openai_conversations import models as m

client = Client()
"""


def everything(spec: Json) -> None:
    """Make all changes that add something, in one document."""
    for case in TYPED.values():
        case.change(spec)


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the packages with all that was added."""
    return project(tmp_path_factory.mktemp("together"), changed(everything))


def test_what_is_added_works(together: Path) -> None:
    check_each(TYPED, lambda name: grown.run(together, program(TYPED[name].program)))


@pytest.mark.parametrize("check", [grown.mypy, grown.pyright])
def test_what_is_added_is_typed(together: Path, check: Callable[[Path, Path], str]) -> None:
    caller = together / f"{check.__name__}_caller.py"
    text = CALLER + "".join(f"{case.types.strip()}\n" for case in TYPED.values()) + MESSAGE_TYPES
    caller.write_text(text, encoding="utf-8")
    assert check(together, caller) == ""


def test_the_table_of_the_documentation() -> None:
    text = (ROOT / "docs" / "regenerating.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([a-z][^|]*?) +\| +(\d+)", text, re.MULTILINE)
    assert {name: int(lines) for name, lines in rows} == {n: c.lines for n, c in CASES.items()}
