"""The site: what tools/site.py lays out, and pages that quote the package."""

from __future__ import annotations

import ast
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import chart
from tools import ROOT, site
from tools.errors import ToolError

TROUBLES = ROOT / "docs/troubleshooting.md"


def _texts(module: ast.AST) -> Iterator[str]:
    """Yield the string literals of a module, with `…` for each value inside of an f-string."""
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values
            )


def test_each_message_of_the_troubleshooting_is_one_of_the_package() -> None:
    texts = [
        text
        for file in (ROOT / "overlays/openai_conversations").rglob("*.py")
        for text in _texts(ast.parse(file.read_text("utf-8")))
    ]
    messages = re.findall(r"^### `(.*)`$", TROUBLES.read_text("utf-8"), re.M)
    unknown = [
        message
        for message in messages
        for part in message.removeprefix("expected ").split("…")
        if len(part.strip()) > 1 and not any(part.strip(" :") in text for text in texts)
    ]
    assert len(messages) > 15
    assert unknown == []


def test_the_pictures_are_those_of_the_tables() -> None:
    for file, drawn in chart.pictures():
        assert file.read_text("utf-8") == drawn, "python -m benchmarks.chart"
    page = (ROOT / "docs/speed.md").read_text("utf-8")
    works = {row["work"] for row in chart.table(page, "<!-- table of make bench -->")}
    assert works.issuperset(chart.SHOWN)


def _root(folder: Path, pages: str) -> Path:
    (folder / "docs").mkdir()
    (folder / "README.md").write_text("# R\n\n![p](docs/p.svg) [n](docs/n.md)\n", "utf-8")
    for name in ("n.md", "p.svg"):
        (folder / "docs" / name).write_text("# N\n", "utf-8")
    (folder / "mkdocs.yml").write_text(
        f"nav:\n  - Start: [{pages}]\nplugins:\n  - llmstxt: {{}}\n", "utf-8"
    )
    return folder


def test_pages_lie_as_in_the_repository_with_what_they_show(tmp_path: Path) -> None:
    said = site.lay_out(_root(tmp_path, "README.md, docs/n.md"), tmp_path / "build")
    laid = tmp_path / "build/docs"
    assert said.startswith("2 pages, ")
    assert (laid / "docs/p.svg").exists()
    assert ":::" in (laid / "reference/errors.md").read_text("utf-8")
    assert "Reference:" in (tmp_path / "build/mkdocs.yml").read_text("utf-8")


def test_a_page_that_is_in_no_navigation_stops_the_site(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match=r"nav has not docs/n\.md"):
        site.lay_out(_root(tmp_path, "README.md"), tmp_path / "build")


def test_what_the_made_site_lacks_or_fetches_is_named(tmp_path: Path) -> None:
    build = tmp_path / "build"
    site.lay_out(_root(tmp_path, "README.md, docs/n.md"), build)
    made = build / "site"
    (made / "docs").mkdir(parents=True)
    (made / "index.html").write_text(
        '<link rel="preconnect" href="https://fonts.example">', "utf-8"
    )
    (made / "llms.txt").write_text("index.md", "utf-8")
    (made / "index.md").write_text("# R", "utf-8")
    known = {path for entries in site.reference().values() for _, path in entries}
    known.remove("openai_conversations.MessageItem")
    inventory = zlib.compress("\n".join(f"{path} py:class 1 - -" for path in known).encode())
    (made / "objects.inv").write_bytes(b"# The rest is compressed using zlib.\n" + inventory)
    with pytest.raises(ToolError) as info:
        site.made(build)
    said = str(info.value)
    assert "openai_conversations.MessageItem is not in the reference" in said
    assert "index.html fetches" in said
    assert "docs/n.md has no Markdown twin" in said
    assert "README.md has no" not in said
