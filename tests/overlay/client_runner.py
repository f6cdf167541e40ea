"""One test, several clients: the sync one, and the async one under asyncio and trio.

Both clients have the same methods, so that a test can be a function of a client that makes one
request; the function's result is awaited where it has to be. A test that needs more than that is
written in `_async`, and translated.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from typing import Any

import anyio
import anyio.to_thread
import httpx
import httpx2
from openai_conversations import AsyncClient, Client

#: Name of the runner, and what its clients are given as `transport=`; None takes the fastest.
RUNNERS: tuple[tuple[str, str | None], ...] = (("sync", None), ("asyncio", None), ("trio", None))
#: With the transport that needs no extra as well; under trio there is no other.
EVERY_TRANSPORT = (*RUNNERS, ("asyncio", "httpx"))
#: With an `http_client=` of httpx2.
HTTPX2 = (("sync", "httpx2"), ("asyncio", "httpx2"))
Action = Callable[[Any], Any]


async def _awaited(value: Any) -> Any:
    return await value if isinstance(value, Awaitable) else value


class ClientRunner:
    """Makes the requests of a test.

    Attributes:
        name: "sync", "asyncio" or "trio".
        transport: what the clients are given as `transport=`; None takes the fastest, and "httpx2"
            gives them an `http_client=`.
        library: that requests and responses are of.
    """

    def __init__(self, name: str, transport: str | None = None) -> None:
        self.name = name
        self.transport = transport
        self.library: Any = httpx2 if transport == "httpx2" else httpx

    def _options(self, url: str, options: dict[str, Any]) -> dict[str, Any]:
        # An `http_client=` wins over it.
        transport = None if self.transport == "httpx2" else self.transport
        return {"api_key": "sk-test", "base_url": url, "transport": transport, **options}

    @contextmanager
    def _client(self, options: dict[str, Any]) -> Iterator[Client]:
        with ExitStack() as stack:
            if self.transport == "httpx2":
                options = {"http_client": stack.enter_context(httpx2.Client()), **options}
            yield stack.enter_context(Client(**options))

    @asynccontextmanager
    async def _async_client(self, options: dict[str, Any]) -> AsyncIterator[AsyncClient]:
        async with AsyncExitStack() as stack:
            if self.transport == "httpx2":
                http_client = await stack.enter_async_context(httpx2.AsyncClient())
                options = {"http_client": http_client, **options}
            yield await stack.enter_async_context(AsyncClient(**options))

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
        with self._client(options) as client:
            for action in actions:
                result = action(client)
        return result

    async def _run_async(self, options: dict[str, Any], actions: tuple[Action, ...]) -> Any:
        result: Any = None
        async with self._async_client(options) as client:
            for action in actions:
                result = await _awaited(action(client))
        return result

    def collect(self, url: str, action: Action, into: list[Any], **options: Any) -> list[Any]:
        """Iterate over what the action returns; `into` keeps what came before an error."""
        options = self._options(url, options)

        def sync() -> None:
            with self._client(options) as client:
                for element in action(client):
                    into.append(element)

        async def asynchronous() -> None:
            async with self._async_client(options) as client:
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
