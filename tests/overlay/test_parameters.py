"""Methods take what the spec says: names, required or not, and help that shows them."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Iterator
from typing import Any

import openai_conversations as package
import pytest
from openai_conversations import AsyncClient, Client, InvalidArgumentError, Omit, omit
from openai_conversations._request import method_params, operations
from openai_conversations._request.operations import Operation
from openai_conversations._request.types import Options
from openai_conversations._run import NOT_IN_A_RUN
from openai_conversations._sync.whole_conversations import WholeConversations
from openai_conversations_api._parameters import OPERATIONS

from tests.offenders import check_each
from tests.overlay.client_runner import ClientRunner
from tests.overlay.scripted_server import CONVERSATION, ScriptedServer, responds

UNKNOWN = (
    r"^Conversations.create\(\) got an unexpected keyword argument 'metdata'; "
    r"did you mean 'metadata'\? extra_body={'metdata': ...} sends a parameter that is newer"
)
# Of `conversations.run`.
RUN = {"abort_output", "max_turns", "on_approval", "on_call", "on_tool_error"}
OWN = RUN | {"max_items", "on_progress", "response_id", "resume", "starting_after", "text_format"}
# Methods that send requests of several operations.
WHOLE = {"clear", *vars(WholeConversations)}
# What a method does not take of its operation's parameters and of the options.
WITHOUT = {
    "append": {"extra_body"},
    "parse": {"stream"},
    "run": {*NOT_IN_A_RUN},
    "run_stream": {*NOT_IN_A_RUN},
    "stream": {"stream"},
    "wait": {"extra_body", "include_obfuscation", "starting_after", "stream"},
}
HELPERS = {
    "parse": "createResponse",
    "run": "createResponse",
    "run_stream": "createResponse",
    "stream": "createResponse",
    "append": "createConversationItems",
}


def resources() -> Iterator[tuple[str, Any]]:
    for client in (Client(api_key="k"), AsyncClient(api_key="k")):
        responses = client.responses
        yield "conversations", client.conversations
        yield "conversations.items", client.conversations.items
        yield "responses", responses
        yield "responses.input_items", responses.input_items
        yield "responses.input_tokens", responses.input_tokens


def methods() -> Iterator[tuple[str, Callable[..., Any]]]:
    for path, resource in resources():
        for name in dir(type(resource)):
            method = inspect.getattr_static(type(resource), name)
            if not name.startswith("_") and inspect.isfunction(method) and name not in WHOLE:
                yield f"{type(resource).__module__}.{path}.{name}", method


def operation_of(method: Callable[..., Any]) -> str:
    """Return the operation that the docstring names."""
    named = [name for name in OPERATIONS if f"({name})" in (method.__doc__ or "")]
    return named[0] if named else HELPERS[method.__name__]


@pytest.mark.docstrings
def test_every_operation_has_a_method() -> None:
    named = {operation_of(method) for _, method in methods()}
    known = {o.id for o in vars(operations).values() if isinstance(o, Operation)}
    assert named == known == set(OPERATIONS)


@pytest.mark.docstrings
def test_signatures_show_what_the_spec_says() -> None:
    wrong = []
    for name, method in methods():
        leaf = name.rpartition(".")[2]
        without = WITHOUT.get(leaf, set())
        shown = inspect.signature(method).parameters
        parameters = OPERATIONS[operation_of(method)].parameters
        if leaf in ("run", "run_stream"):
            parameters = (*parameters, OPERATIONS["getConversation"].parameters[0])
        described = {p.name: p for p in parameters if p.name not in without}
        wanted = (set(described) | set(Options._fields)) - without
        if set(shown) - (OWN - set(described)) - {"self"} != wanted:
            wrong.append(f"{name}: {set(shown) ^ set(described)}")
        for parameter in described.values():
            required = shown[parameter.name].default is inspect.Parameter.empty
            if required != parameter.required:
                wrong.append(f"{name}: {parameter.name}")
            if f"{parameter.name}: " not in (method.__doc__ or ""):
                wrong.append(f"{name} does not describe {parameter.name}")
    assert not wrong


def test_type_hints_resolve_on_everything_public() -> None:
    wrong: list[str] = []

    def resolve(name: str, value: Any) -> None:
        try:
            typing.get_type_hints(value)
        except Exception as error:
            wrong.append(f"{name}: {error!r}")

    for name in method_params.__all__:
        resolve(name, getattr(package.params, name))
    for name, resource in resources():
        for leaf, method in inspect.getmembers_static(type(resource), inspect.isfunction):
            if not leaf.startswith("_"):
                resolve(f"{name}.{leaf}", method)
    for name in package.__all__:
        value = getattr(package, name)
        if not isinstance(value, type):
            continue
        resolve(name, value)
        for leaf, member in inspect.getmembers_static(value):
            plain = member.__func__ if isinstance(member, staticmethod | classmethod) else member
            plain = plain.fget if isinstance(plain, property) else plain
            own = not leaf.startswith("_") or leaf == "__init__"
            if own and inspect.isfunction(plain) and "openai_conv" in plain.__module__:
                resolve(f"{name}.{leaf}", plain)
    assert not wrong, "\n".join(wrong)


@pytest.fixture
def client() -> Iterator[Client]:
    with Client(api_key="k", base_url="http://localhost:9/v1") as client:
        yield client


def test_an_unknown_keyword_names_the_nearest_one(client: Client) -> None:
    create: Any = client.conversations.create
    with pytest.raises(TypeError, match=UNKNOWN) as e:
        create(metdata={})
    assert isinstance(e.value, InvalidArgumentError)
    assert e.value.argument == "metdata"
    listing: Any = client.conversations.items.list
    with pytest.raises(TypeError, match=r"'befor'.*extra_query=.*newer than this package"):
        listing("c", befor="x")
    stream: Any = client.responses.stream
    with pytest.raises(TypeError, match=r"did you mean 'timeout'"):
        stream(input="x", timeot=3)
    get: Any = client.get
    with pytest.raises(TypeError, match="unexpected keyword argument 'extra'"):
        get("/x", extra={})
    append: Any = client.conversations.items.append
    with pytest.raises(TypeError, match=r"^Items.append\(\) .*'includ'; did you mean 'include'\?$"):
        append("c", [], includ=[])
    with pytest.raises(TypeError, match="unexpected keyword argument 'extra_body'"):
        append("c", [], extra_body={})
    with pytest.raises(TypeError, match="unexpected keyword argument 'extra_body'"):
        client.post("/x", extra_body={})


def test_each_method_calls_itself_by_its_name(client: Client) -> None:
    """Check that an error names the method that was called, also where it shares an operation."""

    def check(case: tuple[str, Any, str]) -> None:
        shown, resource, name = case
        method = getattr(resource, name)
        parameters = inspect.signature(method).parameters.values()
        args = {
            p.name: {"text_format": dict, "metadata": {}, "items": []}.get(p.name, "x")
            for p in parameters
            if p.default is p.empty and p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)
        }
        with pytest.raises(InvalidArgumentError) as e:
            method(**args, modle=1)
        assert str(e.value).startswith(f"{shown}.{name}() got an unexpected keyword"), e.value

    resources: dict[str, Any] = {
        "Conversations": client.conversations,
        "Items": client.conversations.items,
        "Responses": client.responses,
        "InputItems": client.responses.input_items,
        "InputTokens": client.responses.input_tokens,
    }
    check_each(
        [
            (shown, resource, name)
            for shown, resource in resources.items()
            for name, member in inspect.getmembers(type(resource), inspect.isfunction)
            if not name.startswith("_") and hasattr(member, "__signature__")
        ],
        check,
    )


def test_a_required_keyword_is_missed_by_name(client: Client) -> None:
    items: Any = client.conversations.items
    for keywords in ({}, {"items": omit}, {"items": Omit()}):
        with pytest.raises(TypeError, match=r"^Items.create\(\) missing .*: 'items'"):
            items.create("c", **keywords)
    update: Any = client.conversations.update
    with pytest.raises(TypeError, match="'metadata'"):
        update("c")


def test_omit_in_an_option_is_its_default(runner: ClientRunner) -> None:
    options: dict[str, Any] = dict.fromkeys(("extra_headers", "extra_query", "timeout"), omit)
    with ScriptedServer(responds(CONVERSATION)) as server:
        runner.run(server.url, lambda c: c.conversations.retrieve("conv_1", **options, abort=omit))
        runner.run(server.url, lambda c: c.get("/conversations/conv_1", **options))
        runner.run(server.url, lambda c: c.conversations.create(**options, extra_body=omit))
    assert [seen.target.partition("?")[2] for seen in server.requests] == ["", "", ""]
