"""Tiny documents, and packages generated from them."""

import importlib
import itertools
import json
import shutil
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from tools import PACKAGE
from tools.generate.build import build

ROOT = Path(__file__).resolve().parents[2]
_numbers = itertools.count()


def document(schemas: dict[str, Any], response: Any = None) -> dict[str, Any]:
    """Return a document with the operation `getThing`; its response is any object by default."""
    content = {"application/json": {"schema": response or {"type": "object"}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tiny", "version": "1"},
        "servers": [{"url": "https://example.test/v1"}],
        "paths": {
            "/things/{thing_id}": {
                "get": {
                    "operationId": "getThing",
                    "tags": ["Things"],
                    "parameters": [
                        {
                            "name": "thing_id",
                            "in": "path",
                            "required": True,
                            "schema": {"type": "string"},
                        }
                    ],
                    "responses": {"200": {"description": "OK", "content": content}},
                }
            }
        },
        "components": {"schemas": schemas},
    }


def object_(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return an object schema."""
    properties = {**required, **(optional or {})}
    return {"type": "object", "properties": properties, "required": list(required)}


def ref(name: str) -> dict[str, str]:
    """Return a reference to a component schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def root(folder: Path, spec: dict[str, Any], config: str = "literal_enums: true\n") -> Path:
    """Return a project root in `folder` that holds what the generate step reads."""
    (folder / "spec").mkdir(parents=True)
    # JSON is YAML, and is read and written in a tenth of the time.
    (folder / "spec" / "openapi.yaml").write_text(json.dumps(spec), encoding="utf-8")
    shutil.copy(ROOT / "spec" / "upstream.lock", folder / "spec")
    (folder / "generator-config.yaml").write_text(config, encoding="utf-8")
    return folder


def package(
    folder: Path, spec: dict[str, Any], config: str = "literal_enums: true\n"
) -> ModuleType:
    """Return the package generated from a document, imported under a name of its own."""
    build(root(folder / "root", spec), folder / "made")
    return imported(folder / "made", folder / "importable")


def imported(made: Path, importable: Path) -> ModuleType:
    """Import the package that `build` has written, from a folder and under a name of its own."""
    name = f"tiny_{next(_numbers)}"
    target = importable / name
    shutil.copytree(made / PACKAGE, target)
    sys.path.insert(0, str(target.parent))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(target.parent))
