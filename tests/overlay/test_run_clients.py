"""What only one of the clients has in a run: async tools, cancellation, Ctrl-C."""

from __future__ import annotations

import asyncio
from typing import Any

import anyio
import pytest
from openai_conversations import AsyncClient, Client, InvalidArgumentError, RunResult, Tool
from openai_conversations.local.fault_injection import (
    FaultInjectingService,
    Respond,
)
from openai_conversations.local.service import ServiceResponse

from tests.overlay.run_cases import RESPOND, call, calls_then_text, no_pauses, outputs, strike

MODEL = "gpt-5.4"


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    no_pauses(monkeypatch)


def stored(client: Client, conversation: str) -> list[Any]:
    listed = client.conversations.items.list(conversation, order="asc", limit=100)
    return [item.to_dict() for item in listed]


@Tool.function
async def sleepy(city: str) -> str:
    """Wait for ever, but for one city."""
    if city != "Rome":
        await anyio.sleep_forever()
    return "rain"


async def decide(item: Any) -> bool:
    return True


@pytest.mark.parametrize(
    ("argument", "named"),
    [
        ({"tools": [sleepy]}, r"tools \(sleepy\)"),
        ({"on_call": {"f": decide}}, r"on_call\['f'\]"),
        ({"on_approval": decide}, "on_approval"),
    ],
)
def test_the_sync_client_refuses_async_functions(
    conversations_client: Client,
    conversations_local: FaultInjectingService,
    argument: Any,
    named: str,
) -> None:
    with pytest.raises(InvalidArgumentError, match=rf"{named}: expected a function that is not"):
        conversations_client.conversations.run("conv_1", model=MODEL, **argument)
    assert not conversations_local.requests


def test_what_only_turns_out_to_be_async_is_told(
    conversations_client: Client, conversations_local: FaultInjectingService
) -> None:
    conversations_local.model.enqueue(call("f", {}))
    conversation = conversations_client.conversations.create().id
    conversations_client.conversations.run(
        conversation, model=MODEL, input="x", on_call={"f": lambda text: decide(text)}
    )
    [text] = outputs(stored(conversations_client, conversation))
    assert "not async" in text


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_async_functions_run_at_the_same_time(
    conversations_async_client: AsyncClient,
    conversations_local: FaultInjectingService,
    backend: str,
) -> None:
    client, model = conversations_async_client, conversations_local.model
    model.fallback = calls_then_text("Rome", "Oslo")
    reports: list[int] = []

    async def run() -> RunResult[None]:
        both = anyio.Event()
        started: list[str] = []

        @Tool.function
        async def get_weather(city: str) -> str:
            started.append(city)
            if len(started) == 2:
                both.set()
            await both.wait()
            return f"rain in {city}"

        async def report(result: RunResult[Any]) -> None:
            reports.append(result.turns)

        conversation = (await client.conversations.create()).id
        return await client.conversations.run(
            conversation, model=MODEL, input="x", tools=[get_weather], on_progress=report
        )

    assert anyio.run(run, backend=backend).output_text == "Rain in Rome. Rain in Oslo."
    assert reports == sorted(reports)
    assert reports[-1] == 2


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_cancellation_leaves_no_call_open(
    conversations_async_client: AsyncClient,
    conversations_local: FaultInjectingService,
    backend: str,
) -> None:
    client = conversations_async_client
    conversations_local.model.enqueue(
        call("sleepy", {"city": "Rome"}), call("sleepy", {"city": "Oslo"})
    )

    async def run() -> list[Any]:
        conversation = (await client.conversations.create()).id
        async with anyio.create_task_group() as group:

            async def work() -> None:
                await client.conversations.run(
                    conversation, model=MODEL, input="x", tools=[sleepy], abort_output="stopped"
                )

            group.start_soon(work)
            while conversations_local.model.pending:
                await anyio.lowlevel.checkpoint()
            await anyio.wait_all_tasks_blocked()
            group.cancel_scope.cancel()
        listed = client.conversations.items.list(conversation, order="asc")
        return outputs([item.to_dict() async for item in listed])

    assert anyio.run(run, backend=backend) in (["rain", "stopped"], ["stopped"] * 2)


def test_a_task_that_is_cancelled_leaves_no_call_open(
    conversations_async_client: AsyncClient, conversations_local: FaultInjectingService
) -> None:
    client = conversations_async_client
    conversations_local.model.enqueue(call("sleepy", {"city": "Oslo"}))

    async def run() -> list[Any]:
        conversation = (await client.conversations.create()).id
        started = asyncio.Event()

        @Tool.function(name="sleepy")
        async def sleepy(city: str) -> None:
            started.set()
            await asyncio.Event().wait()

        task = asyncio.ensure_future(
            client.conversations.run(conversation, model=MODEL, input="x", tools=[sleepy])
        )
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        listed = client.conversations.items.list(conversation, order="asc")
        return outputs([item.to_dict() async for item in listed])

    assert asyncio.run(run()) == ["aborted"]


@pytest.mark.parametrize("moment", ["response", "outputs"])
def test_ctrl_c_leaves_no_call_open(
    conversations_client: Client,
    conversations_local: FaultInjectingService,
    moment: str,
) -> None:
    conversations_local.model.fallback = calls_then_text("Rome", "Oslo")

    def interrupt(respond: Respond) -> ServiceResponse:
        respond()
        raise KeyboardInterrupt

    if moment == "outputs":
        strike(conversations_local, lambda respond: respond(), "POST /conversations/*/items")
    on = RESPOND if moment == "response" else "POST /conversations/*/items"
    strike(conversations_local, interrupt, on)
    conversation = conversations_client.conversations.create().id

    @Tool.function
    def get_weather(city: str) -> str:
        return f"rain in {city}"

    with pytest.raises(KeyboardInterrupt):
        conversations_client.conversations.run(
            conversation, model=MODEL, input="x", tools=[get_weather]
        )
    found = outputs(stored(conversations_client, conversation))
    expected = ["aborted"] * 2 if moment == "response" else ["rain in Rome", "rain in Oslo"]
    assert found == expected


def test_closing_takes_no_longer_than_it_may(
    conversations_client: Client,
    conversations_local: FaultInjectingService,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    from openai_conversations._sync import run

    # The time is over before it begins.
    monkeypatch.setattr(run, "within", lambda seconds, work, interrupt: (interrupt(), work()))
    conversations_local.model.fallback = calls_then_text("Rome")

    @Tool.function
    def get_weather(city: str) -> str:
        raise SystemExit

    with pytest.raises(SystemExit):
        conversations_client.conversations.run(
            conversations_client.conversations.create().id,
            model=MODEL,
            input="x",
            tools=[get_weather],
        )
    assert "calls may be left open: RequestAbortedError" in caplog.text
