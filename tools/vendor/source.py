"""The package that is handed out: what generated/ holds, the licence, and where it came from."""

import ast
import runpy
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from tools.errors import ToolError

PACKAGE = "openai_conversations_api"
LICENCES = ("LICENSE", "NOTICE")
VERSION = "overlays/openai_conversations/_version.py"


def package_files(folder: Path) -> dict[str, Path]:
    """Every file below `folder` by its path with slashes, without what Python leaves behind."""
    return {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc"
    }


@dataclass(frozen=True)
class Source:
    """A checkout of this repository, at `root`, to vendor from."""

    root: Path

    @property
    def folder(self) -> Path:
        """The generated package itself."""
        return self.root / "generated" / PACKAGE

    @cached_property
    def files(self) -> dict[str, Path]:
        """What a copy consists of, by the path it has there. Raises ToolError if there is none."""
        files = package_files(self.folder)
        if "__init__.py" not in files:
            raise ToolError(
                f"generated/{PACKAGE} holds no package to vendor; run `make generate` first."
            )
        for name in LICENCES:
            if not files.setdefault(name, self.root / name).is_file():
                raise ToolError(f"{name} is not there, and a copy must carry it.")
        return dict(sorted(files.items()))

    @property
    def version(self) -> str:
        """The version of this project, which the generated package shares."""
        return str(runpy.run_path(str(self.root / VERSION))["__version__"])

    @property
    def provenance(self) -> dict[str, Any]:
        """What the generator wrote down about itself (`__provenance__`), without importing it."""
        file = self.files.get("_provenance.py")
        tree = ast.parse(file.read_text(encoding="utf-8")) if file else ast.Module([], [])
        for node in ast.walk(tree):
            if isinstance(node, ast.Dict):
                return cast("dict[str, Any]", ast.literal_eval(node))
        raise ToolError(
            f"generated/{PACKAGE}/_provenance.py with the record of what the package was generated "
            "from is not there or holds no table; run `make generate` again."
        )
