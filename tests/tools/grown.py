"""The trimmed document with parameters that it does not have yet, and checks of what it gives.

Building blocks for the proof that a parameter which the document gains is usable and typed after
`make generate`, without an edit by hand.
"""

import copy
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from tools.generate.build import build

from ..document import document
from .tiny import ROOT, root

# One of each place, at an operation that has a query and a body already.
OPERATION = "createConversationItems"
QUERY: dict[str, Any] = {
    "name": "dry_run",
    "in": "query",
    "description": "true: check the items only.",
    "schema": {"type": "boolean"},
}
HEADER: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The same key, the same request.",
    "schema": {"type": "string"},
}
FIELD = ("labels", {"type": "array", "items": {"type": "string"}, "description": "Labels of all."})


def grown(operation_id: str = OPERATION) -> dict[str, Any]:
    """Return the trimmed document with one more query parameter, header and field of the body."""
    whole = copy.deepcopy(document())
    operation = next(
        operation
        for item in whole["paths"].values()
        for operation in item.values()
        if operation["operationId"] == operation_id
    )
    operation.setdefault("parameters", []).extend(copy.deepcopy([QUERY, HEADER]))
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    while "$ref" in schema:
        schema = whole["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    name, field = copy.deepcopy(FIELD)
    schema["properties"][name] = field
    return whole


def generated(folder: Path, spec: dict[str, Any]) -> Path:
    """Generate the package of `spec` with the settings of the project; return its parent folder."""
    config = (ROOT / "generator-config.yaml").read_text(encoding="utf-8")
    build(root(folder / "root", spec, config), folder / "made")
    return folder / "made"


def run(folder: Path, program: str) -> str:
    """Run a program that finds packages in `folder` first; return what it printed."""
    return _output([sys.executable, "-W", "error", "-c", program], folder)


def mypy(folder: Path, caller: Path) -> str:
    """Return what `mypy --strict` says of `caller`, a file in `folder`; empty where all is well."""
    cache = folder / ".mypy_cache"
    options = ["--strict", "--config-file=", f"--cache-dir={cache}", "--no-error-summary"]
    return _output([sys.executable, "-m", "mypy", *options, caller.name], folder, check=False)


def pyright(folder: Path, caller: Path) -> str:
    """Return what pyright says of `caller` when it is strict, as its exit status and output."""
    config = f'{{"include": ["{caller.name}"], "typeCheckingMode": "strict"}}'
    (folder / "pyrightconfig.json").write_text(config, encoding="utf-8")
    command = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable]
    said = _output(command, folder, check=False)
    return "" if said.startswith("0 errors") else said


def _output(command: list[str], folder: Path, *, check: bool = True) -> str:
    assert shutil.which(command[0])
    result = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "MYPYPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert not check or result.returncode == 0, result.stderr
    return result.stdout
