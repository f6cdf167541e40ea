"""A tiny upstream document, and a folder to run tools.openapi_spec in."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

from tools.errors import LONGEST

Json = dict[str, Any]
Run = Callable[..., int]

SELECTION = """\
repository: owner/name
title: Ours
operations:
  - keep: [getThing]
    reason: it is what the test is about
rules:
  - drop: [description, summary, externalDocs]
    prose: true
    reason: prose
  - drop: [title, example, examples, "x-*"]
    reason: not structure
"""

FIXES = """\
overlay: 1.0.0
info: {title: Fixes, version: 1.0.0}
actions:
  - x-name: fix
    target: $.components.schemas.Thing
    description: the fault
    update: {additionalProperties: false}
"""

DOCS = """\
overlay: 1.0.0
info: {title: Words, version: 1.0.0}
actions:
  - x-name: words
    target: $.paths.*[?@.operationId == 'getThing']
    description: docstring
    update: {description: Ours.}
"""


def ref(name: str, section: str = "schemas") -> Json:
    """Return a reference to a component."""
    return {"$ref": f"#/components/{section}/{name}"}


def document(schemas: Json | None = None, **operation: Any) -> Json:
    """Return an upstream document with the operation getThing, whose response is a `Thing`."""
    content = {"application/json": {"schema": ref("Thing")}}
    ok = {"description": "Theirs.", "content": content}
    thing = {"type": "object", "description": "Theirs.", "properties": {"id": {"type": "string"}}}
    get = {"operationId": "getThing", "description": "Theirs.", "responses": {"200": ok}}
    return deepcopy(
        {
            "openapi": "3.1.0",
            "info": {"title": "Theirs", "version": "1", "description": "Theirs."},
            "servers": [{"url": "https://example.com", "description": "Theirs."}],
            "paths": {
                "/things": {"get": get | operation, "post": {"operationId": "makeThing"}},
                "/other": {"get": {"operationId": "getThings"}},
            },
            "components": {"schemas": {"Thing": thing} | (schemas or {})},
        }
    )


def folder(root: Path, *, selection: str = SELECTION, fixes: str = FIXES, docs: str = DOCS) -> Path:
    """Make `root`/spec with these three files in it, and return `root`."""
    (root / "spec").mkdir()
    texts = {"selection": selection, "fixes.overlay": fixes, "docs.overlay": docs}
    for name, text in texts.items():
        (root / "spec" / f"{name}.yaml").write_text(text, encoding="utf-8")
    (root / "generator-config.yaml").write_text("literal_enums: true\n", encoding="utf-8")
    return root


def contents(root: Path) -> dict[str, bytes]:
    """Return all files of `root`/spec with their bytes."""
    return {path.name: path.read_bytes() for path in sorted((root / "spec").iterdir())}


def check_refused(said: str, message: str) -> None:
    """Check that a tool has said one paragraph on standard error, and this in it."""
    assert message in said
    assert said.startswith("error: ")
    assert said.count("\n") == 1
    assert len(said) < LONGEST + 20
    assert said[:-1].isprintable()
    assert "Traceback" not in said
