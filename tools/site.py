"""Lay out what `make docs` makes the site of: `python -m tools.site build`.

Into the folder go the Markdown pages with what they show and link to, as they lie in the
repository, the pages of the reference, and mkdocs.yml with those in its navigation. When the site
has been made, `python -m tools.site build --made` looks whether all of it is there.
"""

import importlib
import re
import shutil
import sys
import zlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tools import PACKAGE, ROOT
from tools.docs import links
from tools.errors import ToolError, exit_status
from tools.imports import OVERLAY

# What the browser fetches by itself. A link that a reader may follow is none of it.
_FETCHED = re.compile(
    r'<(?:script|img|iframe|source)\b[^>]*\bsrc="https?:[^>]*'
    r'|<link\b(?![^>]*\brel="canonical")[^>]*\bhref="https?:[^>]*'
)
_MODULES = ("agents", "otel", "pytest_plugin")


def _resources(one: object, path: str) -> Iterator[tuple[str, type]]:
    """Yield every resource below a client, as a caller reaches it, with its class."""
    yield path, type(one)
    for name in dir(type(one)):
        found = getattr(type(one), name, None)
        if isinstance(found, cached_property) and not name.startswith("with_"):
            yield from _resources(getattr(one, name), f"{path}.{name}")


def _home(name: str) -> str:
    value = getattr(importlib.import_module(OVERLAY), name)
    room = getattr(value, "__module__", "").removeprefix(f"{OVERLAY}.").partition(".")[0]
    return {"errors": "Errors", "items": "Items"}.get(room, "Other types")


def reference() -> dict[str, list[tuple[str, str]]]:
    """Return the pages of the reference by title: what each describes, as heading and path."""
    package = importlib.import_module(OVERLAY)
    pages: dict[str, list[tuple[str, str]]] = {}
    for kind in ("Client", "AsyncClient"):
        client = getattr(package, kind)(api_key="k")
        pages[kind] = [
            (path if path != "client" else kind, f"{found.__module__}.{found.__qualname__}")
            for path, found in _resources(client, "client")
        ]
    for name in package.__all__:
        if name not in ("Client", "AsyncClient", "models", "params", "__version__"):
            pages.setdefault(_home(name), []).append((name, f"{OVERLAY}.{name}"))
    for title, room in {"Local mode": "local", "Files and transcripts": "archive"}.items():
        names = importlib.import_module(f"{OVERLAY}.{room}").__all__
        pages[title] = [
            (name, f"{OVERLAY}.{room}.{name}") for name in names if name not in package.__all__
        ]
    pages["Integrations"] = [(name, f"{OVERLAY}.{name}") for name in _MODULES]
    for kind, homes in {
        "Parameters": (f"{OVERLAY}._request.method_params", f"{PACKAGE}.params"),
        "Models": (f"{PACKAGE}.models",),
    }.items():
        for home in homes:
            for name in sorted(importlib.import_module(home).__all__):
                pages.setdefault(f"{kind}: {name[0]}", []).append((name, f"{home}.{name}"))
    return pages


def _files(nav: object) -> Iterator[str]:
    """Yield the pages of a navigation."""
    if isinstance(nav, str):
        yield nav
    elif isinstance(nav, Mapping):
        yield from _files(list(nav.values()))
    elif isinstance(nav, Sequence):
        for one in nav:
            yield from _files(one)


def lay_out(root: Path, target: Path) -> str:
    """Fill the folder; raise ToolError for a page in no place of the navigation."""
    shutil.rmtree(target, ignore_errors=True)
    pages = target / "docs"
    yaml = YAML()
    config: Any = yaml.load(root / "mkdocs.yml")
    shown = list(_files(config["nav"]))
    if missing := {page.relative_to(root).as_posix() for page in root.glob("docs/*.md")} - {*shown}:
        raise ToolError(f"mkdocs.yml: nav has not {', '.join(sorted(missing))}")
    linked = [Path(page).parent / link.partition("#")[0] for page, link in links(root)]
    theme = [*config.get("extra_css", []), *config.get("extra_javascript", [])]
    for source in {root / name for name in [*shown, *theme]} | {
        (root / name).resolve() for name in linked
    }:
        if source.is_file():
            copy = pages / source.relative_to(root)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, copy)
    described = reference()
    folded: dict[str, Any] = {}
    for title, entries in described.items():
        file = f"reference/{re.sub('[^a-z]+', '-', title.lower())}.md"
        group, _, rest = title.partition(": ")
        folded.setdefault(group, []).append({rest or title: file})
        own = ", inherited_members: false" if group in ("Errors", "Models") else ""
        directives = "".join(
            f"\n::: {path}\n    options: {{ heading: {name}, toc_label: {name}{own} }}\n"
            for name, path in entries
        )
        (pages / file).parent.mkdir(exist_ok=True)
        (pages / file).write_text(f"# {title}\n{directives}", "utf-8")
    config["nav"].append(
        {"Reference": [one[0] if len(one) == 1 else {name: one} for name, one in folded.items()]}
    )
    plugin = next(one for one in config["plugins"] if "llmstxt" in one)["llmstxt"]
    plugin["sections"] = {
        title: list(_files(nav)) for one in config["nav"] for title, nav in one.items()
    }
    yaml.dump(config, target / "mkdocs.yml")
    return f"{len(shown)} pages, {sum(map(len, described.values()))} names on {len(described)} more"


def made(target: Path) -> str:
    """Look at the site that was made; raise ToolError for what is not there, or not from there."""
    site = target / "site"
    _, inventory = (site / "objects.inv").read_bytes().split(b"zlib.\n", 1)
    known = {line.split(" ")[0] for line in zlib.decompress(inventory).decode().splitlines()}
    paths = {path for entries in reference().values() for _, path in entries}
    wrong = [f"{path} is not in the reference" for path in sorted(paths - known)]
    for file in sorted(site.rglob("*.html")):
        for found in _FETCHED.finditer(file.read_text("utf-8")):
            wrong.append(f"{file.relative_to(site)} fetches {found[0]}")
    config: Any = YAML().load(target / "mkdocs.yml")
    for page in _files(config["nav"]):
        twin = re.sub(r"README\.md$", "index.md", page)
        if twin not in (site / "llms.txt").read_text("utf-8") or not (site / twin).exists():
            wrong.append(f"{page} has no Markdown twin in llms.txt")
    if wrong:
        raise ToolError("\n".join(wrong))
    return f"{site}: {len(paths)} names described, nothing fetched from elsewhere"


def main() -> None:
    """Lay out the pages, or with `--made` look at the site."""
    target = Path(sys.argv[1])
    print(made(target) if "--made" in sys.argv else lay_out(ROOT, target))


if __name__ == "__main__":
    sys.exit(exit_status(main))
