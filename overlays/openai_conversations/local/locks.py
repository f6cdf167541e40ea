"""Locks on conversations and responses: a conversation takes one response at a time.

A lock is a row in the database, because several processes may serve one file. It belongs to an
owner (a response) and usually to a process. It ends in one of three ways:

1. its owner releases it;
2. its process has died: on the same machine it is free at once;
3. its time is over: on another machine, and for a response that no process is working on.
"""

from __future__ import annotations

import os
import socket
import sys
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from .._sqlite.database import Database

#: How long a lock lasts if it is not released, in seconds.
LOCK_SECONDS = 600.0

# A restarted container often gets the process id that its predecessor had.
_PROCESS_TOKEN = uuid.uuid4().hex


@dataclass(frozen=True, slots=True)
class Locks:
    """The locks of one database. Every method must be called inside a transaction."""

    # The table has the name that it has in files of layout 1.
    database: Database
    clock: Callable[[], float]

    def acquire(self, name: str, owner: str, *, outlives_process: bool = False) -> bool:
        """Lock a name for an owner and return True, or return False if it is locked."""
        if self.is_locked(name):
            return False
        process = f"{socket.gethostname()}/{os.getpid()}/{_PROCESS_TOKEN}"
        row = (name, owner, None if outlives_process else process, self.clock() + LOCK_SECONDS)
        self.database.run("INSERT OR REPLACE INTO leases VALUES (?, ?, ?, ?)", row)
        return True

    def is_locked(self, name: str) -> bool:
        """Return whether a name is locked."""
        row = self.database.row("SELECT process, until FROM leases WHERE name = ?", (name,))
        process, until = row or (None, 0)
        return bool(until > self.clock()) and (process is None or not _is_dead(process))

    def release(self, owner: str) -> None:
        """Unlock all that this owner has locked, and nothing that another one has by now."""
        self.database.run("DELETE FROM leases WHERE owner = ?", (owner,))


def _is_dead(process: str) -> bool:
    host, pid, token = process.rsplit("/", 2)
    # Windows has no harmless way to ask; there the time of the lock decides.
    if host != socket.gethostname() or sys.platform == "win32":
        return False
    if int(pid) == os.getpid():
        return token != _PROCESS_TOKEN
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass  # It is alive, and another user's.
    return False
