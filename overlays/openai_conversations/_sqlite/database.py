"""One SQLite database: opening it safely, one statement at a time, and transactions.

A change is acknowledged after its transaction is on disk (WAL with `synchronous=FULL`), so that it
survives the death of the process. Other processes may use the same file at the same time.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from itertools import count
from typing import Any, ClassVar, NamedTuple, TypeVar

from .._request.validation import describe_path
from .database_file import DatabaseFile, StoreError, check_path

T = TypeVar("T")

#: How long a writer waits for another process before it gives up, in seconds.
BUSY_TIMEOUT = 30.0


class Layout(NamedTuple):
    """What is in a file.

    Attributes:
        application_id: marks it: the database of another program is never changed.
        version: of the tables.
        schema: the statements that make them.
        younger: one that is run whenever a file is opened, for what older files lack.
    """

    application_id: int
    version: int
    schema: str
    younger: str = ""


class RefusedRowError(sqlite3.IntegrityError):
    """One of several rows is against a rule of its table, and those behind it were not tried.

    Attributes:
        index: of the row among those that were given.
    """

    def __init__(self, message: str, index: int) -> None:
        super().__init__(message)
        self.index = index


class Database:
    """One open database. Thread-safe: one statement or transaction runs at a time.

    One that is dropped without `close`, or still open when the interpreter ends, is closed without
    a warning. A file that does not exist is made, for this user alone (mode 0600). Without a path,
    the database is in memory. The `layout` of the subclass says what is in it.

    Raises:
        InvalidArgumentError: If the path is not one.
        StoreError: If the file cannot be opened or written, or belongs to another program.
    """

    layout: ClassVar[Layout]

    def __init__(self, path: str | os.PathLike[str] | None) -> None:
        self.closed = False
        self._lock = threading.RLock()
        name = check_path(path)
        shown = describe_path(name or ":memory:")
        self._file = DatabaseFile(name) if name is not None else None
        try:
            self._db = sqlite3.connect(
                name or ":memory:",
                timeout=BUSY_TIMEOUT,
                isolation_level=None,
                check_same_thread=False,
            )
        except sqlite3.Error as error:
            raise StoreError(f"cannot open the database {shown}: {error}") from error
        # Python 3.13 warns of a connection that nobody closed. Nothing can be lost here: all that
        # was acknowledged is on disk.
        self._close = weakref.finalize(self, self._db.close)
        try:
            self._prepare(shown)
        except (sqlite3.Error, StoreError) as error:
            self._close()
            if isinstance(error, StoreError):
                raise
            raise StoreError(f"cannot use {shown} as a database: {error}") from error
        if self._file is not None:
            self._file.opened()

    def close(self) -> None:
        """Close the database; a second time does nothing."""
        with self._lock:
            self.closed = True
            self._close()
            if self._file is not None:
                self._file.closed()

    @contextmanager
    def transaction(self, *, join: bool = False) -> Generator[None]:
        """Make all statements inside take effect, on disk, or none of them. Do not nest.

        With `join` they are part of the transaction that this thread is in the middle of, if it is:
        the garbage collector may close a stream at any moment. A `StoreError` at its end says that
        they took effect in a file that was deleted or moved.
        """
        with self._lock:
            if join and self._db.in_transaction:
                yield
                return
            with self._db:
                self._db.execute("BEGIN IMMEDIATE")
                yield
            self.check_file(written=True)

    def transact(self, work: Callable[[], T]) -> T:
        """Call a function in a transaction, and return its result.

        Unlike `transaction`, it has ended when an interrupt (Ctrl+C) leaves here: that may be
        raised before a generator is told that its block has ended.
        """
        with self._lock:
            with self._db:
                self._db.execute("BEGIN IMMEDIATE")
                result = work()
            self.check_file(written=True)
            return result

    def at_once(self, work: Callable[[], T]) -> T | None:
        """Call a function and return its result, or return None if another thread is at work.

        Reads inside wait for nobody, as no reader of a WAL database waits for a writer.
        """
        if not self._lock.acquire(blocking=False):
            return None
        try:
            return work()
        finally:
            self._lock.release()

    def check_file(self, *, written: bool = False) -> None:
        """Raise `StoreError` unless the file is still the one that was opened."""
        if self._file is not None:
            self._file.check(written=written)

    def run(self, sql: str, values: tuple[Any, ...] = ()) -> int:
        """Run one statement; return the key of the row that it added, or 0 if it did not."""
        with self._lock:
            return self._db.execute(sql, values).lastrowid or 0

    def run_each(self, sql: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Run one statement that adds or changes a row with each of these values, in turn.

        Raises:
            RefusedRowError: If the statement breaks a constraint with one of them.
        """
        with self._lock:
            before = self._db.total_changes
            try:
                self._db.executemany(sql, rows)
            except sqlite3.IntegrityError as error:
                raise RefusedRowError(str(error), self._db.total_changes - before) from error

    def rows(self, sql: str, values: tuple[Any, ...] = ()) -> list[Any]:
        """Return all rows of a query."""
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def row(self, sql: str, values: tuple[Any, ...] = ()) -> Any:
        """Return the first row of a query, or None."""
        rows = self.rows(sql, values)
        return rows[0] if rows else None

    def _prepare(self, name: str) -> None:
        application_id, layout_version, schema, younger = self.layout
        # Two sorts of files are accepted: 1. an empty one, 2. one with this id and this layout.
        with self._db:
            self._db.execute("BEGIN")  # one state of the file: another process may be preparing it
            [application] = self.row("PRAGMA application_id")
            [version] = self.row("PRAGMA user_version")
            empty = self.row("SELECT 1 FROM sqlite_schema") is None
        if application != application_id and not (application == 0 and empty):
            raise StoreError(f"{name} is the database of another program")
        if version not in (0, layout_version):
            found = f"layout {version}, not {layout_version}"
            raise StoreError(f"{name} was written by another version: {found}")
        self._use_wal()
        self._db.execute("PRAGMA synchronous = FULL")
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            # Checked again in a transaction: another process may be preparing the same file.
            if self.row("PRAGMA application_id") != (application_id,):
                for statement in filter(str.strip, schema.split(";")):
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA application_id = {application_id}")
                self._db.execute(f"PRAGMA user_version = {layout_version}")
            self._db.execute(younger)

    def _use_wal(self) -> None:
        # SQLite does not wait for other processes here, whatever the timeout says. Counted, not
        # timed: a test may have stopped the clock.
        pause, busy = 0.01, (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
        for attempt in count(1):
            try:
                self._db.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                primary = error.sqlite_errorcode & 0xFF  # without what the extended code adds
                if primary not in busy or attempt * pause > BUSY_TIMEOUT:
                    raise
                time.sleep(pause)
