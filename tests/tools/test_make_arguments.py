"""What is given to `make` reaches a tool as it was written, and nothing in it is run."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = [
    "a $(shell touch made) `touch made` $$(touch made) '; touch made; ' \"; touch made; \" $c #\\",
    "--root=/",
]
SHOW = "import json, os, sys; print(json.dumps([sys.argv[1:], dict(os.environ)]))"
RUN = f"{sys.executable} -c '{SHOW}'"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a folder with the Makefile and an environment that is up to date."""
    for name in ("Makefile", "requirements-dev.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / ".ready").touch()
    return tmp_path


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("by_environment", [False, True])
@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("spec UPSTREAM", ["-m", "tools.openapi_spec", "--", 0]),
        ("spec UPSTREAM COMMIT DATE KEEP_PROSE", ["-m", "tools.openapi_spec", "--", 0]),
        ("changes OLD NEW", ["-m", "tools.changes", "--", 0, 0]),
        ("changes OLD NEW JSON", ["-m", "tools.changes", "--json", "--", 0, 0]),
        ("changes OLD NEW JSON FAIL", ["-m", "tools.changes", "--json", 3, "--", 0, 0]),
        ("vendor DEST", ["-m", "tools.vendoring", "copy", "--", 0]),
        ("vendor DEST NAME", ["-m", "tools.vendoring", "copy", 1, "--", 0]),
        ("vendor DEST HTTP FORCE", ["-m", "tools.vendoring", "copy", 4, "--force", "--", 0]),
        ("vendor-check DEST", ["-m", "tools.vendoring", "check", "--", 0]),
    ],
)
def test_arguments_are_not_run(
    folder: Path, target: str, expected: list[str | int], text: str, by_environment: bool
) -> None:
    name, *words = target.split()
    # Without what the make that runs the tests was given, such as VENV.
    environment = {k: v for k, v in os.environ.items() if "MAKE" not in k and k != "MFLAGS"}
    environment.update(dict.fromkeys(words, text) if by_environment else {})
    done = subprocess.run(
        ["make", "--silent", name, "VENV=.venv", f"RUN={RUN}",
         *(f"{word}={text}" for word in words if not by_environment)],
        cwd=folder, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    arguments, seen = json.loads(done.stdout)
    given = {
        0: text,
        1: f"--name={text}",
        3: f"--fail={text}",
        4: f"--http={text}",
    }
    assert arguments == [given.get(one, one) for one in expected]
    assert {word: seen[word] for word in words} == dict.fromkeys(words, text)
    assert not (folder / "made").exists()


@pytest.mark.parametrize(("value", "expected"), [("1", True), ("0", False), ("", False)])
@pytest.mark.parametrize(
    ("target", "name", "shown"),
    [
        ("vendor DEST=x", "FORCE", "--force"),
        ("vendor-check DEST=x", "JSON", "--json"),
        ("changes OLD=x NEW=y", "JSON", "--json"),
        ("test", "QUICK", "QUICK=1 leaves out"),
        ("test", "AGAIN", "AGAIN=1 leaves out"),
        ("test", "COVERAGE", "coverage run"),
        ("faults", "WRITE", "--write"),
        ("bench", "QUICK", "--quick"),
        ("behind", "NEWEST", "--upgrade openai"),
    ],
)
def test_zero_says_no(target: str, name: str, shown: str, value: str, expected: bool) -> None:
    command = ["make", "--dry-run", *target.split(), f"{name}={value}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert (shown in done.stdout) == expected
