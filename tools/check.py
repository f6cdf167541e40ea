"""`make check`: every generated file is what its source gives, and every tool is content.

Each step of the pipeline runs again into a temporary folder and its result is compared with the
repository. Then come the budgets, the words, the documentation, the workflows, ruff, mypy and
pyright. All steps run, whatever the ones before said; the exit status is 1 if any of them found
something. The type checkers are programs of their own, and run beside the other steps.

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
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stdout
from functools import partial
from pathlib import Path
from typing import Any

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
_ROOM = "overlays/openai_conversations"
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


def facade(spec: Mapping[str, Any] | None = None) -> str:
    """Compare the operations of the spec, or other ones, with the methods of the facade.

    Parameters reach the facade by themselves; a new operation needs a method that a person names.
    """
    from openai_conversations._request import operations
    from openai_conversations_api._parameters import OPERATIONS

    spec = OPERATIONS if spec is None else spec
    known = {one.id for one in vars(operations).values() if isinstance(one, operations.Operation)}
    told = [_to_write(name, spec[name]) for name in spec if name not in known]
    told += [
        f"The document has no {name} any more. Take out its line in "
        f"{_ROOM}/_request/operations.py, its method, its line of the views, and its parameters."
        for name in sorted(known - spec.keys())
    ]
    if told:
        raise ToolError("\n".join(told))
    return f"{len(spec)} operations, each with a method"


def _to_write(name: str, operation: Any) -> str:
    function = operation.module.rpartition(".")[2]
    return (
        f"{name} ({operation.method} {operation.path}) has no method in the facade. Write\n"
        f'  {_ROOM}/_request/operations.py: {function}: Operation[models.…] = Operation("{name}")\n'
        f"  {_ROOM}/_request/method_params.py: "
        f"class …Params(p.{operation.name}Params, RequestOptions), "
        f"and its name in __all__\n"
        f"  {_ROOM}/_async/: @describe(operations.{function}), a method that takes\n"
        f"    **params: Unpack[p.…Params] and returns self._send(operations.{function}, params),\n"
        f"    and its line in the table of the resource's views; then `make generate`."
    )


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
BESIDE = ("mypy", "pyright")


def _call(*command: str) -> str:
    return _run(sys.executable, "-m", *command)


def _run(*command: str) -> str:
    result = subprocess.run(
        command, cwd=ROOT, capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    if result.returncode:
        name = command[2] if command[1] == "-m" else Path(command[0]).name
        error = ToolError(f"{name} is not content, see below.")
        error.add_note((result.stdout.replace(f"{ROOT}/", "") + result.stderr).rstrip())
        raise error
    return "clean"


def main() -> None:
    """Run all steps; raise ToolError at the end if one of them failed."""
    with tempfile.TemporaryDirectory() as caches, ThreadPoolExecutor() as pool:
        if not os.access(ROOT, os.W_OK):  # ruff and mypy do not run without one
            os.environ.update(RUFF_CACHE_DIR=caches, MYPY_CACHE_DIR=caches)
        started = {
            name: pool.submit(_passes, STEPS[name]).result for name in STEPS if name in BESIDE
        }
        failed: list[str] = []
        for name, step in STEPS.items():
            said, passed = started.get(name, partial(_passes, step))()
            print(f"{name:10} {said}", flush=True)
            if not passed:
                failed.append(name)
    if failed:
        raise ToolError(f"make check: {', '.join(failed)} failed.")


def _passes(step: Callable[[], str]) -> tuple[str, bool]:
    """Run one step; return what it says and how long it took, and whether it was content."""
    started = time.perf_counter()
    notes: list[str] = []
    try:
        said, passed = step(), True
    except (ToolError, OSError) as error:
        said, passed, notes = f"FAILED: {error}", False, getattr(error, "__notes__", notes)
    return "\n".join([f"{said} ({time.perf_counter() - started:.1f} s)", *notes]), passed


if __name__ == "__main__":
    sys.exit(exit_status(main))
