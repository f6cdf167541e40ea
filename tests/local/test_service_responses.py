"""Responses: the model, the conversation it reads and extends, streams, and the background."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openai_conversations.local import LocalModel, LocalService, ModelError, ServiceResponse
from openai_conversations.local.ids import PREFIXES
from openai_conversations_api.models import Message

from tests.garbage import collect
from tests.local.calls import ask, events, new_conversation, send, texts_of


@pytest.fixture
def service() -> Iterator[LocalService]:
    opened = LocalService()
    yield opened
    opened.close()


def said(response: Any) -> str:
    return "".join(part["text"] for item in response["output"] for part in item["content"])


def respond(service: LocalService, **body: Any) -> Any:
    response = ask(service, "POST", "/responses", {"model": "gpt-5", **body})
    assert response.status == 200, response.json
    return response.json


def test_the_built_in_model_names_itself_and_echoes(service: LocalService) -> None:
    response = respond(service, input="Good morning", metadata={"a": "b"}, temperature=0.5)
    assert said(response) == "[local model] You said: Good morning"
    assert response["id"].startswith("resp_")
    assert (response["status"], response["model"]) == ("completed", "gpt-5")
    assert (response["metadata"], response["temperature"]) == ({"a": "b"}, 0.5)
    assert ask(service, "GET", f"/responses/{response['id']}").json == response


def test_the_same_request_costs_the_same(service: LocalService) -> None:
    usages = [respond(service, input="Good morning")["usage"] for _ in range(2)]
    assert usages[0] == usages[1]
    assert usages[0]["total_tokens"] == usages[0]["input_tokens"] + usages[0]["output_tokens"]
    counted = ask(service, "POST", "/responses/input_tokens", {"input": "Good morning"}).json
    assert counted == {"object": "response.input_tokens", "input_tokens": 6}
    assert usages[0]["input_tokens"] == 6


@pytest.mark.parametrize("as_object", [True, False])
def test_a_response_reads_and_extends_its_conversation(as_object: bool) -> None:
    seen: list[list[str]] = []

    def model(request: dict[str, Any], context: list[dict[str, Any]]) -> str:
        seen.append([item["content"][0]["text"] for item in context])
        return f"response {len(seen)}"

    own = LocalService(model=model)
    id = new_conversation(own, "hello")
    response = respond(own, input="two", conversation={"id": id} if as_object else id)
    respond(own, input="three", conversation=id)
    assert seen == [["hello", "two"], ["hello", "two", "response 1", "three"]]
    assert texts_of(own, id) == ["hello", "two", "response 1", "three", "response 2"]
    assert response["conversation"] == {"id": id}
    own.close()


def test_an_earlier_response_is_context_without_its_instructions(service: LocalService) -> None:
    first = respond(service, input="one", instructions="be brief")
    second = respond(service, input="two", previous_response_id=first["id"])
    assert second["instructions"] is None
    counted = ask(
        service,
        "POST",
        "/responses/input_tokens",
        {"input": "three", "previous_response_id": second["id"]},
    ).json["input_tokens"]
    alone = ask(service, "POST", "/responses/input_tokens", {"input": "three"}).json["input_tokens"]
    assert counted > second["usage"]["input_tokens"] + alone
    listed = ask(service, "GET", f"/responses/{second['id']}/input_items").json
    assert [item["content"][0]["text"] for item in listed["data"]] == ["two"]


def test_context_that_is_not_there(service: LocalService) -> None:
    for body, status, code in [
        ({"conversation": "conv_none"}, 404, None),
        ({"previous_response_id": "resp_none"}, 400, "previous_response_not_found"),
        ({"previous_response_id": "\u0000"}, 400, "previous_response_not_found"),
        (
            {"conversation": new_conversation(service), "previous_response_id": "resp_none"},
            400,
            "mutually_exclusive_parameters",
        ),
    ]:
        response = ask(service, "POST", "/responses", {"input": "x", **body})
        assert (response.status, response.error["code"]) == (status, code)
        assert response.error["message"]


def test_a_failed_request_leaves_the_conversation_free(service: LocalService) -> None:
    id = new_conversation(service)
    bad = {"type": "item_reference", "id": "msg_none"}
    response = ask(service, "POST", "/responses", {"input": [bad], "conversation": id})
    assert response.status == 404
    respond(service, input="hi", conversation=id)


def test_store_false_leaves_no_response_but_extends_the_conversation(
    service: LocalService,
) -> None:
    id = new_conversation(service)
    response = respond(service, input="hi", conversation=id, store=False)
    assert ask(service, "GET", f"/responses/{response['id']}").status == 404
    assert texts_of(service, id) == ["hi", "[local model] You said: hi"]


def test_a_deleted_response_is_gone_and_its_conversation_stays(service: LocalService) -> None:
    id = new_conversation(service)
    response = respond(service, input="hi", conversation=id)
    path = f"/responses/{response['id']}"
    assert ask(service, "DELETE", path).status == 200
    for method, where in [("GET", path), ("DELETE", path), ("GET", f"{path}/input_items")]:
        assert ask(service, method, where).status == 404
    assert len(texts_of(service, id)) == 2


def test_a_reference_to_an_item_of_the_conversation_is_not_appended_again(
    service: LocalService,
) -> None:
    id = new_conversation(service, "hello")
    [item] = ask(service, "GET", f"/conversations/{id}/items").json["data"]
    respond(service, input=[{"id": item["id"]}], conversation=id)
    assert texts_of(service, id) == ["hello", "[local model] You said: hello"]
    response = ask(service, "POST", "/responses", {"input": [item], "conversation": id})
    assert (response.status, response.error["code"]) == (400, "duplicate_item")


def test_an_output_with_the_id_of_the_input_is_refused(service: LocalService) -> None:
    id = new_conversation(service)
    message = {"type": "message", "id": "msg_mine", "role": "user", "content": "hello"}
    said = {"role": "assistant", "content": [{"type": "output_text", "text": "Hi."}]}
    service.model.enqueue(message | said)
    response = ask(service, "POST", "/responses", {"input": [message], "conversation": id})
    assert (response.status, response.error["code"]) == (400, "duplicate_item")
    assert "'msg_mine'" in response.error["message"]
    assert texts_of(service, id) == []


def test_scripted_turns_come_in_order_before_the_fallback(service: LocalService) -> None:
    service.model.enqueue_function_call("weather", {"city": "Bonn"}, call_id="call_1")
    service.model.enqueue_refusal("No.")
    service.model.enqueue_reasoning("Thinking.", "Done.")
    service.model.enqueue_text("Cut", incomplete="max_output_tokens")
    tool = {"type": "function", "name": "weather", "parameters": {}, "strict": True}
    id = new_conversation(service)
    call = respond(service, input="Weather?", conversation=id, tools=[tool])
    [item] = call["output"]
    assert item.pop("id").startswith("fc_")
    assert item == {
        "type": "function_call",
        "status": "completed",
        "call_id": "call_1",
        "name": "weather",
        "arguments": '{"city": "Bonn"}',
    }
    assert call["tools"] == [{"description": None, **tool}]
    output = {"type": "function_call_output", "call_id": "call_1", "output": "sunny"}
    refusal = respond(service, input=[output], conversation=id)
    assert refusal["output"][0]["content"] == [{"type": "refusal", "refusal": "No."}]
    reasoned = respond(service, input="Why?")
    assert [item["type"] for item in reasoned["output"]] == ["reasoning", "message"]
    assert reasoned["usage"]["output_tokens_details"]["reasoning_tokens"] > 0
    cut = respond(service, input="And?")
    assert (cut["status"], cut["incomplete_details"]) == (
        "incomplete",
        {"reason": "max_output_tokens"},
    )
    assert service.model.pending == 0
    assert said(respond(service, input="x")) == "[local model] You said: x"


def test_scripted_errors(service: LocalService) -> None:
    id = new_conversation(service)
    service.model.enqueue_error("Out of luck", code="rate_limit_exceeded")
    failed = respond(service, input="x", conversation=id)
    assert failed["status"] == "failed"
    assert failed["error"] == {"code": "rate_limit_exceeded", "message": "Out of luck"}
    service.model.enqueue_error("Slow down", code="rate_limit_exceeded", status=429)
    refused = ask(service, "POST", "/responses", {"input": "x", "conversation": id})
    assert (refused.status, refused.error["type"]) == (429, "rate_limit_error")
    assert refused.error["message"] == "Slow down"
    assert texts_of(service, id) == []


@pytest.mark.parametrize(
    ("result", "output"),
    [
        ("text", "text"),
        (iter(["a", "b"]), "ab"),
        ({"content": "an item"}, "an item"),
        ([{"content": "one "}, {"role": "assistant", "content": "two"}], "one two"),
        (Message.from_dict({"type": "message", "content": "a model"}), "a model"),
    ],
)
def test_a_callable_may_return(result: Any, output: str) -> None:
    service = LocalService(model=lambda request, context: result)
    assert said(respond(service, input="x")) == output


@pytest.mark.parametrize(
    "result",
    [None, 5, {1}, {"content": {1}}, iter([b"bytes"]), {"type": "hologram"}, [{"role": 1}]],
)
def test_a_bad_result_of_a_callable_is_a_failed_response(result: Any) -> None:
    service = LocalService(model=lambda request, context: result)
    response = respond(service, input="x")
    assert response["status"] == "failed"
    assert response["error"]["code"] == "server_error"
    assert response["error"]["message"].startswith("The local model failed: ")


@pytest.mark.parametrize(
    "item",
    [
        {"type": "web_search_call", "action": {"type": "search", "query": "x"}},
        {"type": "image_generation_call"},
        {"type": "code_interpreter_call", "container_id": "cntr_1"},
        {"type": "file_search_call", "queries": ["x"]},
    ],
)
def test_id_and_status_of_an_output_item_are_filled_in(item: Any) -> None:
    model = LocalModel()
    model.enqueue(item)
    response = respond(LocalService(model=model), input="x")
    assert response["status"] == "completed", response["error"]
    [output] = response["output"]
    assert output["status"] == "completed"
    assert output["id"].startswith(f"{PREFIXES[item['type']]}_")


def test_a_callable_may_raise() -> None:
    def broken(request: dict[str, Any], context: list[dict[str, Any]]) -> str:
        context.clear()
        if request["input"] == "deliberate":
            raise ModelError("No image", "invalid_image")
        raise LookupError("my bug")

    service = LocalService(model=broken)
    assert respond(service, input="deliberate")["error"]["code"] == "invalid_image"
    assert "LookupError: my bug" in respond(service, input="bug")["error"]["message"]


@pytest.mark.parametrize("fault", [{"code": "tired"}, {"status": 200}])
def test_an_error_that_cannot_be_is_refused(fault: Any) -> None:
    with pytest.raises(ValueError, match=r"tired|200"):
        LocalModel().enqueue_error("x", **fault)


def test_a_turn_that_cannot_be_is_refused() -> None:
    model: Any = LocalModel()
    with pytest.raises(ValueError, match="one item or more"):
        model.enqueue()
    with pytest.raises(ValueError, match=r"items\[1\].*set is not JSON"):
        model.enqueue({"content": "fine"}, {"content": {1, 2}})
    with pytest.raises(TypeError, match=r"items\[0\]: expected an item.*got str"):
        model.enqueue("text")
    with pytest.raises(ValueError, match="join"):
        model.enqueue_text("ab", chunks=["a"])
    with pytest.raises(ValueError, match="incomplete"):
        model.enqueue_text("ab", incomplete="tired")


def test_compacting(service: LocalService) -> None:
    first = respond(service, input="one")
    body = {"model": "gpt-5", "previous_response_id": first["id"], "input": "two"}
    compacted = ask(service, "POST", "/responses/compact", body).json
    assert compacted["object"] == "response.compaction"
    assert [item["type"] for item in compacted["output"]] == ["message", "message", "compaction"]
    # What came back is the input of the next response, as it is.
    respond(service, input=[*compacted["output"], {"role": "user", "content": "three"}])
    trigger = respond(
        service, previous_response_id=first["id"], input=[{"type": "compaction_trigger"}]
    )
    assert [item["type"] for item in trigger["output"]] == ["compaction"]


# The background


def background(service: LocalService, **body: Any) -> str:
    response = respond(service, input="hi", background=True, **body)
    assert (response["status"], response["output"]) == ("queued", [])
    return f"/responses/{response['id']}"


def test_the_background_moves_on_when_looked_at(service: LocalService) -> None:
    id = new_conversation(service)
    path = background(service, conversation=id)
    assert ask(service, "GET", path).json["status"] == "in_progress"
    assert texts_of(service, id) == []
    done = ask(service, "GET", path).json
    assert (done["status"], said(done)) == ("completed", "[local model] You said: hi")
    assert ask(service, "GET", path).json == done
    assert texts_of(service, id) == ["hi", "[local model] You said: hi"]


def test_a_queued_response_holds_its_conversation_until_it_ends(service: LocalService) -> None:
    id = new_conversation(service)
    path = background(service, conversation=id)
    for method, where in [("POST", "/responses"), ("DELETE", f"/conversations/{id}")]:
        response = ask(service, method, where, {"input": "x", "conversation": id})
        assert (response.status, response.error["code"]) == (400, "conversation_locked")
    cancelled = ask(service, "POST", f"{path}/cancel").json
    assert cancelled["status"] == "cancelled"
    assert ask(service, "POST", f"{path}/cancel").json == cancelled
    assert ask(service, "GET", path).json["status"] == "cancelled"
    respond(service, input="free again", conversation=id)


def test_only_the_background_can_be_cancelled(service: LocalService) -> None:
    response = respond(service, input="x")
    assert ask(service, "POST", f"/responses/{response['id']}/cancel").status == 400
    assert ask(service, "POST", "/responses/resp_none/cancel").status == 404
    refused = ask(service, "POST", "/responses", {"input": "x", "background": True, "store": False})
    assert (refused.status, refused.error["param"]) == (400, "background")


def test_what_goes_wrong_in_the_background_shows_in_the_response(service: LocalService) -> None:
    id = new_conversation(service)
    call = {"type": "function_call", "id": "fc_1", "call_id": "c", "name": "f", "arguments": ""}
    output = {"type": "function_call_output", "call_id": "c", "output": ""}
    response = respond(service, input=[call, output], conversation=id, background=True)
    ask(service, "POST", f"/conversations/{id}/items", {"items": [call]})
    service.model.enqueue_error("unlucky", status=500)
    other = background(service)
    path = f"/responses/{response['id']}"
    for where, message in [(other, "unlucky"), (path, "Duplicate item")]:
        ask(service, "GET", where)
        failed = ask(service, "GET", where).json
        assert failed["status"] == "failed"
        assert message in failed["error"]["message"]


# Streams


def stream(service: LocalService, **body: Any) -> ServiceResponse:
    return send(service, "POST", "/responses", {"input": "hi", "stream": True, **body})


def names(found: list[Any]) -> list[str]:
    assert [event["sequence_number"] for event in found] == list(range(len(found)))
    return [event["type"].removeprefix("response.") for event in found]


def read(response: ServiceResponse) -> list[Any]:
    assert not isinstance(response.body, bytes)
    return list(events(response.body))


def test_the_events_of_a_text(service: LocalService) -> None:
    service.model.enqueue_text("one two", chunks=["one", " two"])
    found = read(stream(service))
    assert names(found) == [
        "created",
        "in_progress",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]
    assert [e["delta"] for e in found if e["type"].endswith(".delta")] == ["one", " two"]
    whole = found[-1]["response"]
    assert whole["output"] == [found[-2]["item"]]
    path = f"/responses/{whole['id']}"
    assert ask(service, "GET", path).json == whole
    assert ask(service, "GET", path, query=[("stream", "true")]).events == found
    after = [("stream", "true"), ("starting_after", "6")]
    assert ask(service, "GET", path, query=after).events == found[7:]


def test_the_events_of_calls_and_reasoning(service: LocalService) -> None:
    service.model.enqueue_function_call("f", '{"a": 1}')
    assert names(read(stream(service)))[2:-1] == [
        "output_item.added",
        "function_call_arguments.delta",
        "function_call_arguments.delta",
        "function_call_arguments.done",
        "output_item.done",
    ]
    service.model.enqueue_reasoning("Hm.", "Yes")
    assert names(read(stream(service)))[2:8] == [
        "output_item.added",
        "reasoning_summary_part.added",
        "reasoning_summary_text.delta",
        "reasoning_summary_text.done",
        "reasoning_summary_part.done",
        "output_item.done",
    ]
    action = {"type": "search", "query": "x"}
    service.model.enqueue(
        {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": action}
    )
    assert names(read(stream(service)))[3:6] == [
        "web_search_call.in_progress",
        "web_search_call.searching",
        "web_search_call.completed",
    ]


def test_streams_that_end_badly(service: LocalService) -> None:
    service.model.enqueue_error("no", status=500)
    assert names(read(stream(service)))[-1] == "error"
    service.model.enqueue_error("no")
    assert names(read(stream(service)))[-1] == "failed"
    service.model.enqueue_text("cut", incomplete="content_filter")
    assert names(read(stream(service)))[-1] == "incomplete"


def test_what_is_not_streamed_can_be_replayed(service: LocalService) -> None:
    response = respond(service, input="hi")
    path = f"/responses/{response['id']}"
    replayed = ask(service, "GET", path, query=[("stream", "true")]).events
    assert names(replayed)[-1] == "completed"
    assert replayed[-1]["response"] == response


def test_items_are_appended_before_the_completed_event(service: LocalService) -> None:
    id = new_conversation(service)
    response = stream(service, conversation=id)
    assert not isinstance(response.body, bytes)
    for event in events(response.body):
        if event["type"] == "response.completed":
            assert len(texts_of(service, id)) == 2
            # And the conversation is free: the stream need not be read to its very end.
            respond(service, input="next", conversation=id)
        else:
            assert texts_of(service, id) == []
    assert len(texts_of(service, id)) == 4


@pytest.mark.parametrize("taken", [1, 4])
def test_a_dropped_stream_changes_nothing_and_frees_the_conversation(
    service: LocalService, taken: int
) -> None:
    id = new_conversation(service)
    response: Any = stream(service, conversation=id)
    for _ in range(taken):
        next(response.body)
    locked = ask(service, "POST", "/responses", {"input": "x", "conversation": id})
    assert (locked.status, locked.error["code"]) == (400, "conversation_locked")
    response.body.close()
    response.body.close()
    assert list(response.body) == []
    assert texts_of(service, id) == []
    respond(service, input="x", conversation=id)


def test_a_stream_that_nobody_reads_frees_the_conversation(service: LocalService) -> None:
    id = new_conversation(service)
    response = stream(service, conversation=id)
    assert response.status == 200
    del response
    collect()
    respond(service, input="x", conversation=id)


def test_a_dropped_stream_in_the_background_goes_on(service: LocalService) -> None:
    id = new_conversation(service)
    response: Any = stream(service, conversation=id, background=True)
    first = next(events(response.body))
    response.body.close()
    path = f"/responses/{first['response']['id']}"
    assert ask(service, "GET", path).json["status"] == "completed"
    assert len(texts_of(service, id)) == 2
    after = [("stream", "true"), ("starting_after", "0")]
    assert names([first, *ask(service, "GET", path, query=after).events])[-1] == "completed"


def test_a_response_is_made_once_however_many_look_at_it(service: LocalService) -> None:
    id = new_conversation(service)
    first: Any = stream(service, conversation=id, background=True)
    path = f"/responses/{next(events(first.body))['response']['id']}"
    assert ask(service, "GET", path).json["status"] == "in_progress"
    refused = ask(service, "GET", path, query=[("stream", "true")])
    assert (refused.status, refused.error["param"]) == (400, "stream")
    assert b"response.completed" in b"".join(first.body)
    assert texts_of(service, id) == ["hi", "[local model] You said: hi"]
    assert ask(service, "GET", path).json["status"] == "completed"


@pytest.mark.parametrize(("method", "action"), [("POST", "/cancel"), ("DELETE", "")])
def test_a_stream_whose_response_is_called_off_ends_with_an_error(
    service: LocalService, method: str, action: str
) -> None:
    id = new_conversation(service)
    response: Any = stream(service, conversation=id, background=True)
    path = f"/responses/{next(events(response.body))['response']['id']}"
    assert ask(service, method, path + action).status == 200
    last = read(response)[-1]
    assert (last["type"], last["code"]) == ("error", "response_cancelled")
    assert texts_of(service, id) == []
    respond(service, input="x", conversation=id)


def test_a_lease_ends_with_time_when_nobody_gives_it_back(tmp_path: Path) -> None:
    now = 1000.0
    service = LocalService(tmp_path / "db", clock=lambda: now)
    id = new_conversation(service)
    held = stream(service, conversation=id)
    locked = ask(service, "POST", "/responses", {"input": "x", "conversation": id})
    assert locked.error["code"] == "conversation_locked"
    now += 601
    respond(service, input="x", conversation=id)
    assert held.status == 200
    service.close()


def test_a_response_that_waits_is_not_made_by_collecting_garbage(service: LocalService) -> None:
    id = new_conversation(service)
    respond(service, input="x", conversation=id, background=True)
    collect()
    assert texts_of(service, id) == []
