"""What the files around the code promise: one version, pinned actions, targets that are there."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from contextlib import redirect_stdout
from pathlib import Path
from threading import Event

import openai_conversations
import pytest

from tests.conftest import TOGETHER
from tools import check
from tools.errors import ToolError

ROOT = Path(__file__).resolve().parents[2]
WORKFLOW = """\
on: push
permissions: {}
jobs:
  one:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
"""


def linted(root: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> str:
    (root / ".github/workflows").mkdir(parents=True)
    (root / ".github/workflows/one.yml").write_text(text, "utf-8")
    monkeypatch.setattr(check, "ROOT", root)
    return check.workflows()


def test_a_good_workflow_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert linted(tmp_path, WORKFLOW, monkeypatch) == "clean"


@pytest.mark.parametrize(
    "pin", ["v4", "11bd719 # v4.2.2", "11bd71901bbe5b1630ceea73d27597364c9af683"]
)
def test_an_action_that_is_not_pinned_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pin: str
) -> None:
    text = re.sub(r"@.*", f"@{pin}", WORKFLOW)
    with pytest.raises(ToolError, match=r"one\.yml: pin actions/checkout@"):
        linted(tmp_path, text, monkeypatch)


def test_actionlint_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ToolError, match="actionlint is not content") as caught:
        linted(tmp_path, WORKFLOW + "      - run: echo ${{ github.nothing }}\n", monkeypatch)
    assert 'property "nothing" is not defined' in caught.value.__notes__[0]


def test_every_step_of_check_is_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Run the type checkers beside the others, and show what they say whatever those do."""
    checked = Event()

    def mypy() -> str:
        try:
            return check._run(sys.executable, "-c", "print('one.py:1: wrong'); exit(1)")
        finally:
            checked.set()

    def spec() -> str:
        with redirect_stdout(None):
            assert checked.wait(10)
        return "current"

    monkeypatch.setattr(check, "STEPS", {"spec": spec, "mypy": mypy, "pyright": str})
    with pytest.raises(ToolError, match=r"^make check: mypy failed\.$"):
        check.main()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines] == [
        ["spec", "current"],
        ["mypy", "FAILED:"],
        ["one.py:1:", "wrong"],
        ["pyright", "(0.0"],
    ]


def test_workflows_have_few_permissions_and_one_run_at_a_time() -> None:
    for file in (ROOT / ".github/workflows").glob("*.yml"):
        text = file.read_text("utf-8")
        assert re.search(r"^permissions:( \{\}|\n  contents: read)\n\n", text, re.MULTILINE), file
        assert re.search(r"^concurrency:\n  group: ", text, re.MULTILINE), file
        assert "pull_request_target" not in text
        assert text.count("runs-on:") == text.count("timeout-minutes:")


def test_the_version_stands_in_one_place() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert "version" in project["dynamic"]
    assert "version" not in project
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert f"\n## [{openai_conversations.__version__}] - 20" in changelog
    assert changelog.index("\n## [Unreleased]") < changelog.index("\n## [0")


@pytest.mark.parametrize("name", ["SLOW", "SETTLED"])
def test_what_make_leaves_out_is_there(name: str) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8").replace("\\\n", " ")
    (paths,) = re.findall(rf"^{name} +:= (.*)$", makefile, re.MULTILINE)
    assert len(paths.split()) > 3
    for path in paths.split():
        assert (ROOT / path).exists(), path


def test_the_files_that_stay_in_one_process_are_there() -> None:
    assert all((ROOT / path).exists() for path in TOGETHER)


@pytest.mark.parametrize("target", ["spec", "changes", "vendor", "vendor-check"])
def test_what_a_target_is_given_is_not_for_the_shell(target: str) -> None:
    """Look for an argument in the text of a command, which the shell would take apart."""
    given = [
        f'{name}=x"; touch {name}; "' for name in ("UPSTREAM", "OLD", "NEW", "FAIL", "DEST", "NAME")
    ]
    command = ["make", "--dry-run", "--silent", target, *given]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "-m tools." in said
    assert "; touch" not in said


def test_the_project_names_its_address_once() -> None:
    urls = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["urls"]
    named = re.compile(re.escape(urls["Repository"].removeprefix("https://")))
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob(".github/**/*.*")]
    assert [page.name for page in pages if named.search(page.read_text("utf-8"))] == []
