"""The package that is handed out: the files of generated/, the licence, and where it came from."""

import ast
import runpy
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from tools import PACKAGE
from tools.errors import ToolError

LICENCES = ("LICENSE", "NOTICE")
VERSION = "overlays/openai_conversations/_version.py"
ALLOWED = frozenset({*sys.stdlib_module_names, "httpx", "attr", "attrs"})


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
        """The files of a copy, by the path each has there. Raises ToolError if there is none."""
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
        """The generator's own record (`__provenance__`), read without importing it."""
        file = self.files.get("_provenance.py")
        tree = ast.parse(file.read_text(encoding="utf-8")) if file else ast.Module([], [])
        for node in ast.walk(tree):
            if isinstance(node, ast.Dict):
                return cast("dict[str, Any]", ast.literal_eval(node))
        raise ToolError(
            f"generated/{PACKAGE}/_provenance.py with the record of what the package was generated "
            "from is not there or holds no table; run `make generate` again."
        )


def package_files(folder: Path) -> dict[str, Path]:
    """Return every file below `folder` by its path with slashes, without Python's caches."""
    return {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc"
    }


def check_imports(files: dict[str, Path]) -> None:
    """Raise ToolError, naming file and line, for the first import that a copy could not satisfy.

    `files` maps paths inside the package to where they are. Allowed are the standard library,
    httpx, attr and attrs, and relative imports that stay inside the package.
    """
    for name, path in files.items():
        if not name.endswith(".py"):
            continue
        try:
            tree = ast.parse(path.read_bytes())
        except SyntaxError as error:
            raise ToolError(f"{name}, line {error.lineno}: is not Python ({error.msg}).") from None
        for line, module, level in _imports(tree):
            if level > name.count("/") + 1:
                raise ToolError(
                    f"{name}, line {line}: `{'.' * level}{module}` leads out of the package, so a "
                    "copy elsewhere could not find it."
                )
            if level == 0 and module.split(".")[0] not in ALLOWED:
                raise ToolError(
                    f"{name}, line {line}: imports `{module}`. A vendored package may import only "
                    "the standard library, httpx, attrs and, relatively, itself; correct the "
                    "template it comes from."
                )


def _imports(tree: ast.Module) -> Iterator[tuple[int, str, int]]:
    """Yield line, module and number of leading dots of every import, those by name included."""
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                yield from ((node.lineno, alias.name, 0) for alias in node.names)
            case ast.ImportFrom():
                yield node.lineno, node.module or "", node.level
            case ast.Call(
                func=ast.Name("import_module" | "__import__")
                | ast.Attribute(attr="import_module" | "__import__"),
                args=[ast.Constant(str(given)), *_],
            ):
                module = given.lstrip(".")
                yield node.lineno, module, len(given) - len(module)
            case _:
                pass
