# Made from _async/test_run.py by tools/unasync. Do not edit.
"""`conversations.run` of either client: tools, failures, interruptions."""

from __future__ import annotations

import threading
from typing import Any

import attrs
import pytest
from openai_conversations import (
    APIError,
    APIStatusError,
    AbortSignal,
    BadRequestError,
    Client,
    Content,
    ConversationLockedError,
    FunctionCallOutputItem,
    InvalidArgumentError,
    MaxTurnsExceededError,
    McpApprovalResponseItem,
    MessageItem,
    OutputParsingError,
    RequestAbortedError,
    RunResult,
    Tool,
)
from openai_conversations._transport import retries
from openai_conversations.local.fault_injection import (
    ConnectionLostError,
    FaultInjectingService,
    Respond,
)
from openai_conversations.local.service import ServiceResponse

from tests.overlay.run_cases import (
    ADD,
    READ,
    RESPOND,
    Pauses,
    Weather,
    ask,
    bodies,
    call,
    calls_then_text,
    content,
    no_pauses,
    outputs,
    paths,
    strike,
    types,
)

MODEL = "gpt-5.4"


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch) -> Pauses:
    """Return the pauses that would have been made."""
    return no_pauses(monkeypatch)


@pytest.fixture
def weather(conversations_local: FaultInjectingService) -> Weather:
    """Return a tool that counts its calls; the model calls it for three cities."""
    conversations_local.model.fallback = calls_then_text("Rome", "Oslo", "Bern")
    return Weather()


def new(client: Client, *items: Any) -> str:
    return (client.conversations.create(items=[*items])).id


def stored(client: Client, conversation: str) -> list[Any]:
    listed = client.conversations.items.list(conversation, order="asc", limit=100)
    return [item.to_dict() for item in listed]


def test_tools_run_and_the_model_goes_on(
    client: Client, conversations_local: FaultInjectingService, weather: Weather
) -> None:
    conversation = new(client)
    result = client.conversations.run(
        conversation, model=MODEL, input="Rain?", tools=[weather.tool]
    )
    assert result.output_text == "Rain in Rome. Rain in Oslo. Rain in Bern."
    assert types(stored(client, conversation)) == [
        "message",
        *["function_call"] * 3,
        *["function_call_output"] * 3,
        "message",
    ]
    assert [item.to_dict() for item in result.items] == stored(client, conversation)
    assert [response.status for response in result.responses] == ["completed"] * 2
    assert result.final_response is result.responses[1]
    assert result.turns == 2
    assert not result.pending
    assert not result.unsent
    used = [response.usage for response in result.responses]
    assert result.usage is not None
    assert result.usage.total_tokens == sum(one.total_tokens for one in used if one)
    assert result.usage.input_tokens_details.cached_tokens == 0
    # What is sent is new: no response has an input.
    assert [body.get("input") for body in bodies(conversations_local)] == [None, None]


def test_the_calls_of_a_response_run_at_the_same_time(
    client: Client, conversations_local: FaultInjectingService
) -> None:
    conversations_local.model.fallback = calls_then_text("Rome", "Oslo")
    together = threading.Barrier(2)

    @Tool.function
    def get_weather(city: str) -> str:
        together.wait(20)
        return f"rain in {city}"

    result = client.conversations.run(
        new(client), model=MODEL, input="Rain?", tools=[get_weather]
    )
    assert result.output_text == "Rain in Rome. Rain in Oslo."


def test_arguments_are_checked_before_the_call(
    client: Client, conversations_local: FaultInjectingService, weather: Weather
) -> None:
    conversations_local.model.enqueue(call("get_weather", {"town": 1}), call("get_wether", {}))
    conversation = new(client)
    client.conversations.run(conversation, model=MODEL, input="x", tools=[weather.tool])
    first, second = outputs(stored(client, conversation))[:2]
    assert "arguments that fit the schema of get_weather" in first
    assert second == "name: expected one of the tools (get_weather), got 'get_wether'"
    assert not weather.cities


@pytest.mark.parametrize("handling", ["model", "raise", "function", "async", "failing"])
def test_what_a_tool_raises(
    client: Client, conversations_local: FaultInjectingService, handling: str
) -> None:
    conversations_local.model.fallback = calls_then_text("Rome", "Oslo")

    @Tool.function
    def get_weather(city: str) -> str:
        if city == "Rome":
            raise LookupError("no such city")
        return f"rain in {city}"

    def describe(item: Any, error: Exception) -> str:
        if handling == "failing":
            raise KeyError(item.name)
        return f"{item.name} failed: {error}"

    def describe_later(item: Any, error: Exception) -> str:
        return describe(item, error)

    conversation = new(client)
    run = client.conversations.run
    arguments: Any = {"model": MODEL, "input": "x", "tools": [get_weather]}
    arguments["on_tool_error"] = {
        "function": describe,
        "failing": describe,
        "async": describe_later,
    }.get(handling, handling)
    text = "LookupError: no such city"
    if handling in ("raise", "failing"):
        with pytest.raises(LookupError if handling == "raise" else KeyError):
            run(conversation, **arguments)
    else:
        run(conversation, **arguments)
        text = text if handling == "model" else "get_weather failed: no such city"
    # In any case no call is left open.
    assert outputs(stored(client, conversation)) == [text, "rain in Oslo"]


def test_calls_that_were_left_open_are_finished_before_the_input(
    client: Client, weather: Weather
) -> None:
    open_call = call("get_weather", {"city": "Kiel"}, "call_1")
    conversation = new(client, MessageItem.user_text("x"), open_call)
    result = client.conversations.run(
        conversation, model=MODEL, input="And now?", tools=[weather.tool]
    )
    found = stored(client, conversation)
    assert types(found[2:4]) == ["function_call_output", "message"]
    assert found[2]["output"] == "rain in Kiel"
    assert result.items[0].type == "function_call_output"


def test_a_run_that_was_over_sends_nothing(
    client: Client, conversations_local: FaultInjectingService, weather: Weather
) -> None:
    conversation = new(client)
    client.conversations.run(conversation, model=MODEL, input="x", tools=[weather.tool])
    conversations_local.requests.clear()
    again = client.conversations.run(conversation, model=MODEL, tools=[weather.tool])
    assert again.output_text == "Rain in Rome. Rain in Oslo. Rain in Bern."
    assert again.turns == 0
    assert again.final_response is None
    assert paths(conversations_local) == ["GET items"]


def test_open_calls_that_are_far_back_are_found_when_the_service_refuses(
    client: Client, weather: Weather
) -> None:
    conversation = new(client, call("get_weather", {"city": "Kiel"}, "call_1"))
    many = [MessageItem.user_text(f"text {n}") for n in range(120)]
    client.conversations.items.append(conversation, many)
    client.conversations.run(conversation, model=MODEL, input="x", tools=[weather.tool])
    assert outputs(stored(client, conversation))[0] == "rain in Kiel"


def test_max_turns(
    client: Client, conversations_local: FaultInjectingService, weather: Weather
) -> None:
    for n in range(3):
        conversations_local.model.enqueue(call("get_weather", {"city": f"city {n}"}))
    conversation = new(client)
    with pytest.raises(MaxTurnsExceededError, match="2 turns") as caught:
        client.conversations.run(
            conversation, model=MODEL, input="x", tools=[weather.tool], max_turns=2
        )
    assert caught.value.run is not None
    assert caught.value.run.turns == 2
    assert outputs(stored(client, conversation)) == ["rain in city 0", "rain in city 1"]
    # Without input it goes on.
    result = client.conversations.run(
        conversation, model=MODEL, tools=[weather.tool], max_turns=2
    )
    assert result.output_text.startswith("Rain in city 0. Rain in city 1. Rain in city 2.")


def test_a_forced_call_is_forced_once(
    client: Client, conversations_local: FaultInjectingService, weather: Weather
) -> None:
    client.conversations.run(
        new(client), model=MODEL, input="x", tools=[weather.tool], tool_choice="required"
    )
    assert [body.get("tool_choice") for body in bodies(conversations_local)] == ["required", None]


# -- other calls


def test_other_calls_are_run_by_callbacks(
    client: Client, conversations_local: FaultInjectingService
) -> None:
    patch = {"type": "create_file", "path": "a.txt", "diff": "+a"}
    conversations_local.model.enqueue(
        {"type": "custom_tool_call", "call_id": "c1", "name": "run_sql", "input": "select 1"},
        call("raw", {"n": 1}, "c2"),
        {"type": "apply_patch_call", "call_id": "c3", "operation": patch, "status": "completed"},
        {
            "type": "shell_call",
            "call_id": "c4",
            "status": "completed",
            "environment": None,
            "action": {"commands": ["ls"], "timeout_ms": None, "max_output_length": None},
        },
        {"type": "mcp_approval_request", "name": "f", "server_label": "s", "arguments": "{}"},
    )
    conversation = new(client)
    result = client.conversations.run(
        conversation,
        model=MODEL,
        input="x",
        on_call={
            "run_sql": lambda text: f"ran {text}",
            "raw": lambda text: f"got {text}",
            "apply_patch_call": lambda item: f"wrote {item.operation.path}",
            "shell_call": lambda item: " ".join(item.action.commands),
        },
        on_approval=lambda item: item.server_label == "s",
    )
    found = {item["type"]: item for item in stored(client, conversation)}
    assert found["custom_tool_call_output"]["output"] == "ran select 1"
    assert found["function_call_output"]["output"] == 'got {"n": 1}'
    assert found["apply_patch_call_output"]["output"] == "wrote a.txt"
    assert found["apply_patch_call_output"]["status"] == "completed"
    assert found["shell_call_output"]["output"][0]["stdout"] == "ls"
    assert found["mcp_approval_response"]["approve"] is True
    assert result.turns == 2


def test_calls_without_a_callback_are_left_to_the_caller(
    client: Client, conversations_local: FaultInjectingService, weather: Weather
) -> None:
    screen = {
        "type": "computer_call",
        "call_id": "c1",
        "status": "completed",
        "pending_safety_checks": [],
        "action": {"type": "screenshot"},
    }
    conversations_local.model.enqueue(screen, call("get_weather", {"city": "Kiel"}))
    conversation = new(client)
    result = client.conversations.run(
        conversation, model=MODEL, input="x", tools=[weather.tool]
    )
    assert types(result.pending) == ["computer_call"]
    assert outputs(stored(client, conversation)) == ["rain in Kiel"]
    picture = Content.screenshot(url="https://example.com/1.png")
    result = client.conversations.run(
        conversation,
        model=MODEL,
        tools=[weather.tool],
        on_call={"computer_call": lambda _: picture},
    )
    assert not result.pending
    assert result.output_text


@pytest.mark.parametrize("decided", [True, False])
def test_an_approval_without_a_callback_ends_the_run_until_the_next(
    client: Client, conversations_local: FaultInjectingService, decided: bool
) -> None:
    ask = {"type": "mcp_approval_request", "name": "f", "server_label": "s", "arguments": "{}"}
    conversations_local.model.enqueue(ask)
    conversation = new(client)
    result = client.conversations.run(conversation, model=MODEL, input="x")
    [pending] = result.pending
    assert pending.type == "mcp_approval_request"
    said: Any = [McpApprovalResponseItem.approve(pending.id)] if decided else "Never mind."
    result = client.conversations.run(conversation, model=MODEL, input=said)
    assert not result.pending
    assert result.output_text


# -- structured output


@attrs.define
class City:
    name: str


def test_the_final_text_is_parsed(
    client: Client, conversations_local: FaultInjectingService, weather: Weather
) -> None:
    model = conversations_local.model
    model.enqueue(call("get_weather", {"city": "Kiel"}))
    model.enqueue_text('{"name": "Kiel"}')
    result = client.conversations.run(
        new(client), model=MODEL, input="x", tools=[weather.tool], text_format=City
    )
    assert result.output_parsed == City("Kiel")
    model.enqueue_refusal("I cannot.")
    result = client.conversations.run(
        new(client), model=MODEL, input="x", text_format=City
    )
    assert (result.output_parsed, result.refusal) == (None, "I cannot.")
    model.enqueue_text("no JSON")
    with pytest.raises(OutputParsingError) as caught:
        client.conversations.run(new(client), model=MODEL, input="x", text_format=City)
    assert caught.value.run is not None
    assert caught.value.run.output_text == "no JSON"


def test_the_final_text_is_parsed_though_its_response_was_lost(
    client: Client, conversations_local: FaultInjectingService
) -> None:
    conversations_local.model.enqueue_text('{"name": "Kiel"}')
    conversations_local.faults.response_lost(RESPOND)
    result = client.conversations.run(
        new(client), model=MODEL, input="x", text_format=City
    )
    assert result.output_parsed == City("Kiel")
    assert result.final_response is None


# -- streams


def test_the_events_of_all_turns_are_one_stream(
    client: Client, weather: Weather
) -> None:
    conversation = new(client)
    seen: list[str] = []
    text = ""
    with client.conversations.run_stream(
        conversation, model=MODEL, input="x", tools=[weather.tool]
    ) as stream:
        for event in stream:
            seen.append(event.type)
            if event.type == "response.output_text.delta":
                text += event.delta
        result = stream.get_final_result()
    assert text == result.output_text == "Rain in Rome. Rain in Oslo. Rain in Bern."
    kept = [
        kind
        for kind in seen
        if kind.startswith("run.") or kind.endswith((".created", ".completed"))
    ]
    assert kept == [
        "response.created",
        "response.completed",
        *["run.tool_started"] * 3,
        *["run.tool_finished"] * 3,
        "response.created",
        "response.completed",
    ]


def test_a_stream_that_breaks_off_is_begun_again_or_was_complete(
    client: Client, conversations_local: FaultInjectingService, weather: Weather
) -> None:
    conversations_local.faults.cut_body(RESPOND, after=2)
    conversations_local.faults.cut_body(RESPOND, after=2)
    conversation = new(client)
    with client.conversations.run_stream(
        conversation, model=MODEL, input="x", tools=[weather.tool]
    ) as stream:
        result = stream.get_final_result()
    assert result.output_text == "Rain in Rome. Rain in Oslo. Rain in Bern."
    assert sorted(weather.cities) == ["Bern", "Oslo", "Rome"]


def test_a_stream_that_is_left_early_leaves_no_call_open(
    client: Client, weather: Weather
) -> None:
    conversation = new(client)
    with client.conversations.run_stream(
        conversation, model=MODEL, input="x", tools=[weather.tool], abort_output="left"
    ) as stream:
        for event in stream:
            if event.type == "run.tool_started":
                break
    assert outputs(stored(client, conversation)) == ["left"] * 3
    assert not weather.cities


# -- failures


def lose(respond: Respond) -> ServiceResponse:
    raise ConnectionLostError


def lose_after(respond: Respond) -> ServiceResponse:
    respond()
    raise ConnectionLostError


@pytest.mark.parametrize("on", [READ, ADD, RESPOND])
@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("fault", ["not done", "done", "half a body", "500", "429", "locked"])
def test_each_fault_at_each_request(
    client: Client,
    conversations_local: FaultInjectingService,
    weather: Weather,
    on: str,
    place: int,
    fault: str,
) -> None:
    conversation = new(client)
    faults = conversations_local.faults
    if place:
        strike(conversations_local, lambda respond: respond(), on)
    if fault in ("not done", "done"):
        strike(conversations_local, lose if fault == "not done" else lose_after, on)
    elif fault == "half a body":
        faults.cut_body(on)
    elif fault == "500":
        faults.server_error(on)
    elif fault == "429":
        faults.rate_limited(on)
    else:
        faults.conversation_locked(on)
    result = client.conversations.run(
        conversation, model=MODEL, input="x", tools=[weather.tool]
    )
    assert result.output_text == "Rain in Rome. Rain in Oslo. Rain in Bern."
    assert sorted(weather.cities) == ["Bern", "Oslo", "Rome"]
    found = stored(client, conversation)
    assert types(found) == [
        "message",
        *["function_call"] * 3,
        *["function_call_output"] * 3,
        "message",
    ]
    assert [item.to_dict() for item in result.items] == found


def test_a_response_that_was_lost_and_arrives_late_has_its_calls_run(
    client: Client, conversations_local: FaultInjectingService, weather: Weather
) -> None:
    def lose_now(respond: Respond) -> ServiceResponse:
        def arrive(second: Respond) -> ServiceResponse:
            respond()
            return second()

        strike(conversations_local, arrive, RESPOND)
        raise ConnectionLostError

    strike(conversations_local, lose_now, RESPOND)
    conversation = new(client)
    result = client.conversations.run(
        conversation, model=MODEL, input="x", tools=[weather.tool]
    )
    assert result.output_text == "Rain in Rome. Rain in Oslo. Rain in Bern."
    assert len(outputs(stored(client, conversation))) == len(weather.cities) == 3


def test_a_response_that_arrives_while_it_is_looked_for_is_not_made_twice(
    client: Client,
    conversations_local: FaultInjectingService,
    weather: Weather,
    slept: Pauses,
) -> None:
    def lose_now(respond: Respond) -> ServiceResponse:
        slept.meanwhile += [lambda: None, respond]
        raise ConnectionLostError

    strike(conversations_local, lose_now, RESPOND)
    conversation = new(client)
    result = client.conversations.run(
        conversation, model=MODEL, input="x", tools=[weather.tool]
    )
    assert len(stored(client, conversation)) == len(result.items) == 8
    assert paths(conversations_local).count("POST responses") == 2
    assert slept[1] == 2.0 - slept[0]


def test_outputs_that_arrive_from_a_process_that_has_died_are_not_made_again(
    client: Client,
    conversations_local: FaultInjectingService,
    weather: Weather,
    slept: Pauses,
) -> None:
    conversation = new(client, call("get_weather", {"city": "Kiel"}, "c1"))
    output = FunctionCallOutputItem.text("c1", "rain, said the other").to_dict()
    path = f"/conversations/{conversation}/items"
    slept.meanwhile.append(lambda: ask(conversations_local, "POST", path, items=[output]))
    result = client.conversations.run(conversation, model=MODEL, tools=[weather.tool])
    assert not weather.cities
    assert result.output_text == "Rain, said the other."


def test_outputs_are_sent_though_other_items_come_between(
    client: Client, conversations_local: FaultInjectingService, weather: Weather
) -> None:
    conversation = new(client)
    path = f"/conversations/{conversation}/items"

    def add_another(respond: Respond) -> ServiceResponse:
        ask(conversations_local, "POST", path, items=[{"role": "user", "content": "Me too"}])
        raise ConnectionLostError

    strike(conversations_local, lambda respond: respond(), ADD)
    strike(conversations_local, add_another, ADD)
    client.conversations.run(conversation, model=MODEL, input="x", tools=[weather.tool])
    found = stored(client, conversation)
    assert len(outputs(found)) == len(weather.cities) == 3
    assert types(found)[4] == "message"


@pytest.mark.parametrize("before", [2, 3])
def test_the_list_of_another_conversation_is_not_believed(
    client: Client, conversations_local: FaultInjectingService, weather: Weather, before: int
) -> None:
    other = f"/conversations/{new(client, MessageItem.user_text('other'))}/items"
    conversation = new(client)
    strike(conversations_local, lose_after, RESPOND)
    for _ in range(before):
        strike(conversations_local, lambda respond: respond(), READ)
    strike(conversations_local, lambda _: ask(conversations_local, "GET", other), READ)
    result = client.conversations.run(
        conversation, model=MODEL, input="x", tools=[weather.tool]
    )
    assert [item.to_dict() for item in result.items] == stored(client, conversation)


def test_the_response_of_another_conversation_is_not_believed(
    client: Client, conversations_local: FaultInjectingService, weather: Weather
) -> None:
    body = {"model": MODEL, "conversation": new(client), "input": "x"}
    strike(
        conversations_local,
        lambda _: ask(conversations_local, "POST", "/responses", **body),
        RESPOND,
    )
    conversation = new(client)
    result = client.conversations.run(
        conversation, model=MODEL, input="x", tools=[weather.tool]
    )
    assert [item.to_dict() for item in result.items] == stored(client, conversation)
    assert len(result.items) == 8


def test_a_lock_is_waited_for_as_long_as_a_response_may_take(
    client: Client,
    conversations_local: FaultInjectingService,
    slept: Pauses,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    conversations_local.faults.conversation_locked(RESPOND, times=6)
    result = client.conversations.run(new(client), model=MODEL, input="x")
    assert result.output_text
    assert len(slept) == 6
    conversations_local.faults.conversation_locked(RESPOND, times=3)
    slept.clear()
    monkeypatch.setattr(retries, "INITIAL_DELAY", 2.0)
    with pytest.raises(ConversationLockedError):
        client.conversations.run(new(client), model=MODEL, input="x", timeout=4)
    assert sum(slept) <= 4


def test_an_error_that_stays_is_raised_with_the_result_so_far(
    client: Client, conversations_local: FaultInjectingService, weather: Weather
) -> None:
    strike(conversations_local, lambda respond: respond(), RESPOND)
    conversations_local.faults.server_error(RESPOND, times=client.max_retries + 1)
    conversation = new(client)
    with pytest.raises(APIStatusError) as caught:
        client.conversations.run(conversation, model=MODEL, input="x", tools=[weather.tool])
    so_far = caught.value.run
    assert so_far is not None
    assert types(so_far.items)[-1] == "function_call_output"
    # The input is not added again.
    result = client.conversations.run(
        conversation, model=MODEL, input="x", tools=[weather.tool], resume=so_far.token
    )
    assert result.output_text == "Rain in Rome. Rain in Oslo. Rain in Bern."
    assert len(stored(client, conversation)) == 8
    assert len(weather.cities) == 3


def test_outputs_that_could_not_be_sent_are_sent_by_the_next_run(
    client: Client, conversations_local: FaultInjectingService, weather: Weather
) -> None:
    strike(conversations_local, lambda respond: respond(), ADD)
    conversations_local.faults.server_error(ADD, times=client.max_retries + 1)
    conversation = new(client)
    arguments: Any = {"model": MODEL, "input": "x", "tools": [weather.tool]}
    with pytest.raises(APIError) as caught:
        client.conversations.run(conversation, **arguments)
    so_far = caught.value.run
    assert so_far is not None
    assert len(so_far.unsent) == 3
    client.conversations.run(conversation, **arguments, resume=so_far)
    assert len(weather.cities) == 3
    assert len(outputs(stored(client, conversation))) == 3


def test_a_failed_response_is_an_error(
    client: Client, conversations_local: FaultInjectingService
) -> None:
    for _ in range(client.max_retries + 1):
        conversations_local.model.enqueue_error("no luck")
    with pytest.raises(APIError, match=r"the response is failed \(server_error: no luck\)"):
        client.conversations.run(new(client), model=MODEL, input="x")


def test_a_request_that_is_refused_is_not_repeated(
    client: Client, conversations_local: FaultInjectingService
) -> None:
    conversations_local.model.enqueue_error("no such model", status=400)
    with pytest.raises(BadRequestError, match="no such model"):
        client.conversations.run(new(client), model=MODEL, input="x")
    assert paths(conversations_local).count("POST responses") == 1


def test_a_refusal_is_raised_though_an_approval_was_passed(
    client: Client, conversations_local: FaultInjectingService
) -> None:
    ask = {"type": "mcp_approval_request", "name": "f", "server_label": "s", "arguments": "{}"}
    conversations_local.model.enqueue(ask)
    conversation = new(client)
    client.conversations.run(conversation, model=MODEL, input="x")
    conversations_local.model.enqueue_error("no such model", status=400)
    with pytest.raises(BadRequestError, match="no such model"):
        client.conversations.run(conversation, model=MODEL, input="Never mind.")


# -- interruptions


def test_a_signal_ends_the_tools_and_leaves_no_call_open(
    client: Client, conversations_local: FaultInjectingService
) -> None:
    conversations_local.model.fallback = calls_then_text("Rome", "Oslo")
    abort, released = AbortSignal(), threading.Event()
    ready = threading.Event()

    @Tool.function
    def get_weather(city: str) -> str:
        if city == "Rome":
            ready.set()
            return "rain"
        ready.wait(20)
        abort.set()
        released.wait(20)
        return "late"

    conversation = new(client)
    with pytest.raises(RequestAbortedError, match="running tools") as caught:
        client.conversations.run(
            conversation, model=MODEL, input="x", tools=[get_weather], abort=abort
        )
    released.set()
    found = outputs(stored(client, conversation))
    assert found[1] == "aborted"
    assert found[0] in ("rain", "aborted")
    assert caught.value.run is not None
    assert not caught.value.run.unsent


def test_a_signal_during_a_response_closes_the_calls_that_it_brings(
    client: Client, conversations_local: FaultInjectingService, weather: Weather
) -> None:
    abort = AbortSignal()

    def abort_after(respond: Respond) -> ServiceResponse:
        respond()
        abort.set()
        raise ConnectionLostError

    strike(conversations_local, abort_after, RESPOND)
    conversation = new(client)
    with pytest.raises(RequestAbortedError):
        client.conversations.run(
            conversation, model=MODEL, input="x", tools=[weather.tool], abort=abort
        )
    assert outputs(stored(client, conversation)) == ["aborted"] * 3
    assert not weather.cities


def test_an_exception_in_on_progress_leaves_no_call_open(
    client: Client, weather: Weather
) -> None:
    def stop(result: RunResult[Any]) -> None:
        if result.turns:
            raise ZeroDivisionError

    conversation = new(client)
    with pytest.raises(ZeroDivisionError):
        client.conversations.run(
            conversation, model=MODEL, input="x", tools=[weather.tool], on_progress=stop
        )
    assert outputs(stored(client, conversation)) == ["aborted"] * 3


# -- arguments


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"max_turns": 0}, "max_turns"),
        ({"on_tool_error": "ignore"}, "on_tool_error"),
        ({"on_call": {"f": 1}}, r"on_call\['f'\]"),
        ({"on_approval": True}, "on_approval"),
        ({"on_progress": 1}, "on_progress"),
        ({"resume": "x"}, "resume"),
        ({"input": [1]}, r"input\[0\]"),
        ({"background": True}, "background"),
        ({"conversation": "conv_1"}, "conversation"),
        ({"stream": True}, r"'stream'\. Conversations\.run_stream\(\) gives the events"),
        ({"modle": "x"}, "did you mean 'model'"),
        ({"abort_output": None}, "abort_output"),
        ({"tools": [print]}, r"tools\[0\]: expected a tool .*`Tool\.function`"),
        ({"tools": [Weather().tool, Weather().tool]}, "tools: expected functions of different"),
        ({"reasoning": {"effort": object()}}, r"reasoning\.effort: expected a JSON value"),
        ({"extra_body": {"new": float("nan")}}, "new: expected a JSON value"),
    ],
)
def test_wrong_arguments_are_named_before_anything_is_sent(
    client: Client,
    conversations_local: FaultInjectingService,
    arguments: dict[str, Any],
    named: str,
) -> None:
    with pytest.raises(InvalidArgumentError, match=named):
        client.conversations.run("conv_1", **{"model": MODEL, "input": "x", **arguments})
    assert not conversations_local.requests


@pytest.mark.parametrize("result", ["half \ud83d", "x" * 10_485_761], ids=["half", "long"])
def test_an_output_that_cannot_be_sent_is_told_to_the_model(
    client: Client, conversations_local: FaultInjectingService, result: str
) -> None:
    @Tool.function
    def read_file() -> str:
        return result

    conversations_local.model.enqueue(call("read_file", {}))
    conversation = client.conversations.create()
    client.conversations.run(conversation, model=MODEL, input="x", tools=[read_file])
    [told] = outputs(stored(client, conversation.id))
    assert "expected" in told


def test_the_token_of_another_run_is_refused(client: Client) -> None:
    result = client.conversations.run(new(client), model=MODEL, input="x")
    for token, expected in (
        (result.token, "a token of a run to"),
        ("x", "the token of a run, got"),
    ):
        with pytest.raises(InvalidArgumentError, match=f"^resume: expected {expected}"):
            client.conversations.run(new(client), model=MODEL, resume=token)


def test_outputs_can_be_parts_and_json(
    client: Client, conversations_local: FaultInjectingService
) -> None:
    conversations_local.model.enqueue(call("look", {}, "c1"), call("count", {}, "c2"))

    @Tool.function
    def look() -> Any:
        return [Content.text("a picture")]

    conversation = new(client)
    client.conversations.run(
        conversation,
        model=MODEL,
        input="x",
        tools=[look],
        on_call={"count": lambda _: FunctionCallOutputItem.text("c2", "two")},
    )
    first, second = outputs(stored(client, conversation))
    assert content(first) == ["a picture"]
    assert second == "two"
