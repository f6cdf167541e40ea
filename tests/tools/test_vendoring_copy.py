"""Vendoring, tried on tiny packages: what is copied, what is refused, what a check finds."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools.errors import ToolError
from tools.vendoring import RECORD, Source, check, copy_package, find_copy
from tools.vendoring.__main__ import main

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "openai_conversations_api"
FILES = {
    "__init__.py": "from ._provenance import PROVENANCE as __provenance__\nfrom .models import A\n",
    "_provenance.py": 'PROVENANCE = {"upstream": "abc"}\n',
    "models/__init__.py": "import json\nimport attrs\nfrom .a import A\nfrom ..types import T\n",
    "models/a.py": "import typing as t\nimport httpx\n\nA = 1\n",
    "types.py": "T = 2\n",
    "py.typed": "",
}


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


@pytest.fixture
def source(tmp_path: Path) -> Source:
    root = tmp_path / "checkout"
    write(root / "generated" / PACKAGE, FILES)
    write(root / "generated" / PACKAGE / "__pycache__", {"types.cpython-311.pyc": "x"})
    version = root / "overlays/openai_conversations"
    write(version, {"_version.py": '__version__ = "1.2.3"\n'})
    write(root, {"LICENSE": "MIT\n", "NOTICE": "MIT too\n"})
    return Source(root)


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_copy_holds_the_package_its_licence_and_its_record(tmp_path: Path, source: Source):
    target = copy_package(tmp_path / "app/src/_vendor", source, "conversations")
    assert target == tmp_path / "app/src/_vendor/conversations"
    assert set(tree(target)) == {*FILES, "LICENSE", "NOTICE", RECORD}
    assert [path.name for path in target.parent.iterdir()] == ["conversations"]
    record = json.loads((target / RECORD).read_text())
    assert record["version"] == "1.2.3"
    assert record["provenance"] == {"upstream": "abc"}
    assert set(record["files"]) == {*FILES, "LICENSE", "NOTICE"}


def test_copying_again_gives_the_same_bytes(tmp_path: Path, source: Source):
    first = tree(copy_package(tmp_path / "v", source))
    assert tree(copy_package(tmp_path / "v", source)) == first


def test_a_fresh_copy_is_unchanged_and_current(tmp_path: Path, source: Source):
    target = copy_package(tmp_path / "v", source, "c")
    write(target / "models/__pycache__", {"a.cpython-311.pyc": "x"})
    assert check(tmp_path / "v", source) == []
    assert check(target, source) == []


def test_line_ends_that_git_turned_are_not_an_edit(tmp_path: Path, source: Source):
    target = copy_package(tmp_path / "v", source)
    (target / "types.py").write_bytes(b"T = 2\r\n")
    assert check(target, source) == []


def test_a_check_names_every_file_that_was_touched(tmp_path: Path, source: Source):
    target = copy_package(tmp_path / "v", source)
    write(target, {"types.py": "T = 3\n", "models/mine.py": ""})
    (target / "models/a.py").unlink()
    assert check(tmp_path / "v", source) == [
        "models/a.py: is missing",
        "models/mine.py: was added to the copy",
        "types.py: was edited",
    ]


def test_a_check_names_every_file_that_is_old(tmp_path: Path, source: Source):
    copy_package(tmp_path / "v", source)
    write(source.folder, {"types.py": "T = 4\n", "models/b.py": ""})
    (source.folder / "models/a.py").unlink()
    assert check(tmp_path / "v", Source(source.root)) == [
        "models/a.py: is old: generated/ no longer has it",
        "models/b.py: is new in generated/ and not in the copy",
        "types.py: is old: generated/ has another version",
    ]


def test_a_copy_that_is_old_but_unedited_is_replaced(tmp_path: Path, source: Source):
    copy_package(tmp_path / "v", source)
    write(source.folder, {"types.py": "T = 4\n"})
    (source.folder / "models/a.py").unlink()
    newer = Source(source.root)
    target = copy_package(tmp_path / "v", newer)
    assert not (target / "models/a.py").exists()
    assert check(target, newer) == []


def test_local_edits_are_named_and_kept_unless_forced(tmp_path: Path, source: Source):
    target = copy_package(tmp_path / "v", source)
    write(target, {"types.py": "mine\n", "notes.txt": "mine\n"})
    before = tree(target)
    with pytest.raises(ToolError, match=r"notes\.txt: was added.*types\.py: was edited.*FORCE=1"):
        copy_package(tmp_path / "v", source)
    assert tree(target) == before
    copy_package(tmp_path / "v", source, force=True)
    assert check(target, source) == []


def test_a_folder_that_is_not_a_copy_is_kept_unless_forced(tmp_path: Path, source: Source):
    write(tmp_path / "v" / PACKAGE, {"precious.txt": "mine"})
    with pytest.raises(ToolError, match="is not a vendored copy"):
        copy_package(tmp_path / "v", source)
    assert tree(tmp_path / "v") == {f"{PACKAGE}/precious.txt": b"mine"}
    assert check(copy_package(tmp_path / "v", source, force=True), source) == []


@pytest.mark.parametrize("record", ["", "[]", "{}", '{"package": 1}', "[" * 9999, "\\0"])
def test_a_record_that_is_none_is_named(tmp_path: Path, source: Source, record: str):
    target = copy_package(tmp_path / "v", source)
    (target / RECORD).write_text(record)
    for action in (lambda: check(target, source), lambda: copy_package(tmp_path / "v", source)):
        with pytest.raises(ToolError, match=RECORD):
            action()


@pytest.mark.parametrize(
    "name",
    [
        "",
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
def test_a_name_that_is_not_a_package_is_refused(tmp_path: Path, source: Source, name: str):
    with pytest.raises(ToolError, match="NAME="):
        copy_package(tmp_path / "v", source, name)
    assert not (tmp_path / "v").exists()


def test_the_checkout_itself_is_never_overwritten(tmp_path: Path, source: Source):
    before = tree(source.root)
    for dest, name in (
        (source.folder, "copy"),
        (source.folder.parent, PACKAGE),
        (source.root.parent, source.root.name),
    ):
        with pytest.raises(ToolError, match="project's own"):
            copy_package(dest, source, name, force=True)
    assert tree(source.root) == before


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("import requests", "imports `requests`"),
        ("import os, yaml.nodes", r"imports `yaml\.nodes`"),
        (f"from {PACKAGE}.types import T", f"imports `{PACKAGE}"),
        (f"import importlib; importlib.import_module('{PACKAGE}.types')", f"imports `{PACKAGE}"),
        ("from ...outside import T", "leads out of the package"),
        ("def f(:", "is not Python"),
    ],
)
def test_an_import_that_a_copy_could_not_satisfy_stops_it(
    tmp_path: Path, source: Source, line: str, why: str
):
    write(source.folder, {"models/a.py": f"A = 1\n{line}\n"})
    with pytest.raises(ToolError, match=rf"^models/a\.py, line 2: .*{why}"):
        copy_package(tmp_path / "v", source)
    assert not (tmp_path / "v").exists()


def test_a_copy_that_fails_half_way_leaves_the_old_one(
    tmp_path: Path, source: Source, monkeypatch: pytest.MonkeyPatch
):
    target = copy_package(tmp_path / "v", source)
    before = tree(tmp_path / "v")
    write(source.folder, {"types.py": "T = 4\n"})

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "copyfile", full)
        with pytest.raises(ToolError, match="No space left"):
            copy_package(tmp_path / "v", Source(source.root))
    assert tree(tmp_path / "v") == before
    rename = Path.rename

    def fail_when_swapping_in(self: Path, to: Path) -> Path:
        return full() if to == target and self.parent.name == "new" else rename(self, to)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", fail_when_swapping_in)
        with pytest.raises(ToolError, match="No space left"):
            copy_package(tmp_path / "v", Source(source.root))
    assert tree(tmp_path / "v") == before


def test_what_is_missing_is_said(tmp_path: Path, source: Source):
    with pytest.raises(ToolError, match="no such folder"):
        find_copy(tmp_path / "nowhere")
    with pytest.raises(ToolError, match="is not a vendored copy and holds none"):
        find_copy(source.root)
    for name in ("a", "b"):
        copy_package(tmp_path / "v", source, name)
    with pytest.raises(ToolError, match=r"holds 2 copies \(a, b\)"):
        find_copy(tmp_path / "v")
    (source.folder / "_provenance.py").unlink()
    with pytest.raises(ToolError, match="_provenance"):
        copy_package(tmp_path / "w", Source(source.root))
    shutil.rmtree(source.folder)
    with pytest.raises(ToolError, match="make generate"):
        copy_package(tmp_path / "w", Source(source.root))


def test_links_and_pipes_in_a_copy_are_somebodys_own(tmp_path: Path, source: Source):
    target = copy_package(tmp_path / "v", source)
    write(tmp_path / "elsewhere", {"types.py": "T = 2\n", "precious.txt": "mine"})
    (target / "types.py").unlink()
    (target / "types.py").symlink_to(tmp_path / "elsewhere/types.py")
    (target / "folder").symlink_to(tmp_path / "elsewhere")
    (target / "dangling").symlink_to("nowhere")
    os.mkfifo(target / "pipe")
    found = [f"{name}: is not a plain file" for name in ("dangling", "folder", "pipe", "types.py")]
    assert check(tmp_path / "v", source)[:4] == found
    with pytest.raises(ToolError, match="dangling: is not a plain file; folder: is not"):
        copy_package(tmp_path / "v", source)
    assert check(copy_package(tmp_path / "v", source, force=True), source) == []
    assert tree(tmp_path / "elsewhere") == {"types.py": b"T = 2\n", "precious.txt": b"mine"}


def test_a_link_in_the_place_of_a_copy_is_never_followed(tmp_path: Path, source: Source):
    elsewhere = copy_package(tmp_path / "elsewhere", source)
    (tmp_path / "v").mkdir()
    (tmp_path / "v" / PACKAGE).symlink_to(elsewhere)
    with pytest.raises(ToolError, match="move it away first"):
        copy_package(tmp_path / "v", source, force=True)
    (tmp_path / "v" / PACKAGE).unlink()
    (tmp_path / "inside").symlink_to(source.folder)
    with pytest.raises(ToolError, match="project's own"):
        copy_package(tmp_path / "inside", source, "copy")


def test_a_destination_that_cannot_be_is_one_paragraph(tmp_path: Path, source: Source):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "circle").symlink_to("circle")
    for dest in ("file", "file/below", "circle", "n" * 300, "nul\0"):
        with pytest.raises(ToolError, match="cannot be written"):
            copy_package(tmp_path / dest, source)
    assert (tmp_path / "file").read_text() == "mine"


def test_the_command_says_what_it_found_and_with_which_status(tmp_path: Path, source: Source):
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tools.vendoring", *arguments, "--root", str(source.root)],
            cwd=ROOT, capture_output=True, text=True, check=False,
            env={key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
        )  # fmt: skip

    dest = str(tmp_path / "v")
    copied = run("copy", dest, "--name", "c")
    assert (copied.returncode, copied.stderr) == (0, "")
    assert run("check", dest).stdout.endswith(f"unchanged and current, {PACKAGE} 1.2.3\n")
    write(tmp_path / "v/c", {"types.py": "mine\n"})
    checked = run("check", dest)
    assert (checked.returncode, checked.stdout) == (1, "types.py: was edited\n")
    refused = run("copy", dest, "--name", "c")
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert run("copy", dest, "--name", "c", "--force").returncode == 0


def test_a_missing_dest_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "argv", ["tools.vendoring", "copy", ""])
    with pytest.raises(ToolError, match="DEST is missing"):
        main()
