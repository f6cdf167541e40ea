"""What is given for a `with` statement, where something open must be closed again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Generic, Protocol, TypeVar


class _AsyncClosable(Protocol):
    async def close(self) -> None: ...


_T = TypeVar("_T", bound=_AsyncClosable)


class AsyncResponseContextManager(Generic[_T]):
    """`async with` sends the request and gives what it opens; leaving the block closes that."""

    def __init__(self, send: Callable[[], Awaitable[_T]]) -> None:
        self._send = send
        self._opened: _T | None = None

    async def __aenter__(self) -> _T:
        self._opened = opened = await self._send()
        return opened

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._opened is not None:
            await self._opened.close()
