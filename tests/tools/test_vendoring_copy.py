"""Vendoring, tried on tiny packages: what is copied, what is refused, what a check finds."""

import json
import os
from pathlib import Path

import pytest

from tools.errors import ToolError
from tools.vendoring import RECORD, Source, check, copy_package, place

from .vendored import (
    FILES,
    ORIGIN,
    PACKAGE,
    compared,
    is_current,
    newer,
    tiny,
    tree,
    write,
)


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return tiny(tmp_path / "checkout")


def test_a_copy_holds_the_package_and_its_record(tmp_path: Path, source: Source):
    target = place(tmp_path / "app/src/_vendor", "conversations")
    copy_package(target, source)
    assert target == tmp_path / "app/src/_vendor/conversations"
    assert set(tree(target)) == {*FILES, RECORD}
    assert [path.name for path in target.parent.iterdir()] == ["conversations"]
    record = json.loads((target / RECORD).read_text())
    assert record["version"] == "1.2.3"
    assert record["provenance"] == ORIGIN
    assert record["http"] == "httpx"
    assert set(record["files"]) == {*FILES}


def test_copying_again_gives_the_same_bytes(tmp_path: Path, source: Source):
    copy_package(tmp_path / "c", source)
    first = tree(tmp_path / "c")
    copy_package(tmp_path / "c", source)
    assert tree(tmp_path / "c") == first


def test_a_fresh_copy_is_unchanged_and_current(tmp_path: Path, source: Source):
    copy_package(tmp_path / "v/c", source)
    write(tmp_path / "v/c/models/__pycache__", {"a.cpython-311.pyc": "x"})
    assert is_current(tmp_path / "v", source)
    assert is_current(tmp_path / "v/c", source)


def test_line_ends_that_git_turned_are_not_an_edit(tmp_path: Path, source: Source):
    copy_package(tmp_path / "c", source)
    for path in (tmp_path / "c").rglob("*.*"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert is_current(tmp_path / "c", source)
    later = newer(source, {"types.py": "T = 4\n"})
    copy_package(tmp_path / "c", later)
    assert is_current(tmp_path / "c", later)


def test_a_check_names_every_file_that_was_touched(tmp_path: Path, source: Source):
    copy_package(tmp_path / "v/c", source)
    write(tmp_path / "v/c", {"types.py": "T = 3\n", "models/mine.py": ""})
    (tmp_path / "v/c/models/a.py").unlink()
    assert compared(tmp_path / "v", source).edits == {
        "models/a.py": "is missing",
        "models/mine.py": "was added to the copy",
        "types.py": "was edited",
    }


def test_a_check_names_versions_dates_and_commits(tmp_path: Path, source: Source):
    copy_package(tmp_path / "c", source)
    later = newer(source, {"types.py": "T = 4\n", "models/b.py": "", "models/a.py": None})
    found = compared(tmp_path, later)
    assert found.old == ["models/a.py", "models/b.py", "types.py"]
    (line,) = found.lines()
    assert line.endswith(
        ": is old: it has 1.2.3, OpenAI's document of 2026-01-02 (commit abc1234), for httpx; here "
        "is 1.3.0, OpenAI's document of 2026-03-04 (commit def5678), for httpx; 3 files differ: "
        "models/a.py, models/b.py, types.py"
    )
    copy_package(tmp_path / "c", later)
    assert not (tmp_path / "c/models/a.py").exists()
    assert is_current(tmp_path, later)


def test_a_folder_that_is_not_a_copy_is_kept_unless_forced(tmp_path: Path, source: Source):
    write(tmp_path / "c", {"precious.txt": "mine"})
    with pytest.raises(ToolError, match="is not a vendored copy"):
        copy_package(tmp_path / "c", source)
    assert tree(tmp_path / "c") == {"precious.txt": b"mine"}
    copy_package(tmp_path / "c", source, force=True)
    assert is_current(tmp_path / "c", source)


@pytest.mark.parametrize(
    "record", ["", "[]", "{}", '{"package": 1}', "[" * 9999, "\\0", "a curl", "no provenance"]
)
def test_what_is_not_a_record_is_named(tmp_path: Path, source: Source, record: str):
    copy_package(tmp_path / "c", source)
    path = tmp_path / "c" / RECORD
    good = json.loads(path.read_text())
    changed = {"a curl": {**good, "http": "curl"}, "no provenance": {**good, "provenance": 1}}
    path.write_text(json.dumps(changed[record]) if record in changed else record)
    for action in (check, copy_package):
        with pytest.raises(ToolError, match=RECORD):
            action(tmp_path / "c", source)
    copy_package(tmp_path / "c", source, force=True)
    assert is_current(tmp_path / "c", source)


@pytest.mark.parametrize(
    "name",
    [
        "class",
        "my-client",
        "a.b",
        "../up",
        "1st",
        "/tmp",
        "..",
        "a\nb",
        "x;y",
        "\uff41pi",
        "\u0430pi",
        "__pycache__",
        "a" * 300 + "/",
    ],
)
def test_a_name_that_is_not_a_package_is_refused(tmp_path: Path, name: str):
    with pytest.raises(ToolError, match="NAME="):
        place(tmp_path / "v", name)


def test_the_checkout_itself_is_never_overwritten(tmp_path: Path, source: Source):
    write(source.root / "generated" / PACKAGE, FILES)
    before = tree(source.root)
    for target in (
        source.root / "generated" / PACKAGE / "copy",
        source.root / "generated" / PACKAGE,
        source.root,
        source.root.parent,
    ):
        with pytest.raises(ToolError, match="project's own"):
            copy_package(target, source, force=True)
    assert tree(source.root) == before


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("import requests", "imports `requests`"),
        ("import os, yaml.nodes", r"imports `yaml\.nodes`"),
        (f"from {PACKAGE}.types import T", f"imports `{PACKAGE}"),
        (f"import importlib; importlib.import_module('{PACKAGE}.types')", f"imports `{PACKAGE}"),
        ("from ...outside import T", "leads out of the package"),
        ("import httpx2", "imports `httpx2`"),
        ("def f(:", "is not Python"),
    ],
)
def test_an_import_that_a_copy_could_not_satisfy_stops_it(
    tmp_path: Path, source: Source, line: str, why: str
):
    with pytest.raises(ToolError, match=rf"^models/a\.py, line 2: .*{why}"):
        copy_package(tmp_path / "c", newer(source, {"models/a.py": f"A = 1\n{line}\n"}))
    assert not (tmp_path / "c").exists()


def test_a_copy_that_fails_half_way_leaves_the_old_one(
    tmp_path: Path, source: Source, monkeypatch: pytest.MonkeyPatch
):
    target = tmp_path / "v/c"
    copy_package(target, source)
    before = tree(tmp_path / "v")
    later = newer(source, {"types.py": "T = 4\n"})

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(ToolError, match="No space left"):
            copy_package(target, later)
    assert tree(tmp_path / "v") == before
    rename = Path.rename

    def fail_when_swapping_in(self: Path, to: Path) -> Path:
        return full() if to == target and self.parent.name == "new" else rename(self, to)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", fail_when_swapping_in)
        with pytest.raises(ToolError, match="No space left"):
            copy_package(target, later)
    assert tree(tmp_path / "v") == before


def test_a_folder_without_a_copy_is_named(tmp_path: Path, source: Source):
    with pytest.raises(ToolError, match="no such folder"):
        check(tmp_path / "nowhere", source)
    with pytest.raises(ToolError, match="is not a vendored copy and holds none"):
        check(tmp_path, source)


def test_links_and_pipes_in_a_copy_are_somebodys_own(tmp_path: Path, source: Source):
    target = tmp_path / "c"
    copy_package(target, source)
    write(tmp_path / "elsewhere", {"types.py": "T = 2\n", "precious.txt": "mine"})
    (target / "types.py").unlink()
    (target / "types.py").symlink_to(tmp_path / "elsewhere/types.py")
    (target / "folder").symlink_to(tmp_path / "elsewhere")
    (target / "dangling").symlink_to("nowhere")
    os.mkfifo(target / "pipe")
    found = dict.fromkeys(("dangling", "folder", "pipe", "types.py"), "is not a plain file")
    assert found.items() <= compared(target, source).edits.items()
    with pytest.raises(ToolError, match="dangling: is not a plain file; folder: is not"):
        copy_package(target, source)
    copy_package(target, source, force=True)
    assert is_current(target, source)
    assert tree(tmp_path / "elsewhere") == {"types.py": b"T = 2\n", "precious.txt": b"mine"}


def test_a_link_in_the_place_of_a_copy_is_never_followed(tmp_path: Path, source: Source):
    copy_package(tmp_path / "elsewhere", source)
    (tmp_path / "v").mkdir()
    (tmp_path / "v/c").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ToolError, match="move it away first"):
        copy_package(place(tmp_path / "v", "c"), source, force=True)
    write(source.root / "generated" / PACKAGE, FILES)
    (tmp_path / "inside").symlink_to(source.root / "generated" / PACKAGE)
    with pytest.raises(ToolError, match="project's own"):
        copy_package(place(tmp_path / "inside", "copy"), source)


def test_a_destination_that_cannot_be_is_one_paragraph(tmp_path: Path, source: Source):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "circle").symlink_to("circle")
    for dest in ("file", "file/below", "circle", "n" * 300, "nul\0"):
        with pytest.raises(ToolError, match="cannot be used"):
            copy_package(place(tmp_path / dest), source)
    assert (tmp_path / "file").read_text() == "mine"
    with pytest.raises(ToolError, match="cannot be used"):
        check(Path("~nobody-of-that-name"), source)


def test_the_home_of_a_user_is_found(
    tmp_path: Path, source: Source, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HOME", str(tmp_path))
    copy_package(place(Path("~/app"), "c"), source)
    assert (tmp_path / "app/c" / RECORD).is_file()
    assert is_current(Path("~/app"), source)


def test_a_copy_for_another_library_names_it_throughout(tmp_path: Path, source: Source):
    copy_package(tmp_path / "c", source, "httpx2")
    assert "import httpx2\n" in (tmp_path / "c/models/a.py").read_text()
    assert (tmp_path / "c/README.md").read_text() == "Needs httpx2.\n"
    assert compared(tmp_path, source).record.http == "httpx2"
    assert is_current(tmp_path, source)
    with pytest.raises(ToolError, match=r"HTTP=curl: expected one of httpx, httpx2\."):
        copy_package(tmp_path / "d", source, "curl")
