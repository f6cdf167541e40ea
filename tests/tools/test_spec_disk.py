"""Disks that are full, folders that are for reading only, and processes that are killed."""

import contextlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.tools.spec_case import Run, contents, document
from tools.errors import ToolError
from tools.files import new_folder, replace, swap

ROOT = Path(__file__).resolve().parents[2]
# Ends as a kill does, at the given move below a folder, and then does what is given.
KILLED = """\
import os, runpy, signal, sys
from pathlib import Path
sys.dont_write_bytecode = True
left, below = int(sys.argv.pop(1)), sys.argv.pop(1)
def hook(event, args):
    global left
    if event == "os.rename" and str(args[1]).startswith(below):
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(hook)
"""
SWAPPED = """\
from tools.files import new_folder, swap
package = Path(below, "package")
with new_folder(package.parent) as folder:
    (folder / "package").mkdir()
    (folder / "package" / "new").touch()
    swap(folder / "package", package, folder / "package.old")
"""
SPEC = "runpy.run_module('tools.openapi_spec', run_name='__main__')"


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Name a place: the error of a full disk has no file name."""
    old, new = tmp_path / "a", tmp_path / "b"
    old.write_text("old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(ToolError, match=f"{tmp_path}.*: cannot be written .No space left"):
            replace({old: "1", new: "2"})
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a": "old"}


def test_a_disk_that_fills_between_two_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Put back what was replaced without writing anything: there is no space for it."""
    files = [tmp_path / name for name in "abc"]
    files[0].write_text("old")
    move = Path.replace

    def full(self: Path, target: Path) -> Path:
        if target == files[2]:
            monkeypatch.setattr(Path, "write_bytes", full)
            raise OSError(28, "No space left on device")
        return move(self, target)

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(ToolError, match="No space left"):
        replace(dict.fromkeys(files, "new"))
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a": "old"}


@pytest.mark.parametrize("left", range(7))
def test_a_process_that_is_killed_leaves_whole_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left: int
) -> None:
    """Stop at each step in turn, and do nothing after it, as a killed process would."""
    files = [tmp_path / name for name in "ab"]
    files[0].write_text("old")
    steps = iter(range(left))

    class Killed(BaseException):
        pass

    def counted(name: str) -> Any:
        step = getattr(Path, name)

        def one(self: Path, *arguments: Any) -> Any:
            if self.suffix not in ("", ".new", ".old") or next(steps, None) is None:
                raise Killed
            return step(self, *arguments)

        return one

    for name in ("write_bytes", "replace", "unlink"):
        monkeypatch.setattr(Path, name, counted(name))
    with contextlib.suppress(Killed):
        replace(dict.fromkeys(files, "new"))
    assert files[0].read_text() in ("old", "new")
    assert not files[1].exists() or files[1].read_text() == "new"


def killed(code: str, at: int, below: Path, *arguments: str) -> bool:
    """Run `code` until its move number `at` below a folder; tell whether it came to that."""
    said = subprocess.run(
        [sys.executable, "-c", KILLED + code, str(at), str(below), *arguments],
        cwd=ROOT, capture_output=True, check=False,
    )  # fmt: skip
    assert said.stderr == b""
    return said.returncode != 0


@pytest.mark.parametrize("at", range(3))
def test_a_kill_while_a_folder_is_replaced(tmp_path: Path, at: int) -> None:
    """Find the old folder or the new one in its place when the next run begins, and nothing else.

    Between the two moves there is none in its place; the next run puts the old one back.
    """
    package = tmp_path / "package"
    package.mkdir()
    (package / "old").touch()
    was_killed = killed(SWAPPED, at, tmp_path)
    assert was_killed == (at < 2)
    assert package.exists() == (at != 1)
    with new_folder(tmp_path) as folder:
        assert {path.name for path in tmp_path.iterdir()} == {"package", folder.name}
        assert [path.name for path in package.iterdir()] == ["old" if was_killed else "new"]
    assert [path.name for path in tmp_path.iterdir()] == ["package"]
    assert ".new-*/" in (ROOT / ".gitignore").read_text("utf-8").split()


@pytest.mark.parametrize("at", range(2))
def test_a_kill_while_spec_is_written_leaves_nothing_for_the_next_run(
    root: Path, run: Run, at: int
) -> None:
    assert run(document(), DATE="2026-01-01") == 0
    new = document({"Thing": {"type": "object"}})
    (root / "new.json").write_text(json.dumps(new))
    before = contents(root)
    assert killed(SPEC, at, root / "spec", "--root", str(root), str(root / "new.json"))
    [left] = (root / "spec").glob(".new-*")
    assert left.is_dir()
    now = {path.name: path.read_bytes() for path in (root / "spec").iterdir() if path.is_file()}
    assert [name for name in now if now[name] != before[name]] == ["openapi.yaml"][:at]
    assert run(new) == 0
    assert contents(root).keys() == before.keys()


def test_a_folder_that_is_interrupted_when_it_is_in_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Leave it there: what is in its place needs no undoing."""
    for name in ("package", "fresh"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    rename = Path.rename

    def interrupted(self: Path, target: Path) -> Path:
        rename(self, target)
        if self.name == "fresh":
            raise KeyboardInterrupt
        return target

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        swap(tmp_path / "fresh", tmp_path / "package", tmp_path / "old")
    assert [path.name for path in (tmp_path / "package").iterdir()] == ["fresh"]
