"""Runs with tools through the proxy, by one client, and what came of them."""

from __future__ import annotations

import json
import os
import signal
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import anyio
import httpx
from openai_conversations import AsyncClient, Client, OpenAIError, RunResult, Tool

from tests.faults.proxy import Draw, FaultProxy
from tests.faults.runs import Settings

#: How often a run is resumed before it is given up.
ROUNDS = 50
MODEL, INPUT, FINAL = "gpt-5.4", "Look up the three cities, twice.", "That is all."
#: The name of a file that makes a tool kill its process.
DIE = "die"
#: Calls of one response, and responses that call.
CALLS, TURNS = 3, 2


def scripted_model(request: dict[str, Any], context: list[dict[str, Any]]) -> Any:
    """Call `look_up` three times at once, and again with what came; then say that it is all."""
    outputs = sum(item["type"] == "function_call_output" for item in context)
    if outputs >= CALLS * TURNS:
        return FINAL
    return [
        {
            "type": "function_call",
            "name": "look_up",
            "call_id": f"call_{uuid.uuid4().hex}",
            "arguments": json.dumps({"key": f"{outputs}/{n}"}),
        }
        for n in range(CALLS)
    ]


@dataclass(frozen=True)
class Place:
    """Where a run takes place, and where it keeps what has to outlive its process."""

    url: str
    conversation: str
    folder: Path
    settings: Settings

    def look_up(self, key: str) -> str:
        """Look a key up: a tool with a side effect, a line in a file."""
        with (self.folder / "calls").open("a") as file:
            file.write(f"{os.getpid()} {key}\n")
        with suppress(FileNotFoundError):
            (self.folder / DIE).unlink()
            os.kill(os.getpid(), signal.SIGKILL)
        return f"value of {key}"

    def token(self) -> str | None:
        """Return the token that was saved last."""
        file = self.folder / "token"
        return file.read_text("utf-8") if file.exists() else None

    def save(self, result: RunResult[Any]) -> None:
        """Save the token of a run."""
        new = self.folder / "new"
        new.write_text(result.token, "utf-8")
        os.replace(new, self.folder / "token")


@dataclass
class Outcome:
    """What a conversation holds after a run, against what it should."""

    inputs: int
    """How often the input is there."""
    twice: int
    """Outputs beyond the first of a call."""
    open: int
    """Calls without an output."""
    rerun: int
    """Calls that one process ran again."""
    finals: int
    """How often the model has come to its end."""
    kills: int
    exchanges: int
    faults: int

    @property
    def perfect(self) -> bool:
        wrong = self.twice or self.open or self.rerun
        return self.inputs == 1 and not wrong and self.finals > 0


#: Runs to the end, however often it has to be resumed; may be killed on the way.
Runner = Callable[[Place], None]
#: Starts a runner, again after each kill, and returns how often it was killed.
Start = Callable[[Runner, Place, FaultProxy], int]


def in_this_process(runner: Runner, place: Place, proxy: FaultProxy) -> int:
    """Start a runner that nobody kills."""
    runner(place)
    return 0


def run(
    service: str,
    runner: Runner,
    draw: Draw,
    settings: Settings,
    folder: Path,
    start: Start = in_this_process,
) -> Outcome:
    """Let a runner run tools on a new conversation, through faults.

    Args:
        service: the base URL of the service, whose model is `scripted_model`.
        folder: empty.
    """
    with FaultProxy(service, draw) as proxy, httpx.Client(base_url=service) as direct:
        conversation: str = direct.post("conversations", json={}).json()["id"]
        kills = start(runner, Place(proxy.url, conversation, folder, settings), proxy)
        query = {"order": "asc", "limit": "100"}
        found = direct.get(f"conversations/{conversation}/items", params=query).json()["data"]
        exchanges, faults = len(proxy.exchanges), proxy.struck.total()
    outputs = Counter(i["call_id"] for i in found if i["type"] == "function_call_output")
    calls = [item["call_id"] for item in found if item["type"] == "function_call"]
    roles = Counter(item.get("role") for item in found)
    lines = (folder / "calls").read_text().split("\n") if (folder / "calls").exists() else []
    return Outcome(
        inputs=roles["user"],
        twice=(outputs - Counter(set(outputs))).total(),
        open=sum(call not in outputs for call in calls),
        rerun=sum(n - 1 for line, n in Counter(lines).items() if line),
        finals=roles["assistant"],
        kills=kills,
        exchanges=exchanges,
        faults=faults,
    )


def run_tools(place: Place) -> None:
    """Run with our sync client, and resume whenever it gives up."""
    _run_until_done(place, lambda client, asked: client.conversations.run(**asked))


def run_tools_streamed(place: Place) -> None:
    """Run with our sync client, as a stream."""

    def run(client: Client, asked: dict[str, Any]) -> None:
        with client.conversations.run_stream(**asked) as stream:
            stream.get_final_result()

    _run_until_done(place, run)


def _run_until_done(place: Place, run: Callable[[Client, dict[str, Any]], object]) -> None:
    asked = _arguments(place)
    with Client(api_key="k", base_url=place.url, **asdict(place.settings)) as client:
        for _ in range(ROUNDS):
            try:
                run(client, asked)
            except OpenAIError as error:
                asked["resume"] = error.run if place.token() else None
            else:
                return


def _arguments(place: Place) -> dict[str, Any]:
    return {
        "conversation_id": place.conversation,
        "model": MODEL,
        "input": INPUT,
        "tools": [Tool.function(place.look_up)],
        "resume": place.token(),
        "on_progress": place.save,
    }


def run_tools_async(place: Place) -> None:
    """Run with our async client on asyncio."""
    anyio.run(_run_tools, place, backend="asyncio")


def run_tools_trio(place: Place) -> None:
    """Run with our async client on trio."""
    anyio.run(_run_tools, place, backend="trio")


async def _run_tools(place: Place) -> None:
    asked = _arguments(place)
    async with AsyncClient(api_key="k", base_url=place.url, **asdict(place.settings)) as client:
        for _ in range(ROUNDS):
            try:
                await client.conversations.run(**asked)
            except OpenAIError as error:
                asked["resume"] = error.run if place.token() else None
            else:
                return


def peer(place: Place) -> None:
    """Loop by hand over `responses.create` of openai-python, as its guides do.

    After an error, and after a kill, it begins where it was or, if that is lost, at the beginning.
    """
    import openai  # takes a second

    tool: Any = Tool.function(place.look_up)
    with (
        openai.OpenAI(
            api_key="k",
            base_url=place.url,
            timeout=place.settings.timeout,
            max_retries=place.settings.max_retries,
        ) as client,
        ThreadPoolExecutor() as threads,
    ):
        new: Any = [{"role": "user", "content": INPUT}]
        for _ in range(ROUNDS):
            try:
                response = client.responses.create(
                    model=MODEL,
                    conversation=place.conversation,
                    input=new,
                    tools=[tool.to_dict()],
                )
                calls: list[Any] = [one for one in response.output if one.type == "function_call"]
            except (openai.APIError, AttributeError):  # a page of HTML comes as a string
                continue
            if not calls:
                return
            results = threads.map(lambda one: tool.call(one.arguments), calls)
            new = [
                {"type": "function_call_output", "call_id": one.call_id, "output": result}
                for one, result in zip(calls, results, strict=True)
            ]
