"""Local mode with a long list: a page of 1,000,000 items, beside the same page of 1,000."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing
from itertools import cycle
from pathlib import Path

from openai_conversations.local.service import LocalService, ServiceRequest
from openai_conversations.local.store import Store

from benchmarks.measure import FLOOR, OURS, Row, Work, interleaved

LONG, SHORT = 1_000_000, 1_000
PAGE = 100
MEANS = {FLOOR: f"the same pages of {SHORT:,} items"}
TARGET = 1.1
#: Items as the service stores them. SQLite makes them: a million in three seconds.
FILL = """
INSERT INTO items
WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?2)
SELECT ?1, n, printf('msg_%032x', n), printf('{"id":"msg_%032x","type":"message","role":"user",'
    || '"status":"completed","content":[{"type":"input_text","text":"message %d"}]}', n, n)
FROM numbers
"""


def rows(repetitions: int, long: int = LONG) -> list[Row]:
    """Measure everything of this module now."""
    with tempfile.TemporaryDirectory() as folder:
        paths = {"in memory": None, "in a file": Path(folder, "local.sqlite")}
        return [_row(where, path, repetitions, long) for where, path in paths.items()]


def _row(where: str, path: Path | None, repetitions: int, long: int) -> Row:
    with closing(LocalService(path)) as service:
        ids = {count: fill(service._store, count) for count in (long, SHORT)}
        pages = {
            OURS: _reader(service, ids[long], long),
            FLOOR: _reader(service, ids[SHORT], SHORT),
        }
        results = interleaved(pages, 1, 3 * repetitions)
    work = f"local mode, list {PAGE} of {long:,} items {where}: flat"
    return Row(work, "µs", results, targets={FLOOR: TARGET}, means=MEANS)


def fill(store: Store, count: int) -> str:
    """Write a conversation of so many items into a store, and return its id."""
    id = f"conv_{count:048x}"
    with store.transaction():
        store.run(FILL, (store.add_conversation(id, 1_700_000_000, {}), count))
    return id


def _reader(service: LocalService, id: str, count: int) -> Work:
    """Return what reads a page: the newest, the oldest, and from the middle both ways, in turn."""
    middle, oldest = ("after", f"msg_{count // 2:032x}"), ("order", "asc")
    limit = ("limit", str(PAGE))
    requests: Iterator[ServiceRequest] = cycle(
        ServiceRequest("GET", f"/conversations/{id}/items", [limit, *query], {}, b"")
        for query in ([], [oldest], [middle], [middle, oldest])
    )

    def read() -> None:
        response = service.handle(next(requests))
        assert response.status == 200, response.body

    return read
