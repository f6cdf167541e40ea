"""The translation of async source: each rule on a few lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import unasync
from tools.errors import ToolError
from tools.unasync import translate

HEAD = "# Made from _async/x.py by tools/unasync. Do not edit.\n"

RULES = [
    ("async def f():\n    return await g()\n", "def f():\n    return g()\n"),
    ("async with a as b, c:\n    pass\n", "with a as b, c:\n    pass\n"),
    ("x = [y async for y in z]\n", "x = [y for y in z]\n"),
    ("await f(await g())\n", "f(g())\n"),
    ("class AsyncA(AsyncB): ...\n", "class A(B): ...\n"),
    ("class _AsyncA: ...\n", "class _A: ...\n"),
    ("Asyncio = asynchronous = AsyncX\n", "Asyncio = asynchronous = X\n"),
    ("httpx.AsyncByteStream\n", "httpx.SyncByteStream\n"),
    ("x.__aenter__().aclose()\n", "x.__enter__().close()\n"),
    ("def f(x: Awaitable[list[int]]): ...\n", "def f(x: list[int]): ...\n"),
    ("def f() -> AsyncPaginator[AsyncPage[T], T]: ...\n", "def f() -> Page[T]: ...\n"),
    ("x: Callable[[], Awaitable[A[B, C]]]\n", "x: Callable[[], A[B, C]]\n"),
    ('"""await x, `AsyncA`; async with y."""\n', '"""x, `A`; with y."""\n'),
    ("x = 1  # AsyncA awaits; await it\n", "x = 1  # A awaits; it\n"),
    (
        "from .concurrency_async import AsyncPaginator, sleep\n",
        "from .concurrency_sync import sleep\n",
    ),
    (
        "from a import AsyncIterator, Awaitable, Iterator\n",
        "from a import Iterator\n",
    ),
    ("from a import Awaitable\nx = 1\n", "x = 1\n"),
    ("f'{await x} AsyncA'\n", "f'{x} A'\n"),
    ("if x:\n    await y\n\n\n# end\n", "if x:\n    y\n\n\n# end\n"),
]


@pytest.mark.parametrize(("source", "expected"), RULES)
def test_a_rule(source: str, expected: str) -> None:
    assert translate(source, "_async/x.py") == HEAD + expected


def test_what_is_sync_already_stays_as_it_is() -> None:
    source = "import os\n\n\ndef f(a: int = 1) -> str:\n    # why\n    return 'x' * a\n"
    assert translate(source, "_async/x.py") == HEAD + source


def test_a_long_import_is_wrapped() -> None:
    names = [f"AsyncName{number:02}" for number in range(12)]
    source = f"from a import ({', '.join([*names, 'Awaitable'])})\n"
    lines = translate(source, "_async/x.py").splitlines()[1:]
    assert lines == ["from a import (", *(f"    Name{n:02}," for n in range(12)), ")"]


def test_check_names_what_is_stale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, target = tmp_path / "_async", tmp_path / "_sync"
    source.mkdir()
    (source / "a.py").write_text("async def f(): ...\n")
    monkeypatch.setattr(unasync, "FOLDERS", (tmp_path,))
    unasync.main()
    assert (target / "a.py").read_text() == HEAD.replace("x.py", "a.py") + "def f(): ...\n"
    unasync.main(["--check"])
    (target / "left.py").write_text("")
    (target / "conftest.py").write_text("")
    (target / "a.py").write_text("changed")
    with pytest.raises(ToolError, match=r"/_sync/a\.py, .*/_sync/left\.py\. "):
        unasync.main(["--check"])
    unasync.main()
    assert {path.name for path in target.iterdir()} == {"a.py", "conftest.py"}
