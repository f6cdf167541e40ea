"""tools/docs.py finds Python blocks that do not type-check, and links that lead nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import docs
from tools.errors import ToolError

PAGE = """\
# One page, `really`

[there](docs/two.md) [down](#one-page-really) `[not](a/link.md)`

```python
from openai_conversations import Client

client = Client(api_key="k")
```

<!-- continues -->

```python
print(client.conversations)
```
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "README.md").write_text(PAGE, "utf-8")
    (tmp_path / "docs/two.md").write_text(
        "# Two\n\n[back](../README.md#one-page-really)\n", "utf-8"
    )
    return tmp_path


def test_good_pages_pass(root: Path) -> None:
    assert docs.check(root) == "2 blocks typed, 3 links"


def test_a_block_is_a_module_with_the_lines_of_its_page(root: Path) -> None:
    blocks = docs.blocks(root / "README.md")
    assert list(blocks) == [6, 14]
    assert blocks[14].splitlines()[7] == 'client = Client(api_key="k")'
    assert blocks[14].splitlines()[13] == "print(client.conversations)"


def test_a_block_that_does_not_stand_by_itself_is_named(root: Path) -> None:
    text = PAGE.replace("<!-- continues -->\n", "").replace('api_key="k"', "api_key=1")
    (root / "README.md").write_text(text, "utf-8")
    said = docs.untyped(root)
    for tool in ("mypy", "pyright"):
        assert any(line.startswith(f"{tool}: README.md:8:") and "api_key" in line for line in said)
        assert any(line.startswith(f"{tool}: README.md:13:") and "client" in line for line in said)
    assert len(said) == 4


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("three.md", "docs/two.md: three.md leads nowhere"),
        ("../../elsewhere.md", "leads nowhere"),
        ("#gone", "docs/two.md: #gone: there is no such heading"),
        ("../README.md#gone", "there is no such heading"),
    ],
)
def test_a_link_that_leads_nowhere_is_named(root: Path, link: str, said: str) -> None:
    (root / "docs/two.md").write_text(f"[x]({link})\n", "utf-8")
    (wrong,) = docs.broken(root)
    assert said in wrong


def test_what_is_wrong_fails_the_step(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "README.md").write_text("# One page, `really`\n\n[x](gone.md)\n", "utf-8")
    with pytest.raises(ToolError, match="1 places"):
        docs.check(root)
    assert capsys.readouterr().out == "README.md: gone.md leads nowhere\n"
