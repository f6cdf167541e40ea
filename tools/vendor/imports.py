"""See that a package will work under any name and in any place, by what it imports."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from tools.errors import ToolError

ALLOWED = frozenset({*sys.stdlib_module_names, "httpx", "attr", "attrs"})


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
        depth = name.count("/") + 1
        for line, module, level in _imports(tree):
            if level > depth:
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
    """Line, module and number of leading dots of every import, those by name included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name, 0) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, node.module or "", node.level
        elif isinstance(node, ast.Call) and node.args:
            called = node.func.attr if isinstance(node.func, ast.Attribute) else node.func
            called = called.id if isinstance(called, ast.Name) else called
            given = node.args[0]
            if (
                called in ("import_module", "__import__")
                and isinstance(given, ast.Constant)
                and isinstance(given.value, str)
            ):
                module = given.value.lstrip(".")
                yield node.lineno, module, len(given.value) - len(module)
