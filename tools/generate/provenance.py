"""What a generated package was made from: enough to tell whether two copies are the same."""

import hashlib
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

SPEC = "spec/openapi.yaml"
LOCK = "spec/upstream.lock"
CONFIG = "generator-config.yaml"


def provenance(root: Path, templates: Path, generator_version: str) -> dict[str, str]:
    """Return the names and hashes that `__provenance__` holds.

    Hashes are SHA-256 in hexadecimal, over the bytes of a file with line ends as "\\n".
    """
    lock: dict[str, Any] = YAML(typ="safe").load(root / LOCK)
    upstream = {
        f"upstream_{key}": str(lock[key])
        for key in ("repository", "commit", "date", "sha256")
        if lock.get(key)
    }
    return {
        "generator": "openapi-python-client",
        "generator_version": generator_version,
        **upstream,
        "spec_sha256": digest([root / SPEC]),
        "config_sha256": digest([root / CONFIG]),
        "templates_sha256": digest(sorted(templates.rglob("*.jinja"))),
    }


def digest(paths: list[Path]) -> str:
    """Return one SHA-256 over the names and contents of files."""
    total = hashlib.sha256()
    for path in paths:
        total.update(path.name.encode() + b"\0")
        total.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return total.hexdigest()
