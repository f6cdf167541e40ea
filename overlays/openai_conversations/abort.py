"""A switch that ends requests which are under way, from any thread or task.

It does no I/O and knows no event loop: code that waits subscribes a callback. So one signal serves
sync and async requests alike, many of them at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from ._transport.forks import renew_in_child


class AbortSignal:
    """Ends the methods that were given it as `abort=`, once `set()` is called.

    Each of them then ends within 100 ms with `RequestAbortedError`, which says how far it had come;
    the client can be used as before. A signal that is set stays set: a method that is given one
    sends nothing.
    """

    __slots__ = ("__weakref__", "_callbacks", "_event", "_lock", "reason")

    def __init__(self) -> None:
        self.reason: str | None = None
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._callbacks: dict[object, Callable[[], object]] = {}
        renew_in_child(self, AbortSignal._begin_in_child)

    def _begin_in_child(self) -> None:
        # A thread of the parent may hold the locks, and its requests are not here.
        was_set = self._event.is_set()
        self._event, self._lock, self._callbacks = threading.Event(), threading.Lock(), {}
        if was_set:
            self._event.set()

    def set(self, reason: str | None = None) -> None:
        """End the requests that were given this signal. Only the first `set` counts.

        Args:
            reason: Appears in the errors' text and as their `reason`.
        """
        with self._lock:
            if self._event.is_set():
                return
            self.reason = reason
            self._event.set()
            callbacks = list(self._callbacks.values())
            self._callbacks.clear()
        for callback in callbacks:
            callback()

    def is_set(self) -> bool:
        """Tell whether `set` has been called."""
        return self._event.is_set()

    def wait(self, timeout: float | None = None) -> bool:
        """Block this thread until the signal is set.

        Returns:
            False if `timeout` seconds pass first.
        """
        return self._event.wait(timeout)

    def subscribe(self, callback: Callable[[], object]) -> Callable[[], None]:
        """Have `callback` called once, from the thread that sets the signal (at once if it is set).

        Args:
            callback: Must be quick and must not raise.

        Returns:
            A function that unsubscribes the callback.
        """
        key = object()
        with self._lock:
            if not self._event.is_set():
                self._callbacks[key] = callback
                return lambda: self._unsubscribe(key)
        callback()
        return lambda: None

    def _unsubscribe(self, key: object) -> None:
        with self._lock:
            self._callbacks.pop(key, None)

    def __repr__(self) -> str:
        return f"AbortSignal({'set' if self.is_set() else 'not set'})"
