"""The whole generate step into an empty folder, without touching the project's own."""

import json
from dataclasses import dataclass
from pathlib import Path

from tools import PACKAGE
from tools.errors import ToolError, not_too_deep
from tools.files import load
from tools.openapi import rebuild
from tools.openapi_spec.validate import validate
from tools.values import Json

from .keywords import refuse_keywords
from .names import check_names
from .normalize import normalize
from .parse import CONFIG, parse
from .render import render
from .template_context import Views
from .unsupported import refuse_operations, refuse_schemas, refuse_unions
from .verify import verify

SPEC = "spec/openapi.yaml"
SCHEMA = "openapi.json"


@dataclass(frozen=True)
class Made:
    """What a build has to say."""

    notices: tuple[str, ...]
    summary: str


@not_too_deep()
def build(root: Path, into: Path) -> Made:
    """Generate from `root`/spec/openapi.yaml into `into`.

    `into` gets the package `openai_conversations_api` and `openapi.json`, the document that the
    overlay package carries. Raises ToolError if anything of the document would be lost.
    """
    document = read_document(root / SPEC)
    refuse_keywords(document)
    validate(document)
    plain = normalize(document)
    refuse_schemas(plain)
    refuse_unions(document)
    refuse_operations(plain)
    parsed = parse(plain, root / CONFIG)
    views = Views(parsed)
    check_names(views.names)
    render(views, plain, root, into / PACKAGE)
    summary = verify(views, plain, into / PACKAGE)
    carried = rebuild(document, "document", keep=lambda k: k not in ("description", "summary"))
    compact = json.dumps(carried, separators=(",", ":"), ensure_ascii=False)
    (into / SCHEMA).write_text(compact + "\n", encoding="utf-8")
    return Made(parsed.notices, summary)


def read_document(path: Path) -> Json:
    """Read the trimmed document; ToolError where there is none."""
    try:
        return load(str(path))
    except ToolError as error:
        raise ToolError(f"{error} Make it with `make spec`.") from None
