"""From OpenAI's OpenAPI document to `spec/openapi.yaml`, the generator's only input.

    make spec UPSTREAM=<path or URL> [COMMIT=<sha>] [DATE=<YYYY-MM-DD>] [KEEP_PROSE=1]

load -> trim (spec/selection.yaml) -> names (spec/names.yaml) -> overlay (spec/fixes.overlay.yaml,
then what upstream lacks, spec/additions.overlay.yaml, then spec/docs.overlay.yaml) ->
spec/openapi.yaml and spec/upstream.lock. Both are replaced at the end, together, or not at all.

With KEEP_PROSE=1 upstream's descriptions and summaries stay wherever docs.overlay.yaml does not
put our own words, and `make generate` then carries them into docstrings. The file says so in its
header; it is for a private build and not for this repository. The lock is the same either way.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from tools.errors import ToolError, not_too_deep
from tools.openapi import operations
from tools.openapi_spec.names import name_schemas, read_names
from tools.openapi_spec.overlay import Action, apply, read_overlay, with_enums, without_enums
from tools.openapi_spec.selection import Selection, read_selection
from tools.openapi_spec.trim import prune, trim
from tools.openapi_spec.validate import undeclared, validate
from tools.values import Json, digest

STRUCTURE = ("fixes.overlay.yaml", "additions.overlay.yaml")
OVERLAYS = (*STRUCTURE, "docs.overlay.yaml")


@dataclass(frozen=True, slots=True)
class Built:
    """A trimmed and overlaid document, and how it came about."""

    document: Json
    sha256: str
    skipped: tuple[str, ...]
    notes: tuple[str, ...]
    done: tuple[str, ...]


@not_too_deep()
def build(upstream: Json, *, root: Path, keep_prose: bool = False) -> Built:
    """Trim `upstream` (OpenAPI 3.1, loaded) and apply the Overlays found in `root`/spec.

    Writes nothing and leaves `upstream` as it is.

    Raises:
        ToolError: for anything that does not fit.
    """
    spec = root / "spec"
    selection = read_selection(spec / "selection.yaml")
    # Once upstream has everything, there are no additions, and no file.
    names = [name for name in OVERLAYS if name != STRUCTURE[1] or (spec / name).exists()]
    overlays = [(name, read_overlay(spec / name)) for name in names]
    trimmed = trim(upstream, selection)
    document = trim(upstream, selection, keep_prose=True) if keep_prose else trimmed
    document, skipped = name_schemas(document, read_names(spec / "names.yaml"))
    done: list[str] = []
    document = with_enums(document)
    for name, actions in overlays:
        document, passed = apply(document, actions, name)
        skipped += [f"{one.name} – {one.optional}" for one in passed if not one.adds]
        done += [f"`{one.name}` of spec/{name}" for one in passed if one.adds]
    lacking = selection.added - {one.name for one in operations(document)}
    if lacking:
        raise ToolError(
            f"spec/selection.yaml: {', '.join(sorted(lacking))}: upstream does not have it, and no "
            f"action of spec/{STRUCTURE[1]} adds it."
        )
    try:
        document = prune(without_enums(document))
        validate(document)
    except ToolError as error:
        raise ToolError(f"After the Overlays: {error} {_writers(str(error), overlays)}") from None
    return Built(
        document, digest(trimmed), tuple(skipped), tuple(undeclared(document)), tuple(done)
    )


def _writers(error: str, overlays: list[tuple[str, tuple[Action, ...]]]) -> str:
    """Return the actions that wrote the reference which an error is about, if it is about one."""
    told = re.search(r"\$ref `([^`]+)`", error)
    found = [
        f"action `{action.name}` of spec/{name}"
        for name, actions in overlays
        for action in actions
        if told and told[1] in str(action.update)
    ]
    return f"It is written by {', '.join(found)}: put today's name there." if found else ""


__all__ = ["Built", "Selection", "build", "read_selection", "trim"]
