"""The wheel as others use it: for their type checkers, and run from within an archive."""

import json
import os
import re
import subprocess
import sys
import sysconfig
import zipapp
from pathlib import Path
from venv import EnvBuilder
from zipfile import ZipFile

import pytest

from tools import ROOT

PROGRAM = """
import openai_conversations, openai_conversations_api, sys

for package in (openai_conversations, openai_conversations_api):
    assert package.__file__.startswith(sys.path[0]), package.__file__
with openai_conversations.Client.local() as client:
    conversation = client.conversations.create(
        items=[openai_conversations.MessageItem.user_text("Hello")]
    )
    print(*(item.type for item in client.conversations.items.list(conversation.id)))
    events = client.responses.create(input="Hi", conversation=conversation.id, stream=True)
    print([event.type for event in events][-1])
"""

PAGE = """
from openai_conversations.local import LocalService, app
from starlette.testclient import TestClient

assert app.__file__.startswith(sys.path[0]), app.__file__
http = TestClient(app.create_app(LocalService()), base_url="http://localhost")
for name in sys.argv[1:]:
    print(name, len(http.get(f"/page/{name}").raise_for_status().content))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path) -> Path:
    """Return the Python of an environment with the wheel, and with what it needs from this one."""
    environment = wheel.parent / "environment"
    EnvBuilder().create(environment)
    packages = next(environment.glob("lib/python*/site-packages"))
    ZipFile(wheel).extractall(packages)
    # A path that a file such as this one adds is not searched for further ones: the editable
    # install of this environment is not found.
    (packages / "needed.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return environment / "bin" / "python"


def copied(folder: Path, without: str) -> Path:
    """Copy the programs of tests/typing to `folder`, less what matches `without`."""
    for program in (ROOT / "tests/typing").glob("*.py"):
        text = re.sub(without, "", program.read_text("utf-8"))
        (folder / program.name).write_text(text, encoding="utf-8")
    config = {"typeCheckingMode": "strict", "enableTypeIgnoreComments": False}
    (folder / "pyrightconfig.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


def checked(checker: str, folder: Path, python: Path) -> str:
    """Return what a checker says of the programs in `folder`, with the packages of `python`."""
    options = {
        "mypy": [
            "--strict",
            "--config-file=",
            "--no-error-summary",
            f"--python-executable={python}",
        ],
        "pyright": ["--pythonpath", str(python)],
    }
    result = subprocess.run(
        [sys.executable, "-m", checker, *options[checker], "."],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stderr) == (1, "")
    return result.stdout


@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_type_checkers_find_each_mistake(checker: str, installed: Path, tmp_path: Path) -> None:
    """Report each line of tests/typing that has an `ignore` for the checker, and no other."""
    marks = {"mypy": r"# type: ignore.*", "pyright": r"# pyright: ignore.*"}
    folder = copied(tmp_path, without=marks[checker])
    found = set(re.findall(r"(\w+\.py):(\d+):.*error", checked(checker, folder, installed)))
    expected = {
        (program.name, str(number))
        for program in (ROOT / "tests/typing").glob("*.py")
        for number, line in enumerate(program.read_text("utf-8").splitlines(), 1)
        if re.search(marks[checker], line)
    }
    assert len(expected) > 70
    assert found == expected


def run(*arguments: str | Path) -> list[str]:
    """Run Python, warnings being errors; return the lines that it printed."""
    result = subprocess.run(
        [sys.executable, "-W", "error", *arguments],
        env={**os.environ, "OPENAI_LOG": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()


def test_zipimport(wheel: Path) -> None:
    """Import the packages and their data files from the wheel itself, which is a ZIP archive."""
    program = f"import sys; sys.path.insert(0, {str(wheel)!r})\n{PROGRAM}"
    assert run("-c", program) == ["message", "response.completed"]


def test_zipapp(wheel: Path, tmp_path: Path) -> None:
    ZipFile(wheel).extractall(tmp_path / "app")
    (tmp_path / "app/__main__.py").write_text(PROGRAM, encoding="utf-8")
    zipapp.create_archive(tmp_path / "app", tmp_path / "app.pyz", compressed=True)
    assert run(tmp_path / "app.pyz") == ["message", "response.completed"]


def test_the_page_of_serve_is_in_the_wheel(wheel: Path) -> None:
    """Serve each of its files from within the archive."""
    folder = ROOT / "overlays/openai_conversations/local/page"
    files = [one for one in sorted(folder.iterdir()) if one.suffix in (".html", ".css", ".js")]
    assert len(files) == 7
    program = f"import sys; sys.path.insert(0, {str(wheel)!r})\n{PAGE}"
    served = run("-c", program, *(one.name for one in files))
    assert served == [f"{one.name} {one.stat().st_size}" for one in files]
