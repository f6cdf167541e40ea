"""`make changes` as people run it: what it takes, and what it says to what it cannot take."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tools.changes_documents import STRING, document, fields
from tools.changes import NOTHING
from tools.changes.__main__ import run

ROOT = Path(__file__).resolve().parents[2]
SELECTION = """\
repository: a/b
title: Ours
operations:
  - keep: [call]
    reason: It is all we call.
rules:
  - drop: [title, summary, description, "x-*"]
    reason: Prose.
    prose: true
"""
FIXES = """\
overlay: 1.0.0
info: {title: Fixes, version: 1.0.0}
actions:
  - x-name: number-the-leaf
    description: Upstream says string and means a number.
    target: $.components.schemas.Sent.properties.leaf
    update: {type: integer}
  - x-name: name-the-kind
    description: Some versions leave it out.
    target: $.components.schemas.Sent.properties.kind
    update: {maxLength: 9}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "spec").mkdir()
    (tmp_path / "spec/selection.yaml").write_text(SELECTION)
    (tmp_path / "spec/fixes.overlay.yaml").write_text(FIXES)
    whole = document(fields(leaf=STRING, kind=STRING))
    whole["paths"]["/other"] = {"get": {"operationId": "other", "responses": {"200": {}}}}
    trimmed = document(fields(leaf={"type": "integer"}, kind={**STRING, "maxLength": 9}))
    trimmed["paths"]["/calls/{id}"]["post"]["summary"] = "Ours."
    lacking = document(fields(leaf=STRING))
    lacking["paths"].update(whole["paths"]["/other"])
    for name, content in (("whole", whole), ("trimmed", trimmed), ("lacking", lacking)):
        (tmp_path / f"{name}.json").write_text(json.dumps(content))
    return tmp_path


def test_only_what_is_selected_is_compared_and_our_fixes_do_not_show(root: Path):
    whole, trimmed = str(root / "whole.json"), str(root / "trimmed.json")
    assert run(whole, trimmed, root).markdown() == NOTHING
    assert run(trimmed, whole, root).markdown() == NOTHING
    assert run(trimmed, trimmed, root).markdown() == NOTHING


def test_two_documents_without_fixes_are_compared_as_they_are(root: Path):
    text = run(str(root / "whole.json"), str(root / "lacking.json"), root).markdown()
    assert text == "## Breaks callers\n\n- `Sent.kind`: field removed (was string) (in requests)\n"


def test_a_fix_that_does_not_fit_is_said(root: Path):
    text = run(str(root / "lacking.json"), str(root / "trimmed.json"), root).markdown()
    assert text.startswith("> `name-the-kind` of `spec/fixes.overlay.yaml` does not fit")
    assert "`Sent.kind`: optional field added" in text
    assert "Sent.leaf" not in text


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("", "", "OLD and NEW missing"),
        ("whole.json", "", "NEW missing"),
        ("nowhere.json", "whole.json", "nowhere.json"),
        ("whole.json", "spec/selection.yaml", "selection.yaml"),
        ("whole.json", "broken.json", "broken.json"),
        ("whole.json", "foreign.json", "foreign.json"),
    ],
)
def test_wrong_input_is_one_paragraph_and_status_1(root: Path, old: str, new: str, why: str):
    (root / "broken.json").write_text("{")
    foreign = document()
    foreign["paths"] = {"/x": {"get": {"operationId": "x", "responses": {"200": {}}}}}
    (root / "foreign.json").write_text(json.dumps(foreign))
    given = [str(root / name) if name else "" for name in (old, new)]
    command = [sys.executable, "-m", "tools.changes", *given, "--root", str(root)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: ")
    assert why in done.stderr
    assert done.stderr.count("\n") == 1
