"""The whole generate step into an empty folder, without touching the project's own."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from tools.errors import ToolError

from .complete import count
from .faults import refuse
from .names import check_names
from .normal import normal
from .operations import refuse_operations
from .parse import CONFIG, parse
from .render import PACKAGE, render
from .views import Views

SPEC = "spec/openapi.yaml"
SCHEMA = "openapi.json"


@dataclass(frozen=True)
class Made:
    """What a build has to say."""

    notices: tuple[str, ...]
    summary: str


def build(root: Path, into: Path) -> Made:
    """Generate from `root`/spec/openapi.yaml into `into`.

    `into` gets the package `openai_conversations_api` and `openapi.json`, the document that the
    overlay package carries. Raises ToolError if anything of the document would be lost.
    """
    document = read_document(root / SPEC)
    plain = normal(document)
    refuse(plain)
    refuse_operations(plain)
    parsed = parse(plain, root / CONFIG)
    views = Views(parsed)
    check_names(views.names)
    render(views, plain, root, into / PACKAGE)
    there = count(views, plain, into / PACKAGE)
    compact = json.dumps(without_prose(document), separators=(",", ":"), ensure_ascii=False)
    (into / SCHEMA).write_text(compact + "\n", encoding="utf-8")
    summary = (
        f"{there.operations} of {there.operations} operations, "
        f"{there.schemas} of {there.schemas} schemas"
    )
    return Made(parsed.notices, summary)


def read_document(path: Path) -> dict[str, Any]:
    """The trimmed document; ToolError where there is none."""
    try:
        document = YAML(typ="safe").load(path)
    except (OSError, YAMLError) as error:
        raise ToolError(f"{SPEC}: cannot be read ({error}). Make it with `make spec`.") from None
    if not isinstance(document, dict) or "paths" not in document:
        raise ToolError(f"{SPEC}: not an OpenAPI document. Make it with `make spec`.")
    return document


def without_prose(node: Any, *, names: bool = False) -> Any:
    """The document without descriptions and summaries; `names` where keys are names of fields."""
    if isinstance(node, list):
        return [without_prose(value) for value in node]
    if not isinstance(node, dict):
        return node
    return {
        key: without_prose(value, names=key in ("properties", "schemas") and not names)
        for key, value in node.items()
        if names or key not in ("description", "summary")
    }
