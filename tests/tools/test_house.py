"""tools/house.py finds what is above its budget, and the imports that must never be."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import house
from tools.errors import ToolError
from tools.imports import Import, cycles, imports, modules

BUDGETS = """
margin = 0.05
[lines]
_room = {room}
tools = 0
templates = 2
top = {top}
total = 100
[house]
modules = 5
largest_file = 10
users_of_private_names = {private}
cycles_at_load = 0
cycles_at_run_time = {cycles}
cycles_with_typing = 2
[create]
files = 100
frames = 1000
file_changes = 1000
[[never]]
from = ["openai_conversations._room"]
to = ["openai_conversations.{never}"]
why = "rooms are low"
"""
FITS = {"room": 5, "top": 3, "private": 1, "cycles": 2, "never": "nothing"}
FILES = {
    "overlays/openai_conversations/__init__.py": "from ._room import a\n",
    "overlays/openai_conversations/top.py": "import json\n\n",
    "overlays/openai_conversations/_room/__init__.py": "",
    "overlays/openai_conversations/_room/a.py": (
        "from openai_conversations_api._decoding import b\nfrom . import b\nfrom .. import top\n"
    ),
    "overlays/openai_conversations/_room/b.py": "def f():\n    from .a import g\n",
    "overlays/openai_conversations/_sync/made.py": "\n" * 500,
    "tools/templates/model.jinja": "\n\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def checked(root: Path, **other: object) -> str:
    (root / "tools/budgets.toml").write_text(BUDGETS.format(**{**FITS, **other}), "utf-8")
    return house.check(root)


def test_a_house_in_budget_passes(root: Path) -> None:
    assert checked(root).startswith("10 lines, 5 modules, ")


@pytest.mark.parametrize(
    ("budget", "said"),
    [
        ({"room": 4}, r"\[lines\] _room is 5, its budget 4\."),
        ({"top": 2}, r"\[lines\] top is 3, its budget 2\."),
        ({"private": 0}, r"users_of_private_names is 1, its budget 0\."),
        ({"cycles": 1}, r"cycles_at_run_time is 2, its budget 1\."),
        ({"never": "top"}, r"_room\.a imports openai_conversations\.top, .*: rooms are low\."),
    ],
)
def test_each_offence_is_named(root: Path, budget: dict[str, object], said: str) -> None:
    with pytest.raises(ToolError, match=said):
        checked(root, **budget)


def test_a_room_without_a_budget_is_an_offence(root: Path) -> None:
    (root / "overlays/openai_conversations/_new").mkdir()
    (root / "overlays/openai_conversations/_new/one.py").write_text("\n", "utf-8")
    with pytest.raises(ToolError, match=r"_new is 1, its budget 0\. .*modules is 6"):
        checked(root)


def test_a_budget_far_above_the_figure_is_a_notice(root: Path) -> None:
    checked(root, room=100)
    assert "[lines] _room is 5 of 100: lower the budget" in house.survey(root)[2]


def test_imports_are_told_apart_by_when_they_happen(tmp_path: Path) -> None:
    (tmp_path / "p/q").mkdir(parents=True)
    for name in ("p/__init__", "p/a", "p/b", "p/c", "p/q/__init__", "p/q/d"):
        (tmp_path / f"{name}.py").write_text("", "utf-8")
    (tmp_path / "p/q/d.py").write_text(
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    from ..a import A\n"
        "from .. import b as other\n"
        "def f():\n    import p.c\n",
        "utf-8",
    )
    known = modules(tmp_path / "p")
    assert set(imports("p.q.d", known["p.q.d"], known)) == {
        Import("p.a", "typing"),
        Import("p.b", "load"),
        Import("p.c", "call"),
    }


def test_cycles_are_groups_of_modules_that_reach_each_other() -> None:
    edges = {"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": set[str](), "e": {"f"}, "f": {"e"}}
    assert cycles(edges) == [["a", "b", "c"], ["e", "f"]]
    assert cycles({"a": {"b"}, "b": {"c"}, "c": set()}) == []


def test_a_create_runs_through_the_same_files_each_time() -> None:
    traced = house.trace_create()
    assert traced == house.trace_create()
    assert 5 < traced["files"] < traced["file_changes"] < traced["frames"]
