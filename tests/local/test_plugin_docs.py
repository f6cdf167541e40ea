"""The examples of docs/local.md and docs/testing.md do what the pages say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

DOCS = Path(__file__).resolve().parents[2] / "docs"
EXAMPLES = [
    example
    for page in ("local.md", "testing.md")
    for example in re.findall(
        r"^```python\n(.*?)^```", (DOCS / page).read_text("utf-8"), re.S | re.M
    )
]
TESTS = [example for example in EXAMPLES if "def test_" in example]
PROGRAMS = [example for example in EXAMPLES if "def test_" not in example]


def test_the_tests_pass(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(**{f"test_{n}": example for n, example in enumerate(TESTS)})
    result = pytester.runpytest_subprocess("-p", "no:schemathesis", "-p", "no:xdist")
    result.assert_outcomes(passed=len(TESTS))


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_prints_what_its_comments_say(
    program: str, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = re.findall(r"print\(.*\)  # (.*)|# prints: (.*)", program)
    exec(compile(program, "a program of the documentation", "exec"), {})
    assert capsys.readouterr().out.splitlines() == ["".join(line) for line in expected]
