"""The rooms of local mode: imports go in one direction, and only the plugin imports the faults."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import openai_conversations
import pytest

PACKAGE = Path(openai_conversations.__file__).parent
ROOMS = ("local", "cli", "_schema")
TEST_EQUIPMENT = {"local.fault_injection"}


def name_of(file: Path) -> str:
    """Return a module's name below the package; a room's `__init__` has the name of the room."""
    parts = file.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


def imported(file: Path) -> Iterator[str]:
    """Yield the modules of the package that a module imports, wherever in its file."""
    folder = file.parent.relative_to(PACKAGE).parts
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = [*folder[: len(folder) + 1 - node.level], *(node.module or "").split(".")]
            path = PACKAGE.joinpath(*base)
            for alias in node.names:
                inner = [alias.name] if (path / f"{alias.name}.py").exists() else []
                yield ".".join(filter(None, [*base, *inner]))


MODULES = {name_of(file): set(imported(file)) for file in PACKAGE.rglob("*.py")}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_has_no_import_cycle(room: str) -> None:
    graph = {name: wanted for name, wanted in MODULES.items() if name.startswith(f"{room}.")}
    # Raises CycleError, with the modules of the cycle, if there is one.
    assert set(TopologicalSorter(graph).static_order()) >= set(graph) != set()


def test_only_the_plugin_imports_test_equipment() -> None:
    users = {name for name, wanted in MODULES.items() if wanted & TEST_EQUIPMENT}
    assert users == {"pytest_plugin"}
