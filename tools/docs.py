"""Check the documentation: its Python blocks as mypy and pyright see them, and where links lead.

Every block of README.md and docs/ must stand by itself. One that goes on from the block before it
says so with the line `<!-- continues -->` above it. `python -m tools.docs --online` also asks for
the addresses of other sites.
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tools import ROOT
from tools.errors import ToolError, exit_status

_BLOCK = re.compile(r"(<!-- continues -->\n+)?^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
_CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.MULTILINE | re.DOTALL)


def pages(root: Path) -> list[Path]:
    """Return the Markdown files that people read, README.md first."""
    return sorted(root.glob("*.md"), key=lambda page: page.name != "README.md") + sorted(
        [*root.glob("docs/*.md"), *root.glob(".github/**/*.md")]
    )


def blocks(page: Path) -> dict[int, str]:
    """Return the Python blocks of a page by the line that each begins in.

    The text of a block is that of a module in which each line has the number that it has in the
    page, and which holds the blocks that this one continues.
    """
    text = page.read_text("utf-8")
    found: dict[int, str] = {}
    before = ""
    for match in _BLOCK.finditer(text):
        line = text.count("\n", 0, match.start(2)) + 1
        before = before if match[1] else ""
        before += "\n" * (line - 1 - before.count("\n")) + match[2]
        found[line] = before
    return found


def untyped(root: Path) -> list[str]:
    """Return what mypy --strict and pyright say about the Python blocks, by page and line."""
    with tempfile.TemporaryDirectory() as name:
        modules: dict[str, str] = {}
        for page in pages(root):
            for line, text in blocks(page).items():
                file = Path(name) / f"{re.sub('[^a-z]', '_', page.stem.lower())}_{line}.py"
                file.write_text(text, "utf-8")
                modules[str(file)] = str(page.relative_to(root))
        if not modules:
            return []
        said: dict[str, str] = {}  # the first error of each line is enough
        for command in (["mypy", "--strict", "--no-error-summary"], ["pyright"]):
            result = subprocess.run(
                [sys.executable, "-m", *command, *modules],
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=False,
            )
            output = result.stdout + result.stderr
            for module, shown in modules.items():  # mypy may remember another folder
                output = re.sub(rf"\S*\b{Path(module).name}", shown, output)
            for line in re.findall(r"^.*\berror\b.*$", output, re.MULTILINE):
                place = ":".join(line.split(":")[:2]).strip()
                said.setdefault(f"{command[0]} {place}", f"{command[0]}: {line.strip()}")
            if result.returncode and not said:
                raise ToolError(f"{command[0]} does not run: {output}")
        return list(said.values())


def anchors(text: str) -> set[str]:
    """Return the anchors that the headings of a page get."""
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in _HEADING.findall(text))
    return {heading.replace(" ", "-") for heading in plain}


def links(root: Path) -> Iterator[tuple[str, str]]:
    """Yield every link of the pages, as where it stands and where it leads."""
    for page in pages(root):
        for target in _LINK.findall(_CODE.sub("", page.read_text("utf-8"))):
            yield page.relative_to(root).as_posix(), target


def broken(root: Path) -> list[str]:
    """Return a sentence for every link inside of the repository that leads nowhere."""
    said: list[str] = []
    for page, target in links(root):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        there = (root / page).parent / path if path else root / page
        if not there.exists() or not there.resolve().is_relative_to(root.resolve()):
            said.append(f"{page}: {target} leads nowhere")
        elif anchor and anchor not in anchors(there.read_text("utf-8")):
            said.append(f"{page}: {target}: there is no such heading")
    return said


def unreachable(root: Path) -> list[str]:
    """Return a sentence for every address of another site that does not respond with success."""
    import httpx

    said: list[str] = []
    for page, target in sorted(set(links(root))):
        if target.startswith("http"):
            try:
                status = httpx.get(target, follow_redirects=True, timeout=30).status_code
            except httpx.HTTPError as error:
                said.append(f"{page}: {target}: {error}")
            else:
                said += [f"{page}: {target}: status {status}"] if status >= 400 else []
    return said


def check(root: Path = ROOT) -> str:
    """Say how much there is; raise ToolError, and print the places, where something is wrong."""
    if wrong := broken(root) + untyped(root):
        print(*wrong, sep="\n")
        raise ToolError(f"{len(wrong)} places in the documentation, see above.")
    count = sum(len(blocks(page)) for page in pages(root))
    return f"{count} blocks typed, {len(list(links(root)))} links"


def main() -> None:
    """Check blocks and links; with `--online`, the addresses of other sites too."""
    if "--online" in sys.argv and (wrong := unreachable(ROOT)):
        raise ToolError(". ".join(wrong))
    print(check())


if __name__ == "__main__":
    sys.exit(exit_status(main))
