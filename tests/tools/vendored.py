"""Tiny packages to vendor, the real one, and what tests ask of copies of them."""

import functools
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from tools.generate.build import build
from tools.vendoring import Comparison, Source, check

ROOT = Path(__file__).resolve().parents[2]
PARTS = (
    "spec/upstream.lock",
    "generator-config.yaml",
    "LICENSE",
    "NOTICE",
    "overlays/openai_conversations/_version.py",
)
"""What a package is vendored from, besides the document and generated/."""

PACKAGE = "openai_conversations_api"
ORIGIN = {"upstream_date": "2026-01-02", "upstream_commit": "abc1234"}
LATER = {"upstream_date": "2026-03-04", "upstream_commit": "def5678"}
FILES = {
    "__init__.py": "from .models import A\n",
    "models/__init__.py": "import json\nimport attrs\nfrom .a import A\nfrom ..types import T\n",
    "models/a.py": "import typing as t\nimport httpx\n\nA = 1\n\n\nB = 2\n\n\nC = httpx.Client\n",
    "types.py": "T = 2\n",
    "py.typed": "",
    "LICENSE": "MIT\n",
    "openapi.json": '{"openapi": "3.1.0", "paths": {}}\n',
    "README.md": "Needs httpx.\n",
}


def tiny(root: Path) -> Source:
    """Return a source of a few files, whose checkout is `root`."""
    return Source(root, "1.2.3", ORIGIN, {name: text.encode() for name, text in FILES.items()})


@functools.cache
def real() -> Source:
    """Return the source that this checkout is."""
    return Source.of(ROOT)


def checkout(root: Path, document: dict[str, Any]) -> Source:
    """Make a checkout of this project in `root` with another document, and return its source."""
    for name in PARTS:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    write(root, {"spec/openapi.yaml": json.dumps(document)})  # JSON is YAML, and faster to write
    build(root, root / "generated")
    return Source.of(root)


def run(folder: Path, program: str, **environment: str) -> str:
    """Run a program that finds packages in `folder`; return what it printed."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-B", "-c", program],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr, done.stderr
    return done.stdout


def newer(source: Source, files: dict[str, str | None]) -> Source:
    """Return a later version of `source` with these files; None takes one away."""
    kept = {name: content for name, content in source.files.items() if name not in files}
    new = {name: text.encode() for name, text in files.items() if text is not None}
    return replace(source, version="1.3.0", provenance=LATER, files=kept | new)


def write(folder: Path, files: dict[str, str]) -> None:
    """Write files below a folder."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def tree(folder: Path) -> dict[str, bytes]:
    """Return the content of every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def compared(dest: Path, source: Source) -> Comparison:
    """Compare the one copy at or below `dest`."""
    (one,) = check(dest, source)
    return one


def is_current(dest: Path, source: Source) -> bool:
    """Tell whether the one copy at or below `dest` is unedited and up to date."""
    one = compared(dest, source)
    return not one.edits and not one.old
