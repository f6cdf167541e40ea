"""`make check`: every generated file is what its source gives, and every tool is content.

Each step of the pipeline runs again into a temporary folder and its result is compared with the
repository. Then come the budgets, the words, the documentation, the workflows, ruff, mypy and
pyright. All steps run, whatever the ones before said; the exit status is 1 if any of them found
something.

The first step needs OpenAI's document, which is not in the repository. It is looked for in the
folder `UPSTREAM_DIR` (by default `../shared/upstream`); without it the step says that it was left
out, and everything after spec/openapi.yaml is still checked.
"""

import filecmp
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path

from tools import PACKAGE, ROOT, api_index, docs, house, unasync, words
from tools.errors import ToolError, exit_status
from tools.files import check_same
from tools.generate.__main__ import CARRIED
from tools.generate.build import SCHEMA, build
from tools.generate.parse import CONFIG
from tools.openapi_spec.__main__ import run as make_spec
from tools.openapi_spec.lock import read_lock

UPSTREAM = Path(os.environ.get("UPSTREAM_DIR", ROOT.parent / "shared" / "upstream"))
TYPED = ("generated", "overlays", "tools", "examples", "tests/typing")
LINTED = ("overlays", "tools", "tests", "examples", "benchmarks")


def spec() -> str:
    """Compare spec/openapi.yaml and spec/upstream.lock with what the pinned document gives."""
    pinned = read_lock(ROOT / "spec/upstream.lock")
    if pinned is None or pinned.date is None:
        return "LEFT OUT: spec/upstream.lock has no date; `make spec` with DATE=… gives it one"
    source = UPSTREAM / f"{pinned.date}.openapi.json"
    if not source.exists():
        return f"LEFT OUT: needs {source.name} in UPSTREAM_DIR (by default ../shared/upstream)"
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "spec", Path(folder) / "spec")
        shutil.copy(ROOT / CONFIG, folder)
        with redirect_stdout(None):
            make_spec(str(source), Path(folder))
        check_same(Path(folder) / "spec", ROOT / "spec", "spec", "make spec")
    return "current"


def generated() -> str:
    """Compare generated/ and the document in the overlay package with what the spec gives."""
    with tempfile.TemporaryDirectory() as folder:
        made = build(ROOT, Path(folder))
        if made.notices:
            raise ToolError(" ".join(made.notices))
        name = f"generated/{PACKAGE}"
        check_same(Path(folder) / PACKAGE, ROOT / name, name, "make generate")
        if not filecmp.cmp(Path(folder) / SCHEMA, ROOT / CARRIED, shallow=False):
            raise ToolError(f"{CARRIED} is not current. Run `make generate`.")
    return f"current, {made.summary}"


def facade() -> str:
    """Check that the facade has a method for every operation of the spec."""
    from tools.facade import check

    return check()


def sync() -> str:
    """Compare each _sync, of the package and of its tests, with what _async gives."""
    unasync.main(["--check"])
    return "current"


def workflows() -> str:
    """Lint .github/workflows; every action is pinned by commit, its version in a comment."""
    folder = ROOT / ".github/workflows"
    for file in sorted(folder.glob("*.yml")):
        for action in re.findall(r"uses:(.*)", file.read_text("utf-8")):
            if not re.fullmatch(r" [\w./-]+@[0-9a-f]{40} # v\d[\w.]*", action):
                raise ToolError(f"{file.name}: pin{action} as <action>@<40 digits> # <version>.")
    actionlint = Path(sys.executable).with_name("actionlint")
    # What else is installed on a machine must not decide: no shellcheck, no pyflakes.
    files = map(str, sorted(folder.glob("*.yml")))
    return _run(str(actionlint), "-shellcheck=", "-pyflakes=", *files)


def ruff() -> str:
    """Lint and format."""
    _call("ruff", "check", "--quiet", *LINTED)
    return _call("ruff", "format", "--quiet", "--check", *LINTED)


STEPS: dict[str, Callable[[], str]] = {
    "spec": spec,
    "generated": generated,
    "sync": sync,
    "facade": facade,
    "api": api_index.check,
    "house": house.check,
    "words": words.check,
    "docs": docs.check,
    "workflows": workflows,
    "ruff": ruff,
    "mypy": lambda: _call("mypy", "--no-error-summary", *TYPED, "benchmarks"),
    "pyright": lambda: _call("pyright", *TYPED),
}


def _call(*command: str) -> str:
    return _run(sys.executable, "-m", *command)


def _run(*command: str) -> str:
    result = subprocess.run(
        command, cwd=ROOT, capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    if result.returncode:
        print(result.stdout.replace(f"{ROOT}/", "") + result.stderr, end="")
        name = command[2] if command[1] == "-m" else Path(command[0]).name
        raise ToolError(f"{name} is not content, see above.")
    return "clean"


def main() -> None:
    """Run all steps; raise ToolError at the end if one of them failed."""
    with tempfile.TemporaryDirectory() as caches:
        if not os.access(ROOT, os.W_OK):  # ruff and mypy do not run without one
            os.environ.update(RUFF_CACHE_DIR=caches, MYPY_CACHE_DIR=caches)
        failed = [name for name, step in STEPS.items() if not _passes(name, step)]
    if failed:
        raise ToolError(f"make check: {', '.join(failed)} failed.")


def _passes(name: str, step: Callable[[], str]) -> bool:
    """Run one step and print what it says; tell whether it was content."""
    started = time.perf_counter()
    try:
        said, passed = step(), True
    except (ToolError, OSError) as error:
        said, passed = f"FAILED: {error}", False
    print(f"{name:10} {said} ({time.perf_counter() - started:.1f} s)", flush=True)
    return passed


if __name__ == "__main__":
    sys.exit(exit_status(main))
