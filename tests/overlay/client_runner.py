"""One test, several clients: the sync one, and the async one under asyncio and trio.

Both clients have the same methods, so that a test can be a function of a client that makes one
request; the function's result is awaited where it has to be. A test that needs more than that is
written in `_async`, and translated.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Callable
from typing import Any

import anyio
import anyio.to_thread
from openai_conversations import AsyncClient, Client

#: Name of the runner, and what its clients are given as `transport=`; None takes the fastest.
RUNNERS: tuple[tuple[str, str | None], ...] = (("sync", None), ("asyncio", None), ("trio", None))
#: With the transport that needs no extra as well; under trio there is no other.
EVERY_TRANSPORT = (*RUNNERS, ("asyncio", "httpx"))
Action = Callable[[Any], Any]


async def _awaited(value: Any) -> Any:
    return await value if isinstance(value, Awaitable) else value


class ClientRunner:
    """Makes the requests of a test.

    Attributes:
        name: "sync", "asyncio" or "trio".
        transport: what the clients are given as `transport=`; None takes the fastest.
    """

    def __init__(self, name: str, transport: str | None = None) -> None:
        self.name = name
        self.transport = transport

    def _options(self, url: str, options: dict[str, Any]) -> dict[str, Any]:
        return {"api_key": "sk-test", "base_url": url, "transport": self.transport, **options}

    def run(self, url: str, *actions: Action, **options: Any) -> Any:
        """Make a client for `url`, do the actions one after the other, close it.

        Returns:
            What the last action returned, or a list with all of it, if it is iterable.
        """
        options = self._options(url, options)
        if self.name == "sync":
            return self._run_sync(options, actions)
        return anyio.run(self._run_async, options, actions, backend=self.name)

    def _run_sync(self, options: dict[str, Any], actions: tuple[Action, ...]) -> Any:
        result: Any = None
        with Client(**options) as client:
            for action in actions:
                result = action(client)
        return result

    async def _run_async(self, options: dict[str, Any], actions: tuple[Action, ...]) -> Any:
        result: Any = None
        async with AsyncClient(**options) as client:
            for action in actions:
                result = await _awaited(action(client))
        return result

    def collect(self, url: str, action: Action, into: list[Any], **options: Any) -> list[Any]:
        """Iterate over what the action returns; `into` keeps what came before an error."""
        options = self._options(url, options)

        def sync() -> None:
            with Client(**options) as client:
                for element in action(client):
                    into.append(element)

        async def asynchronous() -> None:
            async with AsyncClient(**options) as client:
                found = action(client)
                if not isinstance(found, AsyncIterable):
                    found = await found
                async for element in found:
                    into.append(element)

        if self.name == "sync":
            sync()
        else:
            anyio.run(asynchronous, backend=self.name)
        return into
