"""The rules of a run: open calls, their outputs, and what comes next."""

from __future__ import annotations

from typing import Any

import pytest
from openai_conversations import InvalidArgumentError, RunResult, Tool, models
from openai_conversations._run.calls import (
    OUTPUTS,
    Handlers,
    call_of,
    is_for_the_model,
    make_error_output,
    make_output,
    open_calls,
)
from openai_conversations._run.state import RunState, turn_params

from tests.document import schemas, variants
from tests.overlay.run_cases import types

SHELL = {"commands": ["ls"], "timeout_ms": None, "max_output_length": None}
#: A call of each kind that the client runs.
CALLS: dict[str, dict[str, Any]] = {
    "apply_patch_call": {"operation": {"type": "delete_file", "path": "a"}, "status": "completed"},
    "computer_call": {"pending_safety_checks": [], "status": "completed"},
    "custom_tool_call": {"name": "f", "input": "x"},
    "function_call": {"name": "f", "arguments": "{}"},
    "local_shell_call": {"action": {"type": "exec", "command": ["ls"], "env": {}}},
    "shell_call": {"action": SHELL, "status": "completed", "environment": None},
    "tool_search_call": {"execution": "client", "arguments": {}, "status": "completed"},
    "mcp_approval_request": {"name": "f", "server_label": "s", "arguments": "{}"},
}
#: Their outputs are not texts.
NOT_TEXTS = {"computer_call", "mcp_approval_request", "tool_search_call"}


def item(kind: str, n: int = 1, **changes: Any) -> Any:
    """Return an item of a conversation, as it is read."""
    fields = {"type": kind, "id": f"{kind}_{n}", "call_id": f"c_{n}", **CALLS.get(kind, {})}
    page = {"object": "list", "data": [{**fields, **changes}], "has_more": False}
    return models.ConversationItemList.from_dict(page).data[0]


def output(kind: str, n: int = 1) -> Any:
    """Return the output of the call `item(kind, n)`."""
    if kind == "mcp_approval_request":
        ask = f"{kind}_{n}"
        return item(OUTPUTS[kind], n, approval_request_id=ask, approve=True, call_id=None)
    return item(OUTPUTS[kind], n, output="", tools=[])


def message(role: str) -> Any:
    return item("message", id=f"msg_{role}", role=role, content=[], status="completed")


def test_every_output_that_a_client_sends_has_its_call() -> None:
    kinds = {kind for kind in variants(schemas()["InputItem"]) if kind}
    sent = {kind for kind in kinds if kind.endswith("_output") or kind == "mcp_approval_response"}
    assert sent - {"program_output"} == set(OUTPUTS.values())
    assert set(CALLS) == set(OUTPUTS)


@pytest.mark.parametrize("kind", CALLS)
def test_a_call_is_open_until_its_output_is_there(kind: str) -> None:
    [call] = open_calls([message("user"), item(kind)])
    assert call.type == kind
    assert open_calls([item(kind), output(kind, 2)]) == [call]
    assert not open_calls([item(kind), message("user"), output(kind)])
    assert call_of(output(kind)) == call.id
    # Servers that are compatible with the service may give an id again.
    assert open_calls([item(kind), output(kind), item(kind)]) == [call]


@pytest.mark.parametrize(
    "hosted",
    [
        item("tool_search_call", execution="server"),
        item("shell_call", environment={"type": "container_reference", "container_id": "c"}),
        item("web_search_call", status="completed"),
        item("kind_of_tomorrow_call"),
    ],
)
def test_what_the_service_runs_is_not_open(hosted: Any) -> None:
    assert not open_calls([hosted])


@pytest.mark.parametrize("kind", CALLS)
def test_outputs_of_texts(kind: str) -> None:
    [call] = open_calls([item(kind)])
    failed = make_error_output(call, "no luck")
    if kind in NOT_TEXTS:
        assert failed is None
        return
    done = make_output(call, "fine").to_dict()
    assert done["type"] == failed.type == OUTPUTS[kind]
    assert call_of(done) == call_of(failed) == call.id
    assert "fine" in str(done["output"])
    assert "no luck" in str(failed.to_dict()["output"])
    # An output that is made already is sent as it is, unless it is that of another call.
    assert make_output(call, failed) is failed
    other = make_output(call._replace(id="c_2"), "fine")
    with pytest.raises(InvalidArgumentError, match="of the call 'c_1', got one of 'c_2'"):
        make_output(call, other)


def test_an_error_of_any_text_can_be_sent() -> None:
    [call] = open_calls([item("function_call")])
    assert make_error_output(call, "half \ud83d").output == "half ?"
    assert len(make_error_output(call, "x" * 10_485_761).output) == 10_485_760


def test_outputs_that_are_not_texts() -> None:
    [ask] = open_calls([item("mcp_approval_request")])
    assert make_output(ask, True).to_dict() == {
        "type": "mcp_approval_response",
        "approval_request_id": "mcp_approval_request_1",
        "approve": True,
    }
    assert make_output(ask, False).approve is False
    [look] = open_calls([item("computer_call")])
    with pytest.raises(InvalidArgumentError, match="screenshot"):
        make_output(look, "a text")
    [custom] = open_calls([item("custom_tool_call")])
    assert make_output(custom, {"n": 1}).output == '{"n": 1}'


@pytest.mark.parametrize(
    ("last", "waits"),
    [
        (message("user"), True),
        (message("developer"), True),
        (message("assistant"), False),
        (output("function_call"), True),
        (output("mcp_approval_request"), True),
        (item("reasoning", summary=[]), False),
        (item("function_call"), False),
    ],
)
def test_what_waits_for_the_model(last: Any, waits: bool) -> None:
    assert is_for_the_model(last) is waits


def state(*items: Any, **arguments: Any) -> RunState:
    given = {"tools": None, "on_call": None, "on_approval": None, "on_tool_error": "model"}
    handlers = Handlers.of(**given | arguments)
    state = RunState(handlers, RunResult("conv_1", "token"))
    state.begin([*items])
    return state


def test_what_is_left_to_the_caller() -> None:
    items = [item("function_call", 1), item("computer_call", 2)]
    one = state(*items, item("mcp_approval_request", 3))
    assert types(call.item for call in one.runnable()) == ["function_call"]
    assert one.find_pending()
    assert types(one.result.pending) == ["computer_call", "mcp_approval_request"]
    # The input may go on without an approval, not without an output.
    one.pass_approvals()
    assert one.find_pending()
    assert types(one.result.pending) == ["computer_call"]
    other = state(*items, on_call={"computer_call": print}, on_approval=print)
    assert len(other.runnable()) == 2
    assert not other.find_pending()


def test_only_what_is_new_is_added() -> None:
    one = state(message("user"))
    one.add([message("user"), message("assistant")])
    assert [i.role for i in one.result.items] == ["assistant"]
    assert one.is_over()
    # Some servers give items no id: each of them is new.
    one.add([item("function_call", id=None), item("function_call", id=None)])
    assert len(one.result.items) == 3
    assert one.known == {"msg_user", "msg_assistant"}


def test_outputs_are_sent_in_the_order_of_their_calls_and_once() -> None:
    one = state(item("function_call", 1), item("function_call", 2))
    one.result.unsent |= {"c_2": "second", "c_1": "first", "c_3": "of no call"}
    assert one.missing_outputs() == ["first", "second"]
    one.add([output("function_call", 1)])
    one.forget_sent()
    assert one.missing_outputs() == ["second"]
    assert one.result.unsent == {"c_2": "second"}


@pytest.mark.parametrize(
    ("choice", "kept"),
    [
        ("required", False),
        ({"type": "function", "name": "f"}, False),
        (models.ToolChoiceFunction(name="f"), False),
        ({"type": "allowed_tools", "mode": "required", "tools": []}, False),
        ({"type": "allowed_tools", "mode": "auto", "tools": []}, True),
        ("auto", True),
        ("none", True),
    ],
)
def test_a_forced_choice_is_for_the_first_response(choice: Any, kept: bool) -> None:
    params = {"model": "m", "tool_choice": choice}
    assert turn_params(params, 0) == params
    assert ("tool_choice" in turn_params(params, 1)) is kept
    assert turn_params({"model": "m"}, 1) == {"model": "m"}


def test_tools_of_a_namespace_are_found() -> None:
    @Tool.function
    def look_up(key: str) -> str:
        return key

    namespace = models.NamespaceToolParam(name="n", description="d", tools=[look_up])
    handlers = Handlers.of([namespace], None, None, "model")
    [call] = open_calls([item("function_call", name="look_up", arguments='{"key": "k"}')])
    assert handlers.bind(call)() == "k"
    assert handlers.functions() == {"tools (look_up)": look_up.function}
