"""What is relied on of openapi-python-client, and in which of its versions that is there.

The versions stand in .venv-generators, which `make generators` makes.
"""

import ast
import importlib
import os
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from tools import PACKAGE

ROOT = Path(__file__).resolve().parents[2]
VERSIONS = ROOT / ".venv-generators"
GENERATOR = "openapi_python_client"
BUILD = """\
import sys
from pathlib import Path
from tools import ROOT
from tools.generate.build import build
build(ROOT, Path(sys.argv[1]))
"""
# The last version that does not work, and the first that does.
RESULTS = {
    "0.29.0": f"ModuleNotFoundError: No module named '{GENERATOR}.schema.untrusted_string'",
    "0.29.1": "the same",
    "newest": "the same",
}


def imports() -> set[tuple[str, str]]:
    """Return each name that the tools import of the generator, with its module."""
    nodes = [
        node
        for path in (ROOT / "tools").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
    ]
    whole = [one.name for node in nodes if isinstance(node, ast.Import) for one in node.names]
    assert not [name for name in whole if name.startswith(GENERATOR)]
    return {
        (node.module.removeprefix(GENERATOR).removeprefix("."), one.name)
        for node in nodes
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(GENERATOR)
        for one in node.names
        if node.module is not None
    }


def test_the_documentation_names_all_that_is_relied_on() -> None:
    text = (ROOT / "docs" / "generator.md").read_text("utf-8")
    rows = re.findall(
        r"^\| (?:\(itself\)|`([\w.]+)`) \| ((?:`\w+`(?:, )?)+) \|", text, re.MULTILINE
    )
    told = {(module, name) for module, names in rows for name in re.findall(r"`(\w+)`", names)}
    assert told == imports()
    for module, name in told:
        assert hasattr(importlib.import_module(f"{GENERATOR}.{module}".rstrip(".")), name)
    assert f"| {version('openapi-python-client')}, the pinned one" in text


def generated(folder: Path) -> dict[str, bytes]:
    """Return the files of a package, without the version that made them."""
    number = re.compile(rb"(openapi-python-client |\"generator_version\": \")[\d.]+\d")
    return {
        path.relative_to(folder).as_posix(): number.sub(rb"\1", path.read_bytes())
        for path in folder.rglob("*.py")
    }


@pytest.mark.skipif(not VERSIONS.exists(), reason="`make generators` installs the versions")
@pytest.mark.parametrize("name", RESULTS)
def test_a_version_gives_the_same_package(tmp_path: Path, name: str) -> None:
    if not (VERSIONS / name).exists():
        pytest.skip("NEWEST=1 installs it")
    said = subprocess.run(
        [sys.executable, "-c", BUILD, str(tmp_path)], cwd=ROOT, capture_output=True, text=True,
        env=os.environ | {"PYTHONPATH": str(VERSIONS / name)}, check=False,
    )  # fmt: skip
    there = generated(ROOT / "generated" / PACKAGE)
    same = not said.returncode and generated(tmp_path / PACKAGE) == there
    result = "the same" if same else said.stderr.strip().rpartition("\n")[2] or "another package"
    assert result == RESULTS[name], said.stderr
