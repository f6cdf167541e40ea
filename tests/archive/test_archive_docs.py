"""The program of docs/archive.md runs, and the format is as it says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.document import ROOT

PAGE = (ROOT / "docs" / "archive.md").read_text("utf-8")


def test_the_program_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (program,) = re.findall(r"```python\n(.*?)```", PAGE, re.S)
    exec(compile(program, "docs/archive.md", "exec"), {})
    said = capsys.readouterr().out.split()
    first, item, last = (tmp_path / "conversation.jsonl").read_text("ascii").splitlines()
    assert json.loads(last) == {"count": 1, "sha256": said[1]}
    assert json.loads(item)["content"][0]["text"] == "Hello"
    shown = re.findall(r"^\| (?:first|last) \| `(\{.*?\})`", PAGE, re.M)
    keys = [set(re.findall(r'"(\w+)":', line)) for line in shown]
    assert keys == [set(json.loads(first)), set(json.loads(last))]
