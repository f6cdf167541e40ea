"""`conversations.check`: what is found, what is mended, and that nothing is left to mend."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai_conversations import Client, OpenAIError

from tests.faults.proxy import FaultProxy, scripted, seeded
from tests.overlay.client_runner import ClientRunner

Item = dict[str, Any]


def user(text: str) -> Item:
    return {"role": "user", "content": text}


def said(text: str) -> Item:
    return {"role": "assistant", "content": text}


def call(id: str, **fields: Any) -> Item:
    return {"type": "function_call", "call_id": id, "name": "f", "arguments": "{}"} | fields


def output(id: str, text: str = "1") -> Item:
    return {"type": "function_call_output", "call_id": id, "output": text}


def reasoning(id: str, **fields: Any) -> Item:
    return {"type": "reasoning", "id": id, "summary": []} | fields


APPROVAL = {
    "type": "mcp_approval_request",
    "id": "mcpr_1",
    "name": "f",
    "server_label": "s",
    "arguments": "{}",
}
COMPUTER = {
    "type": "computer_call",
    "id": "cu_1",
    "call_id": "call_cu",
    "status": "completed",
    "pending_safety_checks": [],
    "action": {"type": "screenshot"},
}
SHELL = {
    "type": "shell_call",
    "call_id": "call_s",
    "action": {"commands": ["ls"]},
    "environment": {"type": "container_reference", "container_id": "cntr_1"},
}
PROGRAM = {
    "type": "program",
    "id": "prog_1",
    "call_id": "call_p",
    "code": "1",
    "fingerprint": "f",
}
SEARCH: Item = {"type": "tool_search_call", "arguments": {}, "execution": "server", "call_id": None}
FOUND: Item = {"type": "tool_search_output", "tools": [], "execution": "server", "call_id": None}

#: Items; what is found, each with the places of its items; what is there after mending, by the
#: places, and the types of what was appended.
CASES: dict[str, tuple[list[Item], list[tuple[str, list[int]]], list[int | str]]] = {
    "nothing": ([], [], []),
    "in order": (
        [
            user("a"),
            reasoning("rs_1"),
            call("c1"),
            call("c2"),
            output("c2"),
            output("c1"),
            reasoning("rs_2"),
            said("b"),
        ],
        [],
        [*range(8)],
    ),
    "a waiting call": (
        [user("a"), call("c1"), call("c2"), output("c1")],
        [("call_waiting", [2])],
        [*range(4)],
    ),
    "an abandoned call": (
        [call("c1"), user("a")],
        [("call_without_output", [0])],
        [0, 1, "function_call_output"],
    ),
    "an abandoned request for approval": (
        [APPROVAL, user("a")],
        [("call_without_output", [0])],
        [0, 1, "mcp_approval_response"],
    ),
    "an abandoned call whose output is an image": (
        [reasoning("rs_1"), COMPUTER, user("a")],
        [("call_without_output", [1])],
        [2],
    ),
    "a late output": ([call("c1"), user("a"), output("c1")], [], [0, 1, 2]),
    "calls that the service runs": ([SHELL, PROGRAM, SEARCH, FOUND, user("a")], [], [*range(5)]),
    "a call that goes on by itself": ([call("c1", **{"async": True}), user("a")], [], [0, 1]),
    "an output alone": ([user("a"), output("c1")], [("output_without_call", [1])], [0]),
    "an output before its call": (
        [output("c1"), call("c1")],
        [("output_without_call", [0]), ("call_waiting", [1])],
        [1],
    ),
    "an output of another kind": (
        [call("c1"), {"type": "custom_tool_call_output", "call_id": "c1", "output": "x"}],
        [("output_without_call", [1]), ("call_waiting", [0])],
        [0],
    ),
    "a second output": (
        [call("c1"), output("c1"), output("c1", "2")],
        [("output_without_call", [2])],
        [0, 1],
    ),
    "reasoning before input": (
        [reasoning("rs_1"), user("a")],
        [("reasoning_without_follower", [0])],
        [1],
    ),
    "reasoning at the end": (
        [user("a"), reasoning("rs_1"), reasoning("rs_2", summary=[])],
        [("reasoning_without_follower", [1]), ("reasoning_without_follower", [2])],
        [0],
    ),
    "a call twice": ([call("c1"), call("c1"), output("c1")], [("doubled", [1])], [0, 2]),
    "a batch twice": (
        [
            user("a"),
            call("c1"),
            output("c1"),
            said("b"),
            user("a"),
            call("c1"),
            output("c1"),
            said("b"),
            user("c"),
        ],
        [("doubled", [4, 5, 6, 7])],
        [0, 1, 2, 3, 8],
    ),
    "a batch three times": (
        [call("c1"), output("c1")] * 3,
        [("doubled", [2, 3]), ("doubled", [4, 5])],
        [0, 1],
    ),
    "outputs and a message twice": (
        [call("c1"), output("c1"), user("a"), output("c1"), user("a")],
        [("doubled", [3, 4])],
        [0, 1, 2],
    ),
    "the same id of a call in two turns": (
        [call("c1"), output("c1"), said("a"), call("c1"), output("c1"), said("b")],
        [],
        [*range(6)],
    ),
    "the same words again": ([user("ok"), user("ok"), said("a")], [("repeated", [1])], [0, 1, 2]),
    "the same exchange again": (
        [user("ok"), said("a"), user("ok"), said("a"), user("b")],
        [("repeated", [2, 3])],
        [*range(5)],
    ),
    "an unknown kind": (
        [{"type": "hologram", "id": "h_1"}, user("a"), {"type": "hologram", "id": "h_2"}],
        [("unknown_kind", [0, 2])],
        [0, 1, 2],
    ),
}


@pytest.fixture
def direct(service: str) -> Iterator[Client]:
    with Client(api_key="k", base_url=service) as client:
        yield client


def _ids(client: Client, conversation: str) -> list[str]:
    return [str(item.id) for item in client.conversations.items.list(conversation, order="asc")]


def _stored(client: Client, items: list[Item]) -> tuple[str, list[str]]:
    conversation = client.conversations.create()
    for item in items:
        client.conversations.items.create(conversation.id, items=[item])
    return conversation.id, _ids(client, conversation.id)


@pytest.mark.off_contract
@pytest.mark.parametrize("name", CASES)
def test_findings_and_repairs(direct: Client, name: str) -> None:
    items, expected, left = CASES[name]
    conversation, ids = _stored(direct, items)
    result = direct.conversations.check(conversation)
    found = [(one.kind, [ids.index(id) for id in one.item_ids]) for one in result.findings]
    assert found == expected
    assert (result.count, result.repairs) == (len(items), ())
    assert _ids(direct, conversation) == ids

    result = direct.conversations.check(conversation, repair=True)
    assert result.ok
    there = direct.conversations.items.list(conversation, order="asc")
    assert [ids.index(str(item.id)) if item.id in ids else item.type for item in there] == left
    done = {id for repair in result.repairs for id in repair.item_ids}
    assert done == set(ids) ^ set(_ids(direct, conversation))

    again = direct.conversations.check(conversation, repair=True)
    assert (again.findings, again.repairs) == (result.findings, ())


def test_each_client(service: str, direct: Client, runner: ClientRunner) -> None:
    conversation, ids = _stored(direct, [call("c1"), user("a"), output("c2")])
    result = runner.run(service, lambda c: c.conversations.check(conversation))
    assert not result.ok
    assert result.repairs == ()
    assert _ids(direct, conversation) == ids
    result = runner.run(service, lambda c: c.conversations.check(conversation, repair=True))
    assert [repair.action for repair in result.repairs] == ["deleted", "appended"]
    assert [one.kind for one in result.findings] == []


_IDS = st.sampled_from(["c1", "c2"])
_ITEMS = st.lists(
    st.one_of(
        st.builds(call, _IDS),
        st.builds(output, _IDS, st.sampled_from("12")),
        st.builds(user, st.sampled_from("ab")),
        st.builds(said, st.sampled_from("ab")),
        st.just({"type": "reasoning", "summary": [], "encrypted_content": "x"}),
    ),
    max_size=12,
)


@pytest.mark.off_contract
@settings(max_examples=40)
@given(_ITEMS)
def test_mended_conversations_can_be_gone_on_with(items: list[Item]) -> None:
    with Client.local() as client:
        conversation, _ = _stored(client, [*items, user("c")])
        result = client.conversations.check(conversation, repair=True)
        assert result.ok
        assert client.conversations.check(conversation, repair=True).repairs == ()
        assert client.conversations.check(conversation).findings == result.findings
        client.responses.create(model="gpt-5.4", conversation=conversation, input="Go on.")


@pytest.mark.off_contract
@pytest.mark.parametrize("seed", range(3))
def test_repairs_through_faults(
    service: str, direct: Client, runner: ClientRunner, seed: int
) -> None:
    items = [user("a"), call("c1"), output("c2"), reasoning(f"rs_{seed}"), user("b")] * 2
    for n, item in enumerate(items):
        items[n] = {
            name: f"{each}_{n // 5}" if name == "call_id" else each
            for name, each in item.items()
            if name != "id"
        }
    conversation, _ = _stored(direct, items)
    with FaultProxy(service, seeded(seed, 0.2)) as proxy:
        for _ in range(100):
            try:
                result = runner.run(
                    proxy.url,
                    lambda c: c.conversations.check(conversation, repair=True),
                    timeout=0.3,
                    max_retries=8,
                )
            except OpenAIError:
                continue
            if result.ok and result.count == 8:
                break
        proxy.finish()
    there = [item.type for item in direct.conversations.items.list(conversation, order="asc")]
    assert there == [*["message", "function_call", "message"] * 2, *["function_call_output"] * 2]


@pytest.mark.off_contract
@pytest.mark.parametrize("verb", ["check", "transcript"])
def test_a_page_that_is_not_json_is_read_again(service: str, direct: Client, verb: str) -> None:
    conversation, _ = _stored(direct, [user("a")])
    draw = scripted({0: "unreadable response, done"})
    with FaultProxy(service, draw) as proxy, Client(api_key="k", base_url=proxy.url) as client:
        found = getattr(client.conversations, verb)(conversation)
    assert found == getattr(direct.conversations, verb)(conversation)
