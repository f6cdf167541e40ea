"""Read who imports whom: the modules of a package, their imports, and the cycles among them."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools import PACKAGE

OVERLAY = "openai_conversations"


@dataclass(frozen=True)
class Import:
    """One module that another one imports, and when: at `load`, at a `call`, for `typing` alone."""

    target: str
    when: str
    private: bool = False


def modules(folder: Path) -> dict[str, Path]:
    """Return the modules of the package in `folder` by their dotted names, without `_sync`."""
    found: dict[str, Path] = {}
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder.parent).with_suffix("").parts
        if "_sync" not in parts:
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(name: str, path: Path, known: dict[str, Path]) -> Iterator[Import]:
    """Yield what the module imports: modules of `known`, and those of the generated package."""
    package = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    functions = [n for n in nodes if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    inner = {id(n) for function in functions for n in ast.walk(function)}
    guarded = [n for n in nodes if isinstance(n, ast.If) and "TYPE_CHECKING" in ast.dump(n.test)]
    typing = {id(n) for block in guarded for part in block.body for n in ast.walk(part)}
    for node in nodes:
        when = "typing" if id(node) in typing else "call" if id(node) in inner else "load"
        if isinstance(node, ast.Import):
            wanted = [(alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, node.module] if node.module else base)
            wanted = [(module, alias.name) for alias in node.names]
        else:
            continue
        for module, attribute in wanted:
            whole = f"{module}.{attribute}"
            if whole in known or module in known:
                yield Import(whole if whole in known else module, when)
            elif module.split(".")[0] == PACKAGE:
                private = any(part[:1] == "_" != part[1:2] for part in whole.split("."))
                yield Import(module, when, private)


def cycles(edges: dict[str, set[str]]) -> list[list[str]]:
    """Return the groups of modules that reach each other; an empty list says: no cycle."""
    reach: dict[str, set[str]] = {}
    for start in edges:
        seen = reach[start] = set[str]()
        waiting = list(edges[start])
        while waiting:
            if (name := waiting.pop()) not in seen:
                seen.add(name)
                waiting.extend(edges.get(name, ()))
    groups = {
        tuple(sorted(other for other in seen if name in reach.get(other, ())))
        for name, seen in reach.items()
        if name in seen
    }
    return [list(group) for group in sorted(groups)]
