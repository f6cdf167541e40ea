"""What a forked child must not share with its parent: connections, locks, waiting threads.

A child begins with a copy of every object, and with a copy of every descriptor, which leads to the
same socket. If both went on, each could read the responses to the other's requests; a lock that a
thread of the parent held would stay locked for ever. So an object that has any of these registers
how it begins anew. That costs nothing while requests are sent.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import Any, Protocol, TypeVar
from weakref import WeakKeyDictionary

_T = TypeVar("_T")
_renewals: WeakKeyDictionary[Any, Callable[[Any], object]] = WeakKeyDictionary()


class _HasSocket(Protocol):
    def get_extra_info(self, name: str, /) -> Any: ...


def renew_in_child(owner: _T, renew: Callable[[_T], object]) -> None:
    """Have `renew(owner)` called in each forked child, for as long as `owner` lives.

    Args:
        renew: Must not refer to `owner`, or that would live for ever.
    """
    _renewals[owner] = renew


def _in_child() -> None:
    with ExitStack() as stack:  # calls all of them, whatever one raises
        for owner, renew in list(_renewals.items()):
            stack.callback(renew, owner)


def close_in_child(stream: _HasSocket | None) -> None:
    """Close this process's descriptor of a network stream, and send nothing to its other end."""
    sock = None if stream is None else stream.get_extra_info("socket")
    with suppress(OSError):
        if isinstance(sock, socket.socket):
            # Not `SSLSocket.unwrap` or `shutdown`, which the parent's peer would notice.
            socket.socket.close(sock)
        elif sock is not None and sock.fileno() >= 0:
            # asyncio keeps its socket to itself, and would close the number again later. With
            # something else behind it, neither that nor its `epoll_ctl` reaches the parent.
            null = os.open(os.devnull, os.O_RDWR)
            os.dup2(null, sock.fileno(), inheritable=False)
            os.close(null)


if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(after_in_child=_in_child)
