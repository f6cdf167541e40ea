# Made from _async/context_managers.py by tools/unasync. Do not edit.
"""What is given for a `with` statement, where something open must be closed again."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Generic, Protocol, TypeVar


class _Closable(Protocol):
    def close(self) -> None: ...


_T = TypeVar("_T", bound=_Closable)


class ResponseContextManager(Generic[_T]):
    """`with` sends the request and gives what it opens; leaving the block closes that."""

    def __init__(self, send: Callable[[], _T]) -> None:
        self._send = send
        self._opened: _T | None = None

    def __enter__(self) -> _T:
        self._opened = opened = self._send()
        return opened

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._opened is not None:
            self._opened.close()
