"""The package that is handed out: what generated/ holds, the licence, and where it came from."""

import ast
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from tools.errors import ToolError

PACKAGE = "openai_conversations_api"
LICENCE = "LICENSE"


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
        files.setdefault(LICENCE, self.root / LICENCE)
        if not files[LICENCE].is_file():
            raise ToolError(f"{LICENCE} is not there, and a copy must carry it.")
        return dict(sorted(files.items()))

    @property
    def version(self) -> str:
        """The version of this project, which the generated package shares."""
        project = tomllib.loads((self.root / "pyproject.toml").read_text(encoding="utf-8"))
        return str(project["project"]["version"])

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
