"""Public names that a regeneration takes away, what has their place now, and how to keep them.

A name that people import must not leave without a word. The document that `generated/` was made
from is at hand, so that each schema's place is known; where the new document has a new schema
there, that is its successor, and a line in `spec/names.yaml` gives it the name back.
"""

import ast
from copy import deepcopy
from itertools import groupby
from pathlib import Path

from tools.changes import renames
from tools.changes.names import class_of
from tools.openapi_spec.names import found_at, line
from tools.openapi_spec.places import places
from tools.values import Json


def public_names(package: Path) -> set[str]:
    """Return every name that a generated package exports, as `models.Name` and `params.Name`."""
    names: set[str] = set()
    for room in ("models", "params"):
        path = package / room / "__init__.py"
        for node in ast.parse(path.read_text("utf-8")).body if path.exists() else ():
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
                names |= {f"{room}.{name}" for name in ast.literal_eval(node.value)}
    return names


def gone(before: set[str], after: set[str], old: Json, new: Json) -> list[str]:
    """Return a line for each group of public names that left, with the successor of each.

    The names before were made from the document `old`, and those after from `new`.
    """
    classes = {
        class_of(one, _schemas(old)): (class_of(found, _schemas(new)), place)
        for one, (found, place) in successors(old, new).items()
    }
    told: list[tuple[str, str]] = []
    for name in sorted(before - after):
        room, _, bare = name.partition(".")
        owner = max((one for one in classes if bare.startswith(one)), key=len, default=None)
        if owner is None:
            told.append(("nothing in the document has their place", name))
            continue
        successor, place = classes[owner]
        now = f"{room}.{bare.replace(owner, successor, 1)}"
        advice = f"{line(owner, place)} keeps them, then `make spec`"
        told.append((advice, f"{name} (now {now})" if now in after else name))
    told.sort()
    return [
        f"public names that are gone: {', '.join(name for _, name in group)}; {advice}"
        for advice, group in groupby(told, key=lambda one: one[0])
    ]


def successors(old: Json, new: Json) -> dict[str, tuple[str, str]]:
    """Return for each schema that is gone its successor, "" where written out, and its place."""
    result: dict[str, tuple[str, str]] = {}
    there = _schemas(new)
    moved, trial, called = renames(old, new), deepcopy(new), dict[str, str]()
    known = places(old)
    for name, place in {**known, **{one: moved[one] for one in moved if one not in known}}.items():
        if name in there or name in result:
            continue
        found, wrong = found_at(trial, name, place, called)
        successor = moved.get(name, "")
        if wrong or found not in (successor, name, f"{name}-inline"):
            if not successor:
                continue
            found, place = successor, successor
        called[found] = name
        result[name] = (successor, place)
    return result


def _schemas(document: Json) -> Json:
    found: Json = document.get("components", {}).get("schemas", {})
    return found
