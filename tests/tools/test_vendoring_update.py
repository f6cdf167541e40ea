"""A vendored copy is brought up to date: it is found, and what was edited in it is not lost."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tools.errors import ToolError, exit_status
from tools.vendoring import RECORD, Source, check, copy_package, place
from tools.vendoring.__main__ import main

from .vendored import FILES, PACKAGE, compared, is_current, newer, tiny, tree, write

NEW = FILES["models/a.py"].replace("A = 1", "A = 10")
MINE = FILES["models/a.py"].replace("C =", "# mine\nC =")
BOTH = NEW.replace("C =", "# mine\nC =")


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return tiny(tmp_path / "checkout")


@pytest.fixture
def later(source: Source) -> Source:
    return newer(source, {"models/a.py": NEW})


def commit(folder: Path) -> None:
    """Commit all below `folder`, in a repository of its own."""
    name = ["-c", "user.name=n", "-c", "user.email=e@example.test"]
    for command in (["init", "--quiet"], ["add", "--all"], [*name, "commit", "--quiet", "-m", "x"]):
        subprocess.run(["git", *command], cwd=folder, check=True)


def test_a_copy_is_found_with_its_name(tmp_path: Path, source: Source):
    copy_package(tmp_path / "app/src/shop/_vendor/talk", source)
    for dest in ("app", "app/src/shop/_vendor", "app/src/shop/_vendor/talk"):
        assert place(tmp_path / dest) == tmp_path / "app/src/shop/_vendor/talk"
    assert place(tmp_path / "app/src/shop/_vendor", "b") == tmp_path / "app/src/shop/_vendor/b"
    assert place(tmp_path / "other") == tmp_path / "other" / PACKAGE


def test_no_copy_is_made_within_a_copy(tmp_path: Path, source: Source):
    copy_package(tmp_path / "talk", source)
    for dest, name in (("talk", "talk"), ("talk/models", ""), ("talk/models", "b")):
        with pytest.raises(ToolError, match=r"is within the copy \S*/talk; give that"):
            place(tmp_path / dest, name)


def test_of_several_copies_one_has_to_be_named(tmp_path: Path, source: Source):
    for name in ("a", "deep/b"):
        copy_package(tmp_path / name, source)
    with pytest.raises(ToolError, match=r"holds 2 copies \(a, deep/b\); give one"):
        place(tmp_path)
    assert [one.path.name for one in check(tmp_path, source)] == ["a", "b"]


def test_what_begins_with_a_dot_is_not_looked_into(tmp_path: Path, source: Source):
    for name in (".venv/lib/a", "node_modules/b", "c"):
        copy_package(tmp_path / name, source)
    assert place(tmp_path) == tmp_path / "c"


@pytest.mark.parametrize("keeper", ["the repository of the copy", "the checkout"])
@pytest.mark.parametrize("http", ["httpx", "httpx2"])
def test_an_edit_is_merged(tmp_path: Path, source: Source, later: Source, keeper: str, http: str):
    target = tmp_path / "app/_vendor/talk"
    copy_package(target, source, http)
    if keeper == "the checkout":
        write(source.root / "generated" / PACKAGE, FILES)
        commit(source.root)
    else:
        commit(tmp_path / "app")
    write(target, {"models/a.py": MINE.replace("httpx", http), "models/mine.py": "M = 1\n"})
    os.chmod(target / "models/mine.py", 0o755)
    done = copy_package(target, later)
    assert (done.kept, done.conflicts) == (["models/a.py", "models/mine.py"], [])
    assert (target / "models/a.py").read_text() == BOTH.replace("httpx", http)
    assert (target / "models/mine.py").stat().st_mode & 0o777 == 0o755
    now = compared(target, later)
    assert now.edits == {"models/a.py": "was edited", "models/mine.py": "was added to the copy"}
    assert now.old == []


def test_an_edit_of_what_did_not_change_needs_no_git(tmp_path: Path, source: Source, later: Source):
    copy_package(tmp_path / "c", source)
    write(tmp_path / "c", {"types.py": "T = 3\n", "py.typed": "partial\n"})
    assert copy_package(tmp_path / "c", later).kept == ["py.typed", "types.py"]
    assert (tmp_path / "c/types.py").read_text() == "T = 3\n"
    assert (tmp_path / "c/models/a.py").read_text() == NEW


def test_a_conflict_is_marked(tmp_path: Path, source: Source, later: Source):
    copy_package(tmp_path / "app/c", source)
    commit(tmp_path / "app")
    write(tmp_path / "app/c", {"models/a.py": FILES["models/a.py"].replace("A = 1", "A = 7")})
    done = copy_package(tmp_path / "app/c", later)
    assert (done.kept, done.conflicts) == ([], ["models/a.py"])
    marked = "<<<<<<< local edits\nA = 7\n=======\nA = 10\n>>>>>>> new version\n"
    assert marked in (tmp_path / "app/c/models/a.py").read_text()


def test_an_edit_in_a_checkout_with_other_line_ends_is_merged(
    tmp_path: Path, source: Source, later: Source
):
    target = tmp_path / "app/c"
    copy_package(target, source)
    commit(tmp_path / "app")
    (target / "models/a.py").write_bytes(MINE.encode().replace(b"\n", b"\r\n"))
    assert copy_package(target, later).kept == ["models/a.py"]
    assert (target / "models/a.py").read_text() == BOTH


@pytest.mark.parametrize(
    ("edit", "change", "why"),
    [
        ({"models/a.py": MINE}, {"models/a.py": NEW}, "models/a.py: was edited, and git does not"),
        ({"models/a.py": MINE}, {"models/a.py": None}, "models/a.py: was edited"),
        ({"models/b.py": "mine"}, {"models/b.py": "B = 1\n"}, "models/b.py: was added"),
        ({"types.py": None}, {"models/a.py": NEW}, "types.py: is missing"),
    ],
)
def test_an_edit_that_cannot_be_kept_stops_it(
    tmp_path: Path, source: Source, edit: dict[str, str | None], change: dict[str, str | None],
    why: str,
):  # fmt: skip
    copy_package(tmp_path / "c", source)
    for name, text in edit.items():
        (tmp_path / "c" / name).unlink(missing_ok=True)
        write(tmp_path / "c", {name: text} if text is not None else {})
    before = tree(tmp_path / "c")
    with pytest.raises(ToolError, match=f"would lose: {why}.*FORCE=1"):
        copy_package(tmp_path / "c", newer(source, change))
    assert tree(tmp_path / "c") == before
    later = newer(source, change)
    copy_package(tmp_path / "c", later, force=True)
    assert is_current(tmp_path / "c", later)


def test_without_git_an_edit_stops_it(
    tmp_path: Path, source: Source, later: Source, monkeypatch: pytest.MonkeyPatch
):
    copy_package(tmp_path / "app/c", source)
    commit(tmp_path / "app")
    write(tmp_path / "app/c", {"models/a.py": MINE})
    monkeypatch.setenv("PATH", str(tmp_path))
    assert shutil.which("git") is None
    with pytest.raises(ToolError, match="git does not have it as it was"):
        copy_package(tmp_path / "app/c", later)


def test_the_library_stays_unless_another_is_named(tmp_path: Path, source: Source, later: Source):
    for given, expected in (("httpx2", "httpx2"), ("", "httpx2"), ("httpx", "httpx")):
        copy_package(tmp_path / "c", later if given == "" else source, given)
        assert compared(tmp_path, source).record.http == expected
        assert f"import {expected}\n" in (tmp_path / "c/models/a.py").read_text()


def test_a_copy_of_before_there_was_a_choice_is_brought_up_to_date(tmp_path: Path, source: Source):
    files = {name: source.files[name].decode() for name in FILES if name != "openapi.json"}
    first = newer(source, {**files, "openapi.json": None, "README.md": None})
    copy_package(tmp_path / "c", replace(first, provenance={}))
    (line,) = compared(tmp_path / "c", source).lines()
    assert "it has 1.3.0, OpenAI's document of unknown (commit unknown)" in line
    record = json.loads((tmp_path / "c" / RECORD).read_text())
    del record["http"]
    write(tmp_path / "c", {RECORD: json.dumps(record)})
    copy_package(tmp_path / "c", source)
    assert is_current(tmp_path / "c", source)


class Command:
    """Runs `tools.vendoring` in this process, with a source of its choice."""

    def __init__(self, patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.patch, self.capsys = patch, capsys

    def __call__(self, source: Source, *arguments: str | Path) -> tuple[int, str, str]:
        self.patch.setattr(Source, "of", lambda _: source)
        self.patch.setattr(sys, "argv", ["tools.vendoring", *map(str, arguments)])
        return (exit_status(main), *self.capsys.readouterr())


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(monkeypatch, capsys)


def test_the_command_says_from_what_to_what(tmp_path: Path, source: Source, command: Command):
    target = tmp_path / "app/c"
    status, out, err = command(source, "copy", tmp_path / "app", "--name", "c")
    assert (status, err) == (0, "")
    assert out == (
        f"{target}: now has {PACKAGE} 1.2.3, OpenAI's document of 2026-01-02 (commit abc1234), "
        "for httpx\n"
    )
    assert "\n\nGenerated from the same document.\n" in command(source, "copy", tmp_path)[1]
    get = {"operationId": "getThing", "responses": {}}
    document = {**json.loads(FILES["openapi.json"]), "paths": {"/things": {"get": get}}}
    later = newer(source, {"openapi.json": json.dumps(document)})
    status, out, err = command(later, "copy", tmp_path / "app")
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == f"{target}: had {PACKAGE} 1.2.3, {out.split(', ')[1]}, for httpx"
    assert "Verdict: **minor**." in lines
    assert any("`getThing`" in line for line in lines)
    assert lines[-1].startswith(f"{target}: now has {PACKAGE} 1.3.0, OpenAI's document of 2026-03")
    (target / "openapi.json").unlink()
    assert "What changed is not known" in command(source, "copy", tmp_path / "app")[1]


def test_the_command_says_which_edits_were_kept(
    tmp_path: Path, source: Source, later: Source, command: Command
):
    target = tmp_path / "app/c"
    copy_package(target, source)
    commit(tmp_path / "app")
    write(target, {"models/a.py": MINE})
    status, out, _ = command(later, "copy", target)
    assert (status, out.splitlines()[-1]) == (0, f"{target}: models/a.py: local edits were kept")
    copy_package(target, source, force=True)
    write(target, {"models/a.py": FILES["models/a.py"].replace("A = 1", "A = 7")})
    status, out, err = command(later, "copy", target)
    assert status == 1
    assert "both stand, marked with <<<<<<< and >>>>>>>, in models/a.py." in err


def test_the_check_says_what_it_found_and_with_which_status(
    tmp_path: Path, source: Source, later: Source, command: Command
):
    copy_package(tmp_path / "a", source)
    copy_package(tmp_path / "b", source, "httpx2")
    status, out, err = command(source, "check", tmp_path)
    assert (status, out.count("unchanged and current"), err) == (0, 2, "")
    write(tmp_path / "a", {"types.py": "mine\n"})
    status, out, err = command(source, "check", tmp_path)
    assert (status, out.splitlines()[0]) == (1, f"{tmp_path}/a: types.py: was edited")
    assert f"1 of 2 copies differ. `make vendor DEST={tmp_path}/a` brings" in err
    status, out, err = command(later, "check", tmp_path, "--json")
    before = {"version": "1.2.3", "date": "2026-01-02", "commit": "abc1234"}
    now = {"version": "1.3.0", "date": "2026-03-04", "commit": "def5678"}
    both = {"copy": before, "checkout": now, "old": ["models/a.py"]}
    assert status == 1
    assert json.loads(out) == [
        {"path": f"{tmp_path}/a", "http": "httpx", "edits": {"types.py": "was edited"}, **both},
        {"path": f"{tmp_path}/b", "http": "httpx2", "edits": {}, **both},
    ]


def test_a_missing_dest_is_named(command: Command, source: Source):
    assert "DEST is missing" in command(source, "copy", "")[2]
