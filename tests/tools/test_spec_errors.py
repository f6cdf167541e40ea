"""What `make spec` refuses: one paragraph with the place, status 1, and spec/ as it was."""

import json
from pathlib import Path

import pytest

from tests.tools.spec_case import DOCS, FIXES, SELECTION, Json, Run, contents, document, ref

WRONG: dict[str, tuple[Json | bytes, str]] = {
    "empty": (b"", "is not an OpenAPI document; it is empty"),
    "prose": (b"<html>Not found</html>", "is not an OpenAPI document; it is a bare str"),
    "broken JSON": (b'{"openapi" "3.1.0"}', "is neither JSON nor YAML (line 1, column 12"),
    "broken YAML": (b"openapi: [3.1.0\n", "is neither JSON nor YAML (line 2, column 1"),
    "not text": (b"\xff\xfe\x00", "is not UTF-8 text (byte 0)"),
    "a list": (b"[1]", "it is a bare list"),
    "another document": (b'{"overlay": "1.0.0"}', "has no `openapi` key (its keys: overlay)"),
    "OpenAPI 2": (b'{"swagger": "2.0"}', "is OpenAPI 2.0; OpenAPI 3.1 is needed"),
    "OpenAPI 3.0": (b"openapi: 3.0.3\npaths: {}", "is OpenAPI 3.0.3; OpenAPI 3.1 is needed"),
    "no paths": (b'{"openapi": "3.1.0"}', "#/paths is not an object"),
    "no such operation": (
        {"openapi": "3.1.0", "info": {"version": "1"}, "paths": {}},
        "`getThing` is not there",
    ),
    "dangling": (document({"Thing": ref("No")}), "#/components/schemas/Thing/$ref"),
    "refers to itself": (document({"Thing": ref("Thing")}), "Thing -> Thing"),
    "refers in a circle": (
        document({"Thing": ref("Other"), "Other": ref("Thing")}),
        "Other -> Thing -> Other",
    ),
    "allOf of itself": (
        document({"Thing": {"allOf": [{"type": "object"}, {"allOf": [ref("Thing")]}]}}),
        "#/components/schemas/Thing/allOf/1/allOf/0/$ref: a cycle that cannot be expressed",
    ),
    "union with itself": (
        document({"Thing": {"oneOf": [ref("Other"), {"type": "string"}]},
                  "Other": {"anyOf": [ref("Thing"), {"type": "null"}]}}),
        "Other -> Thing -> Other",
    ),
    "old reference": (
        document({"Thing": {"properties": {"all": {"items": {"$recursiveRef": "#"}}}}}),
        "#/components/schemas/Thing/properties/all/items: `$recursiveRef`",
    ),
    "required is not a list": (
        document({"Thing": {"required": True}}),
        "#/components/schemas/Thing/required: expected a list of names, found True",
    ),
    "nested without end": (
        json.dumps(document({"Thing": {"items": "HERE"}}))
        .replace('"HERE"', '{"items":' * 900 + "{}" + "}" * 900)
        .encode(),
        "nested too deeply",
    ),
    "the fix matches nothing": (
        document({"Thing": {}}) | {"paths": {"/x": {"get": {"operationId": "getThing"}}}},
        "fixes.overlay.yaml: action `fix`",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_wrong_input_is_one_paragraph_and_changes_nothing(
    root: Path, run: Run, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert run(document()) == 0
    before = contents(root)
    capsys.readouterr()
    wrong, message = WRONG[name]
    assert run(wrong) == 1
    said = capsys.readouterr()
    assert message in said.err
    assert said.err.startswith("error: ")
    assert said.err.count("\n") == 1
    assert said.out == ""
    assert contents(root) == before


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("", "UPSTREAM is missing"),
        ("nowhere.json", "nowhere.json: no such file"),
        (".", "cannot be read"),
        ("http://[", "cannot be fetched"),
    ],
)
def test_nothing_to_read(
    run: Run, capsys: pytest.CaptureFixture[str], source: str, message: str
) -> None:
    assert run(source) == 1
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("selection.yaml", None, "selection.yaml: no such file"),
        ("selection.yaml", "", "the file: expected an object, got None"),
        ("selection.yaml", SELECTION.replace("title: Ours", ""), "`title` is missing"),
        ("selection.yaml", SELECTION.replace("owner/", ""), "repository: expected owner/name"),
        ("selection.yaml", SELECTION.replace("[getThing]", "getThing"), "operations[0].keep"),
        ("selection.yaml", SELECTION.replace("getThing", "a, a"), "named twice: a"),
        ("selection.yaml", SELECTION.replace("reason: prose", ""), "rules[0]: `reason`"),
        ("selection.yaml", SELECTION.replace("prose: true", "prose: 1"), "rules[0].prose"),
        ("selection.yaml", SELECTION + "more: 1", "unknown key more"),
        ("fixes.overlay.yaml", None, "fixes.overlay.yaml: no such file"),
        ("fixes.overlay.yaml", FIXES.replace("the fault", ""), "`fix`: `description` is missing"),
        ("docs.overlay.yaml", DOCS.replace("getThing", "x"), "docs.overlay.yaml: action `words`"),
        ("docs.overlay.yaml", DOCS.replace("{description: Ours.}",
            "{requestBody: {$ref: '#/components/requestBodies/X'}}"), "After the Overlays: #/"),
        ("upstream.lock", "a: 1", "upstream.lock: expected the keys repository, sha256"),
    ],
)  # fmt: skip
def test_broken_settings(
    root: Path,
    run: Run,
    capsys: pytest.CaptureFixture[str],
    file: str,
    text: str | None,
    message: str,
) -> None:
    path = root / "spec" / file
    path.unlink(missing_ok=True)
    if text is not None:
        path.write_text(text, encoding="utf-8")
    before = contents(root)
    assert run(document()) == 1
    assert message in capsys.readouterr().err
    assert contents(root) == before


@pytest.mark.parametrize(("name", "value"), [("COMMIT", "main"), ("DATE", "2026-13-01")])
def test_a_wrong_commit_or_date(
    root: Path, run: Run, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    assert run(document(), **{name: value}) == 1
    assert f"{name}: expected" in capsys.readouterr().err
    assert "openapi.yaml" not in contents(root)


def test_a_folder_that_cannot_be_written_keeps_what_it_has(
    root: Path, run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(document()) == 0
    before = contents(root)
    replace = Path.replace

    def refuse(self: Path, target: Path) -> Path:
        if target.name == "upstream.lock":
            raise PermissionError(13, "Permission denied", str(target))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refuse)
    assert run(document({"Thing": {"type": "string"}})) == 1
    assert "upstream.lock: cannot be written (Permission denied)" in capsys.readouterr().err
    assert contents(root) == before
