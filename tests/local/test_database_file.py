"""The file of a database: what is refused as one, who may read it, and what happens to it."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from openai_conversations import AsyncClient, Client, InternalServerError, InvalidArgumentError
from openai_conversations.cli import main
from openai_conversations.local import LocalService, StoreError
from openai_conversations.local.store import Store

from tests.local.calls import ask, new_conversation, texts_of

WRONG_PATHS = [
    "",
    "  ",
    "a\0b",
    "file:x.sqlite",
    "file::memory:?cache=shared",
    "\ud800",
    b"x",
    3,
    0.5,
]
WRONG_PATHS += [True, ["x"], Path("a\0b")]


@pytest.mark.parametrize("path", WRONG_PATHS, ids=repr)
@pytest.mark.parametrize("make", [Client.local, AsyncClient.local, LocalService])
def test_a_wrong_path_is_refused(make: Callable[[Any], object], path: Any) -> None:
    with pytest.raises(InvalidArgumentError, match=r"^path: expected the path of a file"):
        make(path)


@pytest.mark.parametrize("path", ["", "file:x.sqlite"])
def test_the_command_refuses_it_in_one_line(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--port", "0", "--db", path]) == 1
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith("serve: path: expected the path of a file")


def test_a_database_in_memory_makes_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for path in (None, ":memory:"):
        with Client.local(path) as client:
            client.conversations.create()
    assert not list(tmp_path.iterdir())


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail a test that waits, as for another process."""
    monkeypatch.setattr("time.sleep", lambda _: pytest.fail("it waited"))


def no_database(path: Path) -> None:
    path.write_bytes(b"not a database" * 100)


def cut_short(path: Path) -> None:
    LocalService(path).close()
    path.write_bytes(path.read_bytes()[:1000])


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize(
    ("name", "make", "expected"),
    [
        ("x" * 300, None, "File name too long"),
        ("x" * 250, None, "File name too long"),  # SQLite adds -journal to it
        ("missing/x", None, "No such file or directory"),
        ("x/y", Path.touch, "Not a directory"),
        ("x", Path.mkdir, "it is not a file"),
        ("x", os.mkfifo, "it is not a file"),
        ("x", lambda path: path.symlink_to(path), "Too many levels of symbolic links"),
        ("x", no_database, "file is not a database"),
        ("x", cut_short, "malformed"),
    ],
)
def test_a_file_that_cannot_be_used_is_an_error_at_once(
    name: str, make: Callable[[Path], object] | None, expected: str, tmp_path: Path
) -> None:
    if make is not None:
        make(tmp_path / "x")
    before = [(one.name, one.is_file() and one.read_bytes()) for one in tmp_path.iterdir()]
    with pytest.raises(StoreError, match=expected):
        LocalService(tmp_path / name)
    # It is as it was, and nothing is beside it.
    assert [(one.name, one.is_file() and one.read_bytes()) for one in tmp_path.iterdir()] == before


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize(
    "code", [sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR]
)
def test_only_a_busy_database_is_waited_for(code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Store(None)
    tries: list[str] = []

    class Failing:
        def execute(self, sql: str) -> None:
            tries.append(sql)
            error = sqlite3.OperationalError("for this test")
            error.sqlite_errorcode = code | 0x100  # an extended code
            raise error

    monkeypatch.setattr(database, "_db", Failing())
    with pytest.raises(sqlite3.OperationalError):
        database._use_wal()
    assert len(tries) == 1


@pytest.mark.parametrize("code", [sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED])
def test_a_busy_database_is_waited_for_also_while_the_clock_stands_still(
    code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Store(None)
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    monkeypatch.setattr("time.monotonic", lambda: 0.0)

    class Busy:
        def execute(self, sql: str) -> None:
            error = sqlite3.OperationalError("database is locked")
            error.sqlite_errorcode = code
            raise error

    monkeypatch.setattr(database, "_db", Busy())
    with pytest.raises(sqlite3.OperationalError):
        database._use_wal()
    assert 29 < sum(slept) < 31


def modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


@pytest.fixture
def umask() -> Any:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("umask")
@pytest.mark.parametrize("name", ["files/x", "links/a link"])
def test_a_new_file_is_its_users_alone(name: str, tmp_path: Path) -> None:
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "a link").symlink_to(tmp_path / "files" / "x")
    (tmp_path / "files").mkdir()
    service = LocalService(tmp_path / name)
    new_conversation(service, "secret")
    assert modes(tmp_path / "files") == {"x": 0o600, "x-wal": 0o600, "x-shm": 0o600}
    service.close()


@pytest.mark.usefixtures("umask")
def test_a_file_that_exists_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "x").touch(0o640)
    service = LocalService(tmp_path / "x")
    new_conversation(service)
    assert set(modes(tmp_path).values()) == {0o640}
    service.close()


def replace(path: Path) -> None:
    path.rename(path.with_name("old"))
    path.write_bytes(path.with_name("old").read_bytes())


GONE: list[Callable[[Path], object]] = [
    Path.unlink,
    lambda path: path.rename(path.with_name("moved")),
    lambda path: path.parent.rename(path.parent.with_name("moved")),
    replace,
]


@pytest.mark.parametrize("go", GONE, ids=["deleted", "moved", "folder moved", "replaced"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_file_that_went_away_is_an_error_at_the_next_request(
    go: Callable[[Path], object], method: str, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    service = LocalService(tmp_path / "folder" / "x.sqlite")
    id = new_conversation(service, "kept")
    go(tmp_path / "folder" / "x.sqlite")
    body = {"items": [{"role": "user", "content": "lost"}]}
    response = ask(service, method, f"/conversations/{id}/items", body)
    assert response.status == 503
    assert "'x.sqlite' was deleted, moved or replaced while open" in response.error["message"]
    assert response.headers["x-should-retry"] == "false"
    service.close()


@pytest.mark.parametrize("suffix", ["-wal", "-shm"])
def test_so_it_is_with_the_files_beside_it(suffix: str, tmp_path: Path) -> None:
    service = LocalService(tmp_path / "x")
    id = new_conversation(service, "kept")
    (tmp_path / f"x{suffix}").unlink()
    body = {"items": [{"role": "user", "content": "lost"}]}
    response = ask(service, "POST", f"/conversations/{id}/items", body)
    assert response.status == 503
    assert f"'x{suffix}' was deleted" in response.error["message"]
    service.close()


def test_a_file_that_goes_away_during_a_request_is_an_error_of_that_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = LocalService(tmp_path / "x")
    monkeypatch.setattr(
        "openai_conversations.local.conversations.new_id",
        lambda kind: (tmp_path / "x").unlink() or "conv_1",
    )
    assert ask(service, "POST", "/conversations").status == 503
    service.close()


def test_a_client_says_so_too_and_does_not_retry(tmp_path: Path) -> None:
    with Client.local(tmp_path / "x") as client:
        conversation = client.conversations.create()
        (tmp_path / "x").unlink()
        with pytest.raises(InternalServerError, match="was deleted"):
            client.conversations.update(conversation.id, metadata={"a": "b"})


def test_a_full_disk_is_an_error_and_leaves_no_half_of_a_batch(tmp_path: Path) -> None:
    service = LocalService(tmp_path / "x")
    id = new_conversation(service, "kept")
    [pages] = service._store.row("PRAGMA page_count")
    service._store.rows(f"PRAGMA max_page_count = {pages + 3}")
    body = {"items": [{"role": "user", "content": "x" * 2000} for _ in range(20)]}
    response = ask(service, "POST", f"/conversations/{id}/items", body)
    assert (response.status, response.headers["x-should-retry"]) == (503, "false")
    assert "full" in response.error["message"]
    assert texts_of(service, id) == ["kept"]
    service.close()


NO_ROOM = """
import resource, sys
from openai_conversations.local import LocalService, StoreError
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    LocalService(sys.argv[1])
except StoreError as error:
    print(error)
"""


@pytest.mark.parametrize("room", [0, 4096, 20_000])
def test_a_file_that_cannot_be_written_is_an_error_at_once(room: int, tmp_path: Path) -> None:
    command = [sys.executable, "-c", NO_ROOM, str(tmp_path / "x"), str(room)]
    # The measure of coverage would find no room either.
    env = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    ended = subprocess.run(command, capture_output=True, text=True, check=True, env=env)
    assert ended.stdout.startswith("cannot use ")
    assert ended.stderr == ""


@pytest.fixture
def folder() -> Iterator[Path]:
    """Make a folder of a user who is not root, who may write everything."""
    with tempfile.TemporaryDirectory() as name:
        if root := os.geteuid() == 0:
            os.chown(name, 65534, 65534)
            os.seteuid(65534)
        yield Path(name)
        if root:
            os.seteuid(0)


@pytest.mark.usefixtures("no_waiting")
def test_what_cannot_be_made_is_an_error_at_once(folder: Path) -> None:
    (folder / "x").touch(0o400)
    with pytest.raises(StoreError, match="readonly"):
        LocalService(folder / "x")
    folder.chmod(0o500)
    with pytest.raises(StoreError, match="Permission denied"):
        LocalService(folder / "y")


@pytest.mark.usefixtures("no_waiting")
def test_a_file_that_may_only_be_read_is_read(folder: Path) -> None:
    service = LocalService(folder / "x")
    id = new_conversation(service, "kept")
    service.close()
    (folder / "x").chmod(0o400)
    service = LocalService(folder / "x")
    assert texts_of(service, id) == ["kept"]
    response = ask(service, "DELETE", f"/conversations/{id}")
    assert response.status == 503
    assert "readonly" in response.error["message"]
    service.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_fork_may_not_use_what_its_parent_has_open(tmp_path: Path) -> None:
    parent, memory = LocalService(tmp_path / "x"), LocalService()
    closed = LocalService(tmp_path / "y")
    closed.close()
    id = new_conversation(parent, "kept")
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        said: list[object] = []
        try:
            said.append(ask(parent, "POST", "/conversations").error["message"])
            try:
                LocalService(tmp_path / "x")
            except StoreError as error:
                said.append(error)
            said.append(ask(LocalService(tmp_path / "y"), "POST", "/conversations").status)
            said.append(ask(memory, "POST", "/conversations").status)
        finally:
            os.write(writing, "\n".join(map(str, said)).encode())
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        lines = pipe.read().splitlines()
    os.waitpid(child, 0)
    assert ["forked" in line for line in lines[:2]] == [True, True]
    assert lines[2:] == ["200", "200"]
    assert texts_of(parent, id) == ["kept"]
    parent.close()
    memory.close()
