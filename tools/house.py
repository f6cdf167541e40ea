"""Measure the house and hold it to its budgets: `python -m tools.house` prints every figure.

The budgets are in `tools/budgets.toml`: hand-written lines per room, modules, import cycles, and
how many of our files one `items.create` runs through. A change that needs more raises a budget
there, where a reviewer sees it. The same file lists the imports that must never be.
"""

import gc
import importlib
import sys
import threading
import tomllib
from collections import Counter
from http.client import parse_headers
from itertools import pairwise
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from types import FrameType
from typing import Any

from tools import PACKAGE, ROOT
from tools.errors import ToolError, exit_status
from tools.imports import OVERLAY, Import, cycles, imports, modules

# Which imports count for which kind of cycle. Those inside of functions break a cycle at load, but
# the two modules still cannot be understood, or moved, one without the other.
CYCLES = {
    "cycles_at_load": ("load",),
    "cycles_at_run_time": ("load", "call"),
    "cycles_with_typing": ("load", "call", "typing"),
}
_BODY = (
    b'{"object": "list", "first_id": "m", "last_id": "m", "has_more": false, "data": [{"type": '
    b'"message", "id": "m", "status": "completed", "role": "user", "content": []}]}'
)
_RESPONSE = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (
    len(_BODY),
    _BODY,
)

Figures = dict[str, dict[str, int]]


def trace_create() -> dict[str, int]:
    """Return through how many of our files and frames one `items.create` over HTTP runs."""

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            while self.rfile.readline():
                length = parse_headers(self.rfile)["Content-Length"]
                self.rfile.read(int(length))
                self.wfile.write(_RESPONSE)  # in one piece, or it would be read in one or in two

    files: list[str] = []
    ours = tuple(importlib.import_module(name).__path__[0] for name in (OVERLAY, PACKAGE))

    def profile(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(ours):
            files.append(frame.f_code.co_filename)

    with ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        url = f"http://127.0.0.1:{server.server_address[1]}/v1"
        with importlib.import_module(OVERLAY).Client(api_key="k", base_url=url) as client:
            create = client.conversations.items.create
            create(
                "c", items=[{"role": "user", "content": "Hi"}]
            )  # connects, and imports what is lazy
            gc.disable()  # the end of some other object must not be counted
            sys.setprofile(profile)
            try:
                create("c", items=[{"role": "user", "content": "Hi"}])
            finally:
                sys.setprofile(None)
                gc.enable()
        server.shutdown()
    changes = sum(one != other for one, other in pairwise(files))
    return {"files": len(set(files)), "frames": len(files), "file_changes": changes}


def measure(root: Path) -> tuple[Figures, list[str], dict[str, set[Import]]]:
    """Return the figures by table and name, the cycles in words, and who imports what."""
    folder = root / "overlays" / OVERLAY
    known = modules(folder)
    rooms: Counter[str] = Counter()
    lengths = {
        path: path.read_bytes().count(b"\n")
        for path in (*known.values(), *(root / "tools").rglob("*.py"))
    }
    for path, length in lengths.items():
        inside = path.relative_to(folder).parts if path.is_relative_to(folder) else ("tools", "")
        rooms[inside[0] if inside[1:] else "top"] += length
    templates = (root / "tools").rglob("*.jinja")
    rooms["templates"] = sum(path.read_bytes().count(b"\n") for path in templates)
    rooms["total"] = sum(rooms.values())
    found = {name: set(imports(name, path, known)) for name, path in known.items()}
    groups = {
        kind: cycles({n: {i.target for i in to if i.when in when} for n, to in found.items()})
        for kind, when in CYCLES.items()
    }
    private = [name for name, targets in found.items() if any(one.private for one in targets)]
    house = {
        "modules": sum(not name.startswith(f"{OVERLAY}.local") for name in known),
        "largest_file": max(lengths.values()),
        "users_of_private_names": len(private),
        **{kind: sum(map(len, group)) for kind, group in groups.items()},
    }
    said = [f"{kind}: {', '.join(group)}" for kind in groups for group in groups[kind]]
    said += [f"users_of_private_names: {', '.join(private)}"] if private[1:] else []
    return {"lines": dict(sorted(rooms.items())), "house": house}, said, found


def compare(figures: Figures, budgets: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Return what is above its budget or has none, and, as notices, which could be lower."""
    above: list[str] = []
    below: list[str] = []
    for table in figures:
        for name in sorted(figures[table].keys() | budgets[table].keys()):
            value, budget = figures[table].get(name, 0), budgets[table].get(name, 0)
            if value > budget:
                above.append(f"[{table}] {name} is {value}, its budget {budget}.")
            elif budget - value > budgets["margin"] * budget:
                below.append(f"[{table}] {name} is {value} of {budget}: lower the budget")
    return above, below


def forbidden(found: dict[str, set[Import]], rules: list[dict[str, Any]]) -> list[str]:
    """Return a sentence for each import (`TYPE_CHECKING` aside) that a rule says must never be."""

    def inside(name: str, prefixes: list[str]) -> bool:
        return any(name == prefix or name.startswith(f"{prefix}.") for prefix in prefixes)

    return [
        f"{name} imports {target}, which it must not: {rule['why']}."
        for rule in rules
        for name in sorted(found)
        if inside(name, rule["from"]) and not inside(name, rule.get("except", []))
        for target in sorted({one.target for one in found[name] if one.when != "typing"})
        if inside(target, rule["to"])
    ]


def survey(root: Path = ROOT) -> tuple[Figures, list[str], list[str]]:
    """Return all figures, what is wrong with them, and what is worth a notice."""
    budgets = tomllib.loads((root / "tools/budgets.toml").read_text("utf-8"))
    figures, groups, found = measure(root)
    figures["create"] = trace_create()
    above, below = compare(figures, budgets)
    return figures, above + forbidden(found, budgets["never"]), groups + below


def check(root: Path = ROOT) -> str:
    """Say the main figures; raise ToolError when one is above its budget or an import forbidden."""
    figures, wrong, notices = survey(root)
    if wrong:
        raise ToolError(
            f"{' '.join(wrong)} Make it smaller, or raise the budget in tools/budgets.toml and say "
            "why in the commit. `python -m tools.house` prints all figures."
        )
    house, create = figures["house"], figures["create"]
    said = f"{figures['lines']['total']:,} lines, {house['modules']} modules, "
    return f"{said}{create['files']} files in one items.create, {len(notices)} notices"


def main() -> None:
    """Print all figures as tools/budgets.toml has them, the notices, and what is wrong."""
    figures, wrong, notices = survey()
    for table, values in figures.items():
        print(f"[{table}]", *(f"{name} = {value}" for name, value in values.items()), sep="\n")
    for line in notices:
        print(f"notice: {line}")
    if wrong:
        raise ToolError(" ".join(wrong))


if __name__ == "__main__":
    sys.exit(exit_status(main))
