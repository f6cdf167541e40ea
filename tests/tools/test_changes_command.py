"""`make changes` as people run it: what it takes, and what it says to what it cannot take."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tools.changes_documents import STRING, Json, document, fields
from tools.changes import NOTHING
from tools.changes.__main__ import run
from tools.errors import ToolError

ROOT = Path(__file__).resolve().parents[2]
UNNAMED = "spec/selection.yaml does not name it"
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
    line = "- `Sent.kind`: field removed (was string) (in requests)"
    assert f"## Breaks callers\n\n{line}\n\n## For CHANGELOG.md\n\n### Removed\n\n{line}\n" in text


def test_a_schema_whose_name_is_pinned_may_be_renamed(root: Path):
    whole = (root / "whole.json").read_text()
    (root / "renamed.json").write_text(
        whole.replace('/Sent"', '/Given"').replace('"Sent"', '"Given"')
    )
    old, new = str(root / "whole.json"), str(root / "renamed.json")
    assert run(old, new, root).verdict == "major"
    (root / "spec/names.yaml").write_text("Sent: call(body)\n")
    assert run(old, new, root).markdown() == NOTHING
    assert run(new, str(root / "trimmed.json"), root).markdown() == NOTHING
    (root / "spec/names.yaml").write_text("Sent: call → 201\n")
    assert "matches nothing" in run(old, new, root).markdown()


def test_a_fix_that_does_not_fit_is_said(root: Path):
    text = run(str(root / "lacking.json"), str(root / "trimmed.json"), root).markdown()
    assert text.startswith("> `name-the-kind` of `spec/fixes.overlay.yaml` does not fit")
    assert "`Sent.kind`: optional field added" in text
    assert "Sent.leaf" not in text


def written(root: Path, name: str, document: Json) -> str:
    path = root / name
    path.write_text(json.dumps(document))
    return str(path)


def beside(path: str, **methods: str) -> Json:
    """Return a whole document with operations at a path, beside the one that is selected."""
    operations = {one: {"operationId": name, "responses": {}} for one, name in methods.items()}
    whole = document()
    whole["paths"].setdefault(path, {}).update(operations)
    whole["paths"]["/elsewhere"] = {"get": {"operationId": "far", "responses": {}}}
    return whole


def test_a_selected_operation_that_only_one_document_has(root: Path):
    selection = root / "spec/selection.yaml"
    selection.write_text(selection.read_text().replace("[call]", "[call, later]"))
    old = written(root, "old.json", beside("/calls"))
    new = written(root, "new.json", beside("/calls", get="later"))
    came, went = run(old, new, root), run(new, old, root)
    assert [(came.verdict, came.beside), (went.verdict, went.beside)] == [
        ("minor", ()),
        ("major", ()),
    ]
    assert "`later`: operation added, GET /calls" in came.markdown()
    assert "`later`: operation removed (was GET /calls)" in went.markdown()
    with pytest.raises(ToolError, match="names 1 operation"):  # a selection that fits neither
        run(old, old, root)


@pytest.mark.parametrize("path", ["/calls", "/calls/{id}", "/calls/{id}/parts", "/calls?beta=true"])
def test_operations_that_come_next_to_the_selected_ones_are_named(root: Path, path: str):
    old = written(root, "old.json", beside("/elsewhere", put="calm"))
    new = written(root, "new.json", beside(path, put="near"))
    told = run(old, new, root)
    assert told.beside == (f"`near`: operation added, PUT {path}; {UNNAMED}",)
    assert told.verdict == "none"
    assert f"## Next to the selected operations\n\n- {told.beside[0]}\n" in told.markdown()
    assert run(new, old, root).beside == (f"`near`: operation removed, PUT {path}; {UNNAMED}",)


@pytest.mark.parametrize("path", ["/", "/call", "/callsigns", "/elsewhere"])
def test_other_operations_are_not(root: Path, path: str):
    new = written(root, "new.json", beside(path, put="other"))
    assert run(str(root / "whole.json"), new, root).beside == ()


def command(root: Path, *given: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "tools.changes", "--root", str(root), *given]
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)


def test_json_says_what_the_report_does(root: Path):
    given = str(root / "whole.json"), str(root / "lacking.json")
    done = command(root, "--json", *given)
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    change = "field removed (was string)"
    assert told == {
        "verdict": "major",
        "breaks": ["requests"],
        "changes": [
            {"place": "Sent.kind", "change": change, "level": "major", "breaks": ["requests"]}
        ],
        "beside": [],
        "notes": [],
        "changelog": {"Removed": [f"- `Sent.kind`: {change} (in requests)"]},
    }
    assert command(root, *given).stdout == run(*given, root).markdown()


@pytest.mark.parametrize(
    ("old", "new", "fail", "status"),
    [
        ("whole", "lacking", "", 0),
        ("whole", "lacking", "major", 3),
        ("whole", "lacking", "patch", 3),
        ("lacking", "whole", "major", 0),
        ("lacking", "whole", "minor", 3),
        ("whole", "whole", "patch", 0),
    ],
)
def test_the_exit_status_that_was_asked_for(root: Path, old: str, new: str, fail: str, status: int):
    done = command(root, f"--fail={fail}", str(root / f"{old}.json"), str(root / f"{new}.json"))
    assert (done.returncode, done.stderr) == (status, "")
    assert done.stdout.startswith("Verdict: **")


def test_a_verdict_that_does_not_exist(root: Path):
    done = command(root, "--fail=huge", *[str(root / "whole.json")] * 2)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: FAIL: expected patch, minor, major, got 'huge'.")


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
    done = command(root, *given)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: ")
    assert why in done.stderr
    assert done.stderr.count("\n") == 1
