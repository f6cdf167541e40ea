"""A call without an output keeps the model from going on, as at the service."""

from __future__ import annotations

from typing import Any

import pytest
from openai_conversations.local.response_plan import CLIENT_CALLS
from openai_conversations.local.service import LocalService

from tests.local.calls import ask, new_conversation

OUTPUT = {"type": "function_call_output", "call_id": "c", "output": ""}
FUNCTION = {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}
CUSTOM = {"type": "custom_tool_call", "call_id": "c", "name": "f", "input": ""}
SHELL: dict[str, Any] = {"type": "shell_call", "call_id": "c", "action": {"commands": ["ls"]}}
PATCH = {
    "type": "apply_patch_call",
    "call_id": "c",
    "status": "completed",
    "operation": {"type": "delete_file", "path": "a.txt"},
}
COMPUTER = {
    "type": "computer_call",
    "id": "cu_1",
    "call_id": "c",
    "status": "completed",
    "action": {"type": "screenshot"},
    "pending_safety_checks": [],
}
CALLS = [FUNCTION, CUSTOM, SHELL, PATCH, COMPUTER]


def test_every_kind_is_tried() -> None:
    assert {call["type"] for call in CALLS} == CLIENT_CALLS


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call["type"])
@pytest.mark.parametrize("streamed", [False, True])
def test_a_call_without_an_output(call: dict[str, Any], streamed: bool) -> None:
    service = LocalService()
    id = new_conversation(service)
    added = ask(service, "POST", f"/conversations/{id}/items", {"items": [call]})
    assert added.status == 200, added.json
    body = {"conversation": id, "input": "Hello", "stream": streamed}
    refused = ask(service, "POST", "/responses", body)
    kind = str(call["type"]).replace("_", " ")
    assert refused.status == 400
    assert refused.error["message"] == f"No tool output found for {kind} c."
    # Nothing was done, and the conversation is not locked.
    assert len(ask(service, "GET", f"/conversations/{id}/items").json["data"]) == 1
    ask(service, "POST", f"/conversations/{id}/items", {"items": [OUTPUT]})
    assert ask(service, "POST", "/responses", body | {"stream": False}).status == 200


def test_a_call_that_the_response_before_made() -> None:
    service = LocalService()
    service.model.enqueue_function_call("f", {}, call_id="c")
    first = ask(service, "POST", "/responses", {"input": "Hello"}).json["id"]
    body: dict[str, Any] = {"previous_response_id": first, "input": "And?"}
    assert ask(service, "POST", "/responses", body).status == 400
    body["input"] = [OUTPUT]
    assert ask(service, "POST", "/responses", body).status == 200


PLACE = {"type": "container_reference", "container_id": "cntr_1"}


@pytest.mark.parametrize("call", [SHELL | {"environment": PLACE}, FUNCTION | {"async": True}])
def test_what_waits_for_nobody(call: dict[str, Any]) -> None:
    service = LocalService()
    id = new_conversation(service)
    ask(service, "POST", f"/conversations/{id}/items", {"items": [call]})
    body = {"conversation": id, "input": "Hello"}
    assert ask(service, "POST", "/responses", body).status == 200


def test_a_call_in_the_request_itself_is_taken() -> None:
    assert ask(LocalService(), "POST", "/responses", {"input": [FUNCTION]}).status == 200
