"""The examples of docs/local.md do what the page says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

PAGE = Path(__file__).resolve().parents[2] / "docs" / "local.md"
EXAMPLES = re.findall(r"^```python\n(.*?)^```", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
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
    exec(compile(program, str(PAGE), "exec"), {})
    assert capsys.readouterr().out.splitlines() == ["".join(line) for line in expected]
