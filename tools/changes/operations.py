"""Compare operations: their routes, parameters, bodies and answers, and what those carry."""

from typing import Any

from tools.changes.compare import Comparison, Spot
from tools.changes.document import RECEIVED, SENT, Body, Operation
from tools.changes.normal import Node, canonical
from tools.changes.rules import BOTH, NOBODY
from tools.changes.words import named

_HERE = frozenset({SENT})
_BACK = frozenset({RECEIVED})


def compare_operations(comparison: Comparison) -> None:
    """Add to `comparison` what changed in every operation of the two documents."""
    before, after = dict(comparison.old.operations), comparison.new.operations
    for name in sorted(before.keys() - after.keys()):
        routes = {other.route: other.name for other in after.values() if other.name not in before}
        if now := routes.get(before[name].route):
            before[now] = before.pop(name)
            what = f"operationId was `{name}`: its generated function gets another name"
            comparison.add(Spot(now, BOTH), what, BOTH)
    for name in sorted(before.keys() | after.keys()):
        spot = Spot(name, BOTH)
        if name not in after:
            comparison.add(spot, f"operation removed (was {before[name].route})", BOTH)
        elif name not in before:
            comparison.add(spot, f"operation added, {after[name].route}", NOBODY)
        else:
            _operation(comparison, before[name], after[name])


def _operation(comparison: Comparison, old: Operation, new: Operation) -> None:
    spot = Spot(new.name, BOTH)
    if old.route != new.route:
        comparison.add(spot, f"route `{old.route}` → `{new.route}`", BOTH)
    if old.module != new.module:
        comparison.add(
            spot, f"tag `{old.module}` → `{new.module}`: its generated module moves", BOTH
        )
    if old.notes["deprecated"] != new.notes["deprecated"]:
        word = "now" if new.notes["deprecated"] else "no longer"
        comparison.add(spot, f"{word} deprecated", NOBODY)
    for key in ("servers", "security", "callbacks"):
        if canonical(old.notes[key]) != canonical(new.notes[key]):
            told = f"{key}: {_short(old.notes[key])} → {_short(new.notes[key])}"
            comparison.add(spot, told, BOTH)
    _parameters(comparison, old, new)
    _request(comparison, old, new)
    for status in sorted(old.answers.keys() | new.answers.keys()):
        before, after = old.answers.get(status), new.answers.get(status)
        good = status.startswith("2")
        if before is None:
            comparison.add(spot, f"answer {status} added", BOTH if good else NOBODY)
        elif after is None:
            comparison.add(spot, f"answer {status} removed", BOTH if good else NOBODY)
        else:
            place = Spot(f"{new.name} → {status}", _BACK)
            _content(comparison, before, after, place, breaks_when_gone=True)
            _headers(comparison, before.headers, after.headers, place)


def _parameters(comparison: Comparison, old: Operation, new: Operation) -> None:
    for key in sorted(old.parameters.keys() | new.parameters.keys()):
        spot = Spot(f"{new.name}({key[1]})", _HERE)
        before, after = old.parameters.get(key), new.parameters.get(key)
        if before is None and after is not None:
            needed = after.get("required") is True
            word = "required" if needed else "optional"
            what = f"{word} {key[0]} parameter added, {named(after['schema'])}"
            comparison.add(spot, what, BOTH if needed else NOBODY)
        elif before is not None and after is None:
            what = f"{key[0]} parameter removed (was {named(before['schema'])})"
            comparison.add(spot, what, BOTH)
        elif before is not None and after is not None:
            _parameter(comparison, before, after, spot)


def _parameter(comparison: Comparison, old: Node, new: Node, spot: Spot) -> None:
    flags = "required", "deprecated"
    for flag in flags:
        was, is_now = old.get(flag) is True, new.get(flag) is True
        if was != is_now:
            breaks = BOTH if flag == "required" and is_now else NOBODY
            comparison.add(spot, f"{'now' if is_now else 'no longer'} {flag}", breaks)
    for key in sorted((old.keys() | new.keys()) - {*flags, "schema", "name", "in"}):
        if canonical(old.get(key)) != canonical(new.get(key)):
            told = f"`{key}` {_short(old.get(key))} → {_short(new.get(key))}"
            comparison.add(spot, told, BOTH)
    comparison.node(old["schema"], new["schema"], spot)


def _request(comparison: Comparison, old: Operation, new: Operation) -> None:
    spot = Spot(f"{new.name}(body)", _HERE)
    if new.body is None:
        if old.body is not None:
            comparison.add(spot, "request body removed", BOTH)
        return
    word = "required" if new.body.required else "optional"
    if old.body is None:
        kinds = ", ".join(new.body.content)
        needed = BOTH if new.body.required else NOBODY
        comparison.add(spot, f"{word} request body added, {kinds}", needed)
        return
    if old.body.required != new.body.required:
        comparison.add(spot, f"now {word}", BOTH if new.body.required else NOBODY)
    _content(comparison, old.body, new.body, spot, breaks_when_gone=True)


def _content(
    comparison: Comparison, old: Body, new: Body, spot: Spot, *, breaks_when_gone: bool
) -> None:
    for kind in sorted(old.content.keys() | new.content.keys()):
        before, after = old.content.get(kind), new.content.get(kind)
        if before is None and after is not None:
            comparison.add(spot, f"content {kind} added, {named(after)}", NOBODY)
        elif before is not None and after is None:
            breaks = BOTH if breaks_when_gone else NOBODY
            comparison.add(spot, f"content {kind} removed (was {named(before)})", breaks)
        elif before is not None and after is not None:
            comparison.node(before, after, spot)


def _headers(
    comparison: Comparison, old: dict[str, Node], new: dict[str, Node], spot: Spot
) -> None:
    for name in sorted(old.keys() | new.keys()):
        if name not in old:
            comparison.add(spot, f"header {name} added", NOBODY)
        elif name not in new:
            comparison.add(spot, f"header {name} removed", BOTH)
        else:
            comparison.node(old[name], new[name], Spot(f"{spot.place}({name})", _BACK))


def _short(value: Any) -> str:
    return "none" if value is None else f"`{canonical(value)}`"
