"""Tools that are interrupted, run twice at once, or write to a terminal that lacks a letter."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tools.spec_case import Run, check_refused, contents, document
from tools import check
from tools.errors import exit_status
from tools.files import one_run, replace

ROOT = Path(__file__).resolve().parents[2]


def spec(root: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "tools.openapi_spec", "--root", str(root), str(root / "up.json")],
        cwd=ROOT, env=os.environ | environment, capture_output=True, check=False,
    )  # fmt: skip


def test_two_runs_at_once(root: Path, run: Run) -> None:
    """Refuse the second, in another process, and let it run when the first has ended."""
    assert run(document()) == 0
    before = contents(root)
    with one_run(root):
        said = spec(root)
        assert (said.returncode, said.stdout) == (1, b"")
        check_refused(said.stderr.decode(), "another `make spec` or `make generate` is at work")
    assert spec(root).returncode == 0
    assert contents(root) == before


def test_a_terminal_that_lacks_a_letter(root: Path, run: Run) -> None:
    plain = {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C"}
    assert run(document()) == 0
    more = document()
    more["components"]["schemas"]["Thing"]["properties"]["größe"] = {"type": "string"}
    (root / "up.json").write_text(json.dumps(more))
    for environment in (plain, {"PYTHONIOENCODING": "latin-1"}, {"PYTHONIOENCODING": "ascii"}):
        assert run(document(), file="old.json") == 0
        said = spec(root, **environment)
        assert (said.returncode, said.stderr) == (0, b"")
        assert b"gr\\xf6\\xdfe" in said.stdout or "größe".encode("latin-1") in said.stdout
    more["components"]["schemas"]["Thing"]["properties"]["größe"] = None
    (root / "up.json").write_text(json.dumps(more))
    said = spec(root, **plain)
    assert said.returncode == 1
    check_refused(said.stderr.decode("ascii"), "gr\\xf6\\xdfe: expected a schema object")


@pytest.mark.parametrize("at", ["replace", "write_bytes", "copy"])
def test_ctrl_c_leaves_everything_as_it_was(
    root: Path,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    at: str,
) -> None:
    """Interrupt just after a file was moved, before anybody knows that it was, and elsewhere."""
    assert run(document()) == 0
    before = contents(root)
    (root / "up.json").write_text(json.dumps(document({"Thing": {"type": "object"}})))
    holder = shutil if at == "copy" else Path
    step = getattr(holder, at)

    def interrupted(*given: object) -> None:
        with monkeypatch.context() as undo:
            undo.setattr(holder, at, step)
            step(*given)
        monkeypatch.setattr(holder, at, step)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(holder, at, interrupted)
    capsys.readouterr()
    assert run(str(root / "up.json")) == 130
    assert capsys.readouterr().err == "interrupted\n"
    assert contents(root) == before


def test_ctrl_c_while_a_tool_is_imported(tmp_path: Path) -> None:
    """Interrupt in a module that every tool imports: no traceback, and the status of the signal."""
    (tmp_path / "ruamel").mkdir()
    (tmp_path / "ruamel" / "yaml.py").write_text("import signal\nsignal.raise_signal(2)\n")
    (tmp_path / "ruamel" / "__init__.py").touch()
    said = subprocess.run(
        [sys.executable, "-m", "tools.openapi_spec", "x"], cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(tmp_path)}, capture_output=True, check=False,
    )  # fmt: skip
    assert (said.returncode, said.stdout, said.stderr) == (-signal.SIGINT, b"", b"")


@pytest.mark.parametrize("size", [1, 100_000])
def test_output_that_cannot_be_written(size: int) -> None:
    """Say so once, also where it is noticed when Python ends."""
    tool = f"""\
import sys
from tools.errors import exit_status
sys.exit(exit_status(lambda: print("x" * {size})))
"""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONUNBUFFERED"}
    with Path("/dev/full").open("wb") as full:
        said = subprocess.run(
            [sys.executable, "-c", tool], cwd=ROOT, env=environment, stdout=full,
            stderr=subprocess.PIPE, check=False,
        )  # fmt: skip
    assert said.returncode == 1
    check_refused(said.stderr.decode(), "No space left on device")


def test_targets_that_are_given_together_run_in_their_order(tmp_path: Path) -> None:
    """Run `make -j4` with tools that do nothing but say when they begin and end."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in ("requirements-dev.txt", "pyproject.toml", ".venv/.ready"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    tool = "import sys; print('begin', sys.argv[2], flush=True); print('end', sys.argv[2])"
    environment = {k: v for k, v in os.environ.items() if "MAKE" not in k and k != "MFLAGS"}
    said = subprocess.run(
        ["make", "-s", "-j4", "VENV=.venv", f'RUN="{sys.executable}" -c "{tool}"',
         "spec", "generate", "changes", "vendor"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    order = ["openapi_spec", "generate", "api_index", "changes", "vendoring"]
    assert said.stdout.split("\n")[:-1] == [
        f"{when} tools.{name}" for name in order for when in ("begin", "end")
    ]


def test_check_after_a_document_without_a_date(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "ROOT", root)
    assert "LEFT OUT: spec/upstream.lock has no date" in check.spec()
    replace({root / "spec" / "upstream.lock": "repository: a/b\nsha256: '0'\n"})
    assert "LEFT OUT: spec/upstream.lock has no date" in check.spec()


def test_check_of_a_checkout_that_is_for_reading_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Give ruff and mypy a folder elsewhere, and run each step whatever the others met."""
    for name in ("RUFF_CACHE_DIR", "MYPY_CACHE_DIR"):
        monkeypatch.setenv(name, "")
    monkeypatch.setattr(os, "access", lambda *_: False)

    def fail() -> str:
        raise OSError(30, "Read-only file system")

    def caches() -> str:
        folders = {os.environ[name] for name in ("RUFF_CACHE_DIR", "MYPY_CACHE_DIR")}
        assert all(Path(folder).is_dir() for folder in folders)
        return "they have a folder"

    monkeypatch.setattr(check, "STEPS", {"one": fail, "two": caches})
    assert exit_status(check.main) == 1
    said = capsys.readouterr()
    assert "Read-only file system" in said.out
    assert "they have a folder" in said.out
    check_refused(said.err, "make check: one failed.")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [", "generator-config.yaml: is neither JSON nor YAML"),
        ("literal_enums: 1\nliteral_enums: 2\n", "has the key `literal_enums` twice"),
        ("literal_enums: {}\n", "generator-config.yaml: literal_enums: "),
        ("- 1\n", "generator-config.yaml: "),
        (None, "generator-config.yaml"),
    ],
)
def test_a_configuration_that_cannot_be_used(
    root: Path, run: Run, capsys: pytest.CaptureFixture[str], text: str | None, message: str
) -> None:
    path = root / "generator-config.yaml"
    path.unlink() if text is None else path.write_text(text)
    assert run(document()) == 1
    check_refused(capsys.readouterr().err, message)


def test_an_error_of_the_system_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise OSError(5, "Input/output error", "a\nb")

    assert exit_status(fail) == 1
    assert capsys.readouterr().err.count("\n") == 1
