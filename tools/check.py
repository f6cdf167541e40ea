"""`make check`: every generated file is what its source gives, and every tool is content.

Each step of the pipeline runs again into a temporary folder and its result is compared with the
repository. Then ruff, mypy and pyright. All steps run, whatever the ones before said; the exit
status is 1 if any of them found something.

The first step needs OpenAI's document, which is not in the repository. It is looked for in the
folder `UPSTREAM_DIR` (by default `../shared/upstream`); without it the step says that it was left
out, and everything after spec/openapi.yaml is still checked.
"""

import filecmp
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path

from ruamel.yaml import YAML

from tools import unasync
from tools.errors import ToolError, exit_status
from tools.generate.__main__ import CARRIED
from tools.generate.build import SCHEMA, build
from tools.generate.render import PACKAGE
from tools.spec.__main__ import run as make_spec

ROOT = Path(__file__).resolve().parents[1]
UPSTREAM = Path(os.environ.get("UPSTREAM_DIR", ROOT.parent / "shared" / "upstream"))
TYPED = ("generated", "overlays", "tools", "examples", "tests/typing")
LINTED = ("overlays", "tools", "tests", "examples", "benchmarks")


def spec() -> str:
    """spec/openapi.yaml and spec/upstream.lock, from the pinned upstream document."""
    pinned = YAML(typ="safe").load(ROOT / "spec/upstream.lock")
    source = UPSTREAM / f"{pinned['date']}.openapi.json"
    if not source.exists():
        return f"LEFT OUT: needs {source.name} in UPSTREAM_DIR (by default ../shared/upstream)"
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "spec", Path(folder) / "spec")
        with redirect_stdout(None):
            make_spec(str(source), Path(folder))
        _same(Path(folder) / "spec", ROOT / "spec", "make spec")
    return "current"


def generated() -> str:
    """generated/, and the document that the overlay package carries, from spec/openapi.yaml."""
    with tempfile.TemporaryDirectory() as folder:
        made = build(ROOT, Path(folder))
        if made.notices:
            raise ToolError(" ".join(made.notices))
        _same(Path(folder) / PACKAGE, ROOT / "generated" / PACKAGE, "make generate")
        if not filecmp.cmp(Path(folder) / SCHEMA, ROOT / CARRIED, shallow=False):
            raise ToolError(f"{CARRIED} is not current. Run `make generate`.")
    return f"current, {made.summary}"


def facade() -> str:
    """Methods of the facade, for every operation of the spec."""
    from tools.facade import check

    return check()


def sync() -> str:
    """overlays/…/_sync, from _async."""
    unasync.main(["--check"])
    return "current"


def ruff() -> str:
    """Lint and format."""
    _call("ruff", "check", "--quiet", *LINTED)
    _call("ruff", "format", "--quiet", "--check", *LINTED)
    return "clean"


def mypy() -> str:
    """Types as mypy --strict sees them."""
    _call("mypy", "--no-error-summary", *TYPED)
    return "clean"


def pyright() -> str:
    """Types as pyright sees them."""
    _call("pyright", *TYPED)
    return "clean"


STEPS: tuple[Callable[[], str], ...] = (spec, generated, sync, facade, ruff, mypy, pyright)


def _same(made: Path, there: Path, target: str) -> None:
    """Raise ToolError that names every file by which two folders differ."""
    names = {
        path.relative_to(folder)
        for folder in (made, there)
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    different = [
        str(name)
        for name in sorted(names)
        if not ((made / name).exists() and (there / name).exists())
        or (made / name).read_bytes() != (there / name).read_bytes()
    ]
    if different:
        shown = ", ".join(different[:10]) + (" …" if len(different) > 10 else "")
        raise ToolError(
            f"{there.relative_to(ROOT)} is not what its sources give: {shown}. "
            f"Change the source, then run `{target}`."
        )


def _call(*command: str) -> None:
    result = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if result.returncode:
        print(result.stdout.replace(f"{ROOT}/", "") + result.stderr, end="")
        raise ToolError(f"{command[0]} is not content, see above.")


def main() -> None:
    """Run all steps; raise ToolError at the end if one of them failed."""
    failed = []
    for step in STEPS:
        started = time.perf_counter()
        try:
            said = step()
        except ToolError as error:
            failed.append(step.__name__)
            said = f"FAILED: {error}"
        print(f"{step.__name__:10} {said} ({time.perf_counter() - started:.1f} s)", flush=True)
    if failed:
        raise ToolError(f"make check: {', '.join(failed)} failed.")


if __name__ == "__main__":
    sys.exit(exit_status(main))
