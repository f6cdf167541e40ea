"""Disks that are full, folders that are for reading only, and processes that are killed."""

import contextlib
from pathlib import Path
from typing import Any

import pytest

from tools.errors import ToolError
from tools.files import replace


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
