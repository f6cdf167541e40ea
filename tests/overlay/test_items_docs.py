"""docs/items.md is true: its code runs, and its tables show the JSON that the helpers make."""

from __future__ import annotations

import json
import re

import openai_conversations
import pytest

from tests.document import ROOT

PAGE = (ROOT / "docs" / "items.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `([A-Z]\w+\.[^…`]+)` \| `(\{.*\})` \|$", PAGE, re.MULTILINE)
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def names() -> dict[str, object]:
    return {name: getattr(openai_conversations, name) for name in openai_conversations.__all__}


@pytest.mark.parametrize(("code", "shown"), ROWS)
def test_a_row_shows_what_the_helper_makes(code: str, shown: str) -> None:
    assert eval(code, names()).to_dict() == json.loads(shown)


def test_the_code_runs() -> None:
    assert len(ROWS) > 20
    namespace: dict[str, object] = {}
    for block in BLOCKS:
        exec(block, namespace)
