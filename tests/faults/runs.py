"""One append of many items through the proxy, by one client, and what came of it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import anyio
import httpx
from openai_conversations import AppendProgress, AsyncClient, Client, OpenAIError

from tests.faults.conversation import Item, newest_texts, texts
from tests.faults.proxy import Draw, FaultProxy

#: How often an append is resumed before a run is given up.
ROUNDS = 200


@dataclass(frozen=True)
class Settings:
    """What is the same for every client of a comparison."""

    timeout: float = 0.3
    max_retries: int = 8
    transport: str | None = None
    """Of our client; None is the fastest that is installed."""


@dataclass
class Outcome:
    """What a conversation holds after a run, against what was appended."""

    lost: int
    doubled: int
    noticed: int
    """How many of the doubled items the writer told of."""
    in_order: bool
    accounts: int
    """How often it gave up, and told what had landed."""
    untrue: int
    """How many of these accounts were not what the server held at that moment."""
    exchanges: int
    faults: int
    kinds: Counter[str]

    @property
    def perfect(self) -> bool:
        return not self.lost and not self.doubled and not self.untrue and self.in_order


#: Is told of the state of an append when it gives up, and at its end.
Check = Callable[[AppendProgress], None]
#: Appends the items to the conversation behind the URL, however often that takes.
Writer = Callable[[str, str, list[Item], Settings, Check], None]


def run(service: str, writer: Writer, items: list[Item], draw: Draw, settings: Settings) -> Outcome:
    """Let a writer append items to a new conversation, through faults.

    Args:
        service: the base URL of the service.
    """
    wanted: list[str] = [item["content"] for item in items]
    accounts: list[bool] = []
    noticed: set[str] = set()
    with FaultProxy(service, draw) as proxy, httpx.Client(base_url=service) as direct:
        conversation: str = direct.post("conversations", json={}).json()["id"]

        def check(progress: AppendProgress) -> None:
            noticed.update(progress.doubled_ids)
            # A second copy may be there still when an append gives up because it cannot delete it.
            newest = list(dict.fromkeys(newest_texts(direct, conversation, 60)))
            possible = range(progress.landed, progress.sent + 1)
            accounts.append(any(newest == wanted[:there][-len(newest) :] for there in possible))

        writer(proxy.url, conversation, items, settings, check)
        proxy.finish()
        found = texts(direct, conversation)
    there = set(found)
    return Outcome(
        lost=(Counter(wanted) - Counter(found)).total(),
        doubled=(Counter(found) - Counter(wanted)).total(),
        noticed=len(noticed),
        in_order=list(dict.fromkeys(found)) == [text for text in wanted if text in there],
        accounts=len(accounts),
        untrue=accounts.count(False),
        exchanges=len(proxy.exchanges),
        faults=proxy.struck.total(),
        kinds=proxy.struck,
    )


def append(
    url: str, conversation: str, items: list[Item], settings: Settings, check: Check
) -> None:
    """Append with our sync client, and resume whenever it gives up."""
    with Client(api_key="k", base_url=url, **asdict(settings)) as client:
        token = None
        for _ in range(ROUNDS):
            try:
                client.conversations.items.append(
                    conversation, items, resume=token, on_progress=check_last(check, items)
                )
                return
            except OpenAIError as error:
                if error.append:
                    token = error.append.token
                    check(error.append)


def check_last(check: Check, items: list[Item]) -> Check:
    """Return a callback that checks the report after the last item."""
    return lambda progress: check(progress) if progress.landed == len(items) else None


def append_async(
    url: str, conversation: str, items: list[Item], settings: Settings, check: Check
) -> None:
    """Append with our async client on asyncio."""
    anyio.run(_append_async, url, conversation, items, settings, check, backend="asyncio")


def append_trio(
    url: str, conversation: str, items: list[Item], settings: Settings, check: Check
) -> None:
    """Append with our async client on trio."""
    anyio.run(_append_async, url, conversation, items, settings, check, backend="trio")


async def _append_async(
    url: str, conversation: str, items: list[Item], settings: Settings, check: Check
) -> None:
    async with AsyncClient(api_key="k", base_url=url, **asdict(settings)) as client:
        token = None
        for _ in range(ROUNDS):
            try:
                await client.conversations.items.append(
                    conversation, items, resume=token, on_progress=check_last(check, items)
                )
                return
            except OpenAIError as error:
                if error.append:
                    token = error.append.token
                    check(error.append)


def peer(url: str, conversation: str, items: list[Item], settings: Settings, check: Check) -> None:
    """Loop over `items.create` of openai-python, sync, and pass over what it gives up on."""
    import openai  # takes a second

    with openai.OpenAI(
        api_key="k", base_url=url, timeout=settings.timeout, max_retries=settings.max_retries
    ) as client:
        for chunk in chunks(items):
            try:
                client.conversations.items.create(conversation, items=chunk)
            except openai.APIError:
                continue


def peer_async(
    url: str, conversation: str, items: list[Item], settings: Settings, check: Check
) -> None:
    """Loop over `items.create` of openai-python, async, as `peer` does."""
    import openai

    async def loop() -> None:
        async with openai.AsyncOpenAI(
            api_key="k", base_url=url, timeout=settings.timeout, max_retries=settings.max_retries
        ) as client:
            for chunk in chunks(items):
                try:
                    await client.conversations.items.create(conversation, items=chunk)
                except openai.APIError:
                    continue

    asyncio.run(loop())


def chunks(items: list[Item]) -> list[Any]:
    """Return the items in lists of 20, the most that a request takes."""
    return [items[start : start + 20] for start in range(0, len(items), 20)]
