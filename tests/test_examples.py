"""What the documentation shows works: the demo runs, and every block of the README."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from benchmarks import chart, page

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = [ROOT / "examples" / name for name in ("demo.py", "low_level.py")]
README = (ROOT / "README.md").read_text("utf-8")
# Pages that have tests of their own, beside what they describe.
OTHERS = {
    "append.md",
    "archive.md",
    "items.md",
    "local.md",
    "neighbours.md",
    "open-models.md",
    "testing.md",
}
DOCS = sorted(page.name for page in (ROOT / "docs").glob("*.md") if page.name not in OTHERS)
PAGES = ("README.md", *(f"docs/{name}" for name in DOCS))
SHOWN = {name: (ROOT / name).read_text("utf-8") for name in PAGES}
BLOCKS = [
    pytest.param(block, id=f"{name}-{number}")
    for name, text in SHOWN.items()
    for number, block in enumerate(re.findall(r"```python\n(.*?)```", text, re.S))
]


def environment() -> Mapping[str, str]:
    """Return the environment without what would make a client leave the machine."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("OPENAI_", "LIVE"))}


def run(*arguments: str, folder: Path | None = None) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", *arguments],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_every_example_runs_and_says_something(path: Path) -> None:
    assert run(str(path)).strip()


def test_the_demo_tells_the_whole_story_twice() -> None:
    said = run(str(ROOT / "examples" / "demo.py"))
    for step in ("conversations.create", "responses.create", "items.list", "conversations.delete"):
        assert said.count(step) >= 2
    assert said.count("[local model] You said: Continue our conversation") == 4
    assert said.count("deleted: True") == 2


@pytest.mark.parametrize("block", BLOCKS)
def test_every_block_of_code_runs_and_prints_what_its_comments_say(
    block: str, tmp_path: Path
) -> None:
    printed = run("-c", block, folder=tmp_path).splitlines()
    said = re.findall(r"print\(.*\)  # (.*)", block)
    assert [line for line in said if line not in printed] == []


def test_the_readme_names_what_is_there() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"^make ([\w-]+)", README, re.M):
        assert re.search(rf"^{target}:", makefile, re.M), target
    for link in re.findall(r"\]\(([\w/]+\.md)\)", README):
        assert (ROOT / link).exists(), link
    for path in re.findall(r"`([\w.-]+/[\w./-]*)`", README):
        assert (ROOT / path).exists(), path


def test_the_figures_of_the_readme_are_those_of_the_last_whole_run() -> None:
    speed = (ROOT / "docs" / "speed.md").read_text("utf-8")
    measured = {row["work"]: row for row in chart.table(speed, page.BEGIN)}
    shown = chart.table(README, "## How fast")
    assert len(shown) == 6
    for row in shown:
        (work, *shares) = row.values()
        of = measured[work]
        assert shares == [of["of openai-python"], of["of plain httpx"]], work


def test_the_documentation_names_one_model_that_the_service_has() -> None:
    """Hold all to the model of the demo, the one place to change it: models leave the service."""
    demo = (ROOT / "examples" / "demo.py").read_text("utf-8")
    (model,) = re.findall(r'^MODEL = "(.*)"$', demo, re.M)
    assert f"- {model}\n" in (ROOT / "spec" / "openapi.yaml").read_text("utf-8")
    paths = [ROOT / "README.md", *ROOT.glob("docs/*.md"), *ROOT.glob("examples/**/*.py")]
    for path in paths:
        named = re.findall(r'"((?:gpt|o\d)-?[\w.-]*)"', path.read_text("utf-8"))
        assert set(named) <= {model}, path.name
