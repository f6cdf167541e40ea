"""docs/append.md is true: its code runs, on its own and as it stands there."""

from __future__ import annotations

import re

import pytest

from tests.document import ROOT

PAGE = (ROOT / "docs" / "append.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(
    ("number", "lines", "said"),
    [(0, 101, "100 msg_"), (1, 6, "50 of ? landed, 0"), (2, 0, ""), (3, 0, "")],
)
def test_the_code_runs(
    number: int, lines: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(BLOCKS) == 4
    exec(BLOCKS[number], {})
    out = capsys.readouterr().out
    assert out.count("\n") == lines
    assert said in out


def test_the_table_is_of_a_run_with_nothing_lost_or_doubled() -> None:
    rows = re.findall(r"^\| openai-conversations .*\|$", PAGE, re.MULTILINE)
    assert len(rows) == 4
    for row in rows:
        _, _, lost, doubled, in_order, accounts, perfect = row.strip("| ").split(" | ")[1:]
        there, _, all_of_them = accounts.split()
        assert (lost, in_order, there) == ("0", "20 of 20", all_of_them)
        assert "delivered twice" in row or (doubled, perfect) == ("0", "20 of 20")
