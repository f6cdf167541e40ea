"""The programs of docs/neighbours.md print what their comments say, without a warning."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "neighbours.md"
PROGRAMS = re.findall(r"^```python\n(.*?)^```", PAGE.read_text("utf-8"), re.S | re.M)


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_prints_what_its_comments_say(program: str) -> None:
    command = [sys.executable, "-W", "error", "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    said = re.findall(r"print\(.*\)  # (.*)", program)
    expected = [line for each in said for line in re.split(", then: ", each)]
    assert done.stdout.splitlines() == expected
