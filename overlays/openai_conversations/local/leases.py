"""Who is working on what: a conversation takes one response at a time.

A lease is a row in the store, because several processes may serve one file. It belongs to an
owner (a response) and usually to a process, so that what a dead process held is free at once on
the same machine; elsewhere, and for work that no process is at, it runs out.
"""

from __future__ import annotations

import os
import socket
import sys
import uuid
from collections.abc import Callable

from .store import Store

#: How long a lease lasts when it is not given back, in seconds.
LEASE = 600.0

# A restarted container often gets the process id that its predecessor had.
_PROCESS = uuid.uuid4().hex


class Leases:
    """The leases of one store. Every method is to be called inside a transaction."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock

    def take(self, name: str, owner: str, *, outlives_process: bool = False) -> bool:
        """Take a name for an owner if it is free; says whether it was."""
        if self.held(name):
            return False
        process = None if outlives_process else f"{socket.gethostname()}/{os.getpid()}/{_PROCESS}"
        self._store.set_lease(name, owner, process, self._clock() + LEASE)
        return True

    def held(self, name: str) -> bool:
        """Whether a name is taken."""
        lease = self._store.lease(name)
        if lease is None:
            return False
        process, until = lease
        return until > self._clock() and (process is None or not _dead(process))

    def give_back(self, name: str, owner: str) -> None:
        """Free a name; nothing happens when another owner has it by now."""
        self._store.delete_lease(name, owner)


def _dead(process: str) -> bool:
    host, pid, token = process.rsplit("/", 2)
    # Windows has no harmless way to ask; there the lease runs out.
    if host != socket.gethostname() or sys.platform == "win32":
        return False
    if int(pid) == os.getpid():
        return token != _PROCESS
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
