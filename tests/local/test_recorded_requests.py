"""Requests that the service has taken are taken, and what it refuses for its content is refused.

Measured over the recorded exchanges, where they lie beside the repository; the examples below have
each kind of request in them that differs from the OpenAPI document.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from openai_conversations.local import LocalService

from tests.local.calls import ask
from tests.recorded.exchanges import FILE

#: They name objects of that time.
LEFT_OUT = ("previous_response_id", "conversation")
#: A refusal that depends on what a URL holds, or on the models that there are.
NOT_FOR_ITS_CONTENT = ("unsupported_file", "model_not_found")

USER = {"role": "user", "content": "x"}
TOOL = {"type": "function", "name": "f", "parameters": {"type": "object"}}
IMAGE = {"type": "input_image", "image_url": "https://example.com/a.png"}
CALL = {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}
REASONING = {"type": "reasoning", "id": "rs_1", "summary": []}

#: The fields that more than 60 % of the recorded responses have.
FIELDS = {
    "background", "completed_at", "created_at", "error", "frequency_penalty", "id",
    "incomplete_details", "instructions", "max_output_tokens", "max_tool_calls", "metadata",
    "model", "object", "output", "parallel_tool_calls", "presence_penalty", "previous_response_id",
    "prompt_cache_key", "prompt_cache_retention", "reasoning", "safety_identifier", "service_tier",
    "status", "store", "temperature", "text", "tool_choice", "tools", "top_logprobs", "top_p",
    "truncation", "usage", "user",
}  # fmt: skip


@pytest.fixture
def service() -> Iterator[LocalService]:
    opened = LocalService()
    yield opened
    opened.close()


def recorded(statuses: tuple[int, ...]) -> list[dict[str, Any]]:
    if not FILE.is_file():
        pytest.skip(f"needs traffic.jsonl in RECORDED_DIR (by default {FILE.parent})")
    lines = map(json.loads, FILE.read_text("utf-8").splitlines())
    return [one for one in lines if one["request"] is not None and one["status"] in statuses]


def replay(service: LocalService, exchange: dict[str, Any]) -> Any:
    body = {name: one for name, one in exchange["request"].items() if name not in LEFT_OUT}
    return ask(service, exchange["method"], exchange["path"].partition("?")[0], body)


def outcome(response: Any) -> str:
    if response.status != 200:
        return f"{response.status} {response.error['message']}"
    last = response.events[-1]["response"] if response.events else response.json
    return str(last.get("status", "completed"))


def test_every_recorded_request_that_was_taken_is_taken() -> None:
    exchanges = recorded((200, 202))
    wrong: list[str] = []
    for exchange in exchanges:
        service = LocalService()
        found = outcome(replay(service, exchange))
        service.close()
        if found not in ("completed", "queued"):
            wrong.append(f"{exchange['id']}: {found}")
    assert not wrong, f"{len(wrong)} of {len(exchanges)}: {wrong}"
    assert len(exchanges) == 219


def test_every_recorded_request_that_was_refused_for_its_content_is_refused(
    service: LocalService,
) -> None:
    for exchange in recorded((400,)):
        error = exchange["response"]["error"]
        if error["code"] not in NOT_FOR_ITS_CONTENT:
            response = replay(service, exchange)
            assert (response.status, response.error["param"]) == (400, error["param"])


def test_responses_have_the_fields_that_recorded_ones_have(service: LocalService) -> None:
    made = ask(service, "POST", "/responses", {"model": "m", "input": "x"}).json
    assert made.keys() >= FIELDS
    assert made["service_tier"] == "default"
    assert made["prompt_cache_key"] is None
    assert made["text"] == {"format": {"type": "text"}, "verbosity": "medium"}
    asked = {"prompt_cache_key": "k", "reasoning": {"effort": "low"}, "tools": [TOOL]}
    made = ask(service, "POST", "/responses", {"input": "x", **asked}).json
    assert made["prompt_cache_key"] == "k"
    assert made["reasoning"] == {"effort": "low", "summary": None}
    assert made["tools"] == [{"description": None, "strict": True, **TOOL}]


def test_the_list_of_those_fields_is_that_of_the_recorded_responses() -> None:
    bodies = [
        body
        for one in recorded((200,))
        for body in [one.get("response"), *(event["data"] for event in one.get("events", ()))]
        if isinstance(body, dict)
    ]
    # A whole response, or the last event of a stream.
    whole = [body for body in bodies if body.get("object") == "response"]
    whole += [body["response"] for body in bodies if body.get("type") == "response.completed"]
    names = {name for one in whole for name in one}
    share = {name: sum(name in one for one in whole) / len(whole) for name in names}
    assert {name for name in names if share[name] > 0.6} == FIELDS


TAKEN: dict[str, dict[str, Any]] = {
    "a function that says nothing of strict": {"tools": [TOOL]},
    "a function inside of a namespace": {
        "tools": [{"type": "namespace", "name": "n", "description": "d", "tools": [TOOL]}]
    },
    "a function of an item": {
        "input": [USER, {"type": "additional_tools", "role": "developer", "tools": [TOOL]}]
    },
    "null in place of nothing": {"tools": [TOOL | {"description": None, "strict": None}]},
    "null further inside": {
        "tools": [{"type": "web_search", "filters": None, "user_location": {"type": "approximate",
                                                                            "city": None}}]
    },
    "a reasoning item whose message has no id, if nothing is stored": {
        "input": [USER, REASONING, {"role": "assistant", "content": "a"}], "store": False
    },
    "a reasoning item and the call that it led to": {
        "input": [USER, REASONING, CALL | {"id": "fc_1"},
                  {"type": "function_call_output", "call_id": "c", "output": "1"}]
    },
    "a reasoning item without an id": {
        "input": [USER, {"type": "reasoning", "summary": [], "encrypted_content": "e"},
                  {"role": "assistant", "content": "a"}]
    },
}  # fmt: skip


@pytest.mark.parametrize("what", TAKEN)
def test_what_differs_from_the_document_is_taken(service: LocalService, what: str) -> None:
    response = ask(service, "POST", "/responses", {"input": "x", **TAKEN[what]})
    assert response.status == 200, response.json


#: Items as they are sent, and what of them comes back.
ITEMS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "an image without a detail": (
        {"role": "user", "content": [IMAGE]},
        {"type": "message", "status": "completed", "content": [{"detail": "auto", **IMAGE}]},
    ),
    "an image generation call by its id alone": (
        {"type": "image_generation_call", "id": "ig_1"},
        {"id": "ig_1", "status": "completed"},
    ),
    "an image generation call as it is put out": (
        {"type": "image_generation_call", "id": "ig_1", "status": "completed", "result": "aGk=",
         "background": "opaque", "output_format": "png", "quality": "high", "revised_prompt": "a",
         "size": "1024x1024"},
        {"background": "opaque", "revised_prompt": "a", "size": "1024x1024"},
    ),
    "a call whose status is null": (CALL | {"status": None, "id": None}, {"status": "completed"}),
    "a code interpreter call without outputs": (
        {"type": "code_interpreter_call", "id": "ci_1", "status": "completed",
         "container_id": "c", "code": "1"},
        {"outputs": None},
    ),
    "a screen as an image": (
        {"type": "computer_call_output", "call_id": "c", "output": IMAGE},
        {"output": {"type": "computer_screenshot", "image_url": IMAGE["image_url"]}},
    ),
    "an image of an output, with nulls": (
        {"type": "function_call_output", "call_id": "c", "output": [IMAGE | {"file_id": None}]},
        {"output": [{"detail": "auto", **IMAGE}]},
    ),
    "a null inside": (
        {"type": "web_search_call", "id": "ws_1", "status": "completed",
         "action": {"type": "search", "query": "q", "sources": None}},
        {"action": {"type": "search", "query": "q"}},
    ),
}  # fmt: skip
INCLUDED = [
    ("include", name)
    for name in ("message.input_image.image_url", "computer_call_output.output.image_url")
]


@pytest.mark.parametrize("what", ITEMS)
def test_an_item_that_differs_from_the_document_comes_back_as_it_says(
    service: LocalService, what: str
) -> None:
    sent, kept = ITEMS[what]
    id = ask(service, "POST", "/conversations", {"items": [sent]}).json["id"]
    path = f"/conversations/{id}/items"
    [stored] = ask(service, "GET", path, query=INCLUDED).json["data"]
    assert stored | kept == stored


def test_a_call_by_its_id_alone_is_the_image_that_is_stored(service: LocalService) -> None:
    whole = {"type": "image_generation_call", "id": "ig_1", "status": "completed", "result": "aGk="}
    brief = {"type": "image_generation_call", "id": "ig_1"}
    id = ask(service, "POST", "/conversations", {"items": [whole]}).json["id"]
    # 1. Of the same conversation. 2. Of another one.
    made = ask(service, "POST", "/responses", {"input": [USER, brief], "conversation": id})
    assert made.status == 200, made.json
    stored = ask(service, "GET", f"/conversations/{id}/items").json["data"]
    assert [item["id"] for item in stored if item["type"] == "image_generation_call"] == ["ig_1"]
    id = ask(service, "POST", "/conversations", {"items": [brief]}).json["id"]
    [again] = ask(service, "GET", f"/conversations/{id}/items").json["data"]
    assert again == whole


@pytest.mark.parametrize(
    "following",
    [
        [],
        [USER],
        [{"role": "assistant", "content": "changed"}, USER],
        [{"role": "assistant", "content": [{"type": "output_text", "text": "changed"}]}],
        [CALL],
    ],
)
def test_a_reasoning_item_needs_the_item_that_it_led_to(
    service: LocalService, following: list[Any]
) -> None:
    body = {"input": [USER, REASONING, *following]}
    response = ask(service, "POST", "/responses", body)
    assert response.status == 400
    assert response.error == {
        "message": "Item 'rs_1' of type 'reasoning' was provided without its required "
        "following item.",
        "type": "invalid_request_error",
        "param": "input",
        "code": None,
    }
