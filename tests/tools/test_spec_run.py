"""`make spec` as somebody runs it: what it writes, what it says, and what it leaves alone."""

import http.server
import json
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.tools.spec_case import DOCS, FIXES, SELECTION, Json, document, folder, ref
from tools.errors import exit_status
from tools.spec.__main__ import main

Run = Callable[..., int]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return folder(tmp_path)


@pytest.fixture
def run(root: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the tool in `root` on a document, a text, or whatever is at a path or an address."""

    def once(source: Json | str | bytes = "", *, file: str = "up.json", **settings: str) -> int:
        for name in ("KEEP_PROSE", "COMMIT", "DATE"):
            monkeypatch.delenv(name, raising=False)
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        if isinstance(source, dict):
            source = json.dumps(source).encode()
        if isinstance(source, bytes):
            (root / file).write_bytes(source)
            source = str(root / file)
        monkeypatch.setattr(sys, "argv", ["tools.spec", source, "--root", str(root)])
        return exit_status(main)

    return once


def contents(root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((root / "spec").iterdir())}


def read(path: Path) -> Any:
    yaml: Any = YAML(typ="safe", pure=True)
    return yaml.load(path)


def test_it_writes_the_document_and_the_lock(
    root: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(document(), COMMIT="f85dbe2", DATE="2026-08-21") == 0
    result = read(root / "spec" / "openapi.yaml")
    assert result["paths"]["/things"]["get"]["description"] == "Ours."
    assert result["components"]["schemas"]["Thing"]["additionalProperties"] is False
    lock = read(root / "spec" / "upstream.lock")
    assert lock.keys() == {"repository", "commit", "date", "sha256"}
    assert (lock["repository"], lock["commit"], lock["date"]) == (
        "owner/name",
        "f85dbe2",
        "2026-08-21",
    )
    said = capsys.readouterr().out
    assert "1 operations, 1 schemas" in said
    assert "There was no spec/openapi.yaml before" in said


def test_twice_gives_the_same_bytes_and_says_so(
    root: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(document()) == 0
    before = contents(root)
    capsys.readouterr()
    assert run(document()) == 0
    assert contents(root) == before
    assert "written: nothing" in capsys.readouterr().out


def test_json_and_yaml_give_the_same(root: Path, run: Run) -> None:
    assert run(document()) == 0
    before = contents(root)
    text = """
        openapi: 3.1.0
        info: {title: Theirs, version: '1'}
        servers: [{url: https://example.com}]
        paths:
          /things:
            get:
              operationId: getThing
              responses: {200: {description: D, content: {application/json: {schema: &x
                {$ref: '#/components/schemas/Thing'}}}}}
        components: {schemas: {Thing: {type: object, properties: {id: {type: string}}}}}
    """
    assert run(text.encode(), file="up.yaml") == 0
    assert contents(root) == before


def test_a_change_of_prose_alone_changes_nothing(root: Path, run: Run) -> None:
    assert run(document(), COMMIT="f85dbe2", DATE="2026-08-21") == 0
    before = contents(root)
    changed = document(**{"description": "Other.", "summary": "Other.", "x-new": {}})
    changed["info"] |= {"title": "Other", "description": "Other"}
    changed["components"]["schemas"] = dict(reversed(changed["components"]["schemas"].items()))
    changed["components"]["schemas"]["Thing"] |= {"title": "Other", "examples": [1]}
    changed["components"]["schemas"]["Unreached"] = {}
    assert run(changed, file="2030-01-01.openapi.json") == 0
    assert contents(root) == before


def test_the_lock_follows_the_structure(root: Path, run: Run) -> None:
    lock = root / "spec" / "upstream.lock"
    assert run(document(), COMMIT="f85dbe2", DATE="2026-08-21") == 0
    first = read(lock)
    assert run(document(), COMMIT="abcdef0") == 0
    assert read(lock) == {key: first[key] for key in ("repository", "sha256")} | {
        "commit": "abcdef0"
    }
    assert run(document({"Thing": {"type": "string"}}), file="2026-09-01.openapi.json") == 0
    changed = read(lock)
    assert changed.keys() == {"repository", "date", "sha256"}
    assert changed["date"] == "2026-09-01"
    assert changed["sha256"] != first["sha256"]


def test_a_change_is_reported_against_what_was_there(
    root: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(document()) == 0
    more = document()
    more["components"]["schemas"]["Thing"]["properties"]["colour"] = {"type": "string"}
    capsys.readouterr()
    assert run(more) == 0
    assert "colour" in capsys.readouterr().out
    (root / "spec" / "openapi.yaml").write_text("<<<<<<< HEAD\n", encoding="utf-8")
    assert run(more) == 0
    assert "Nothing was compared" in capsys.readouterr().out


def test_kept_prose_fills_what_the_docs_leave_and_nothing_else(root: Path, run: Run) -> None:
    assert run(document()) == 0
    plain, lock = contents(root)["openapi.yaml"], contents(root)["upstream.lock"]
    assert run(document(), KEEP_PROSE="1") == 0
    text = (root / "spec" / "openapi.yaml").read_text(encoding="utf-8")
    assert "do not commit" in text
    result = read(root / "spec" / "openapi.yaml")
    assert result["paths"]["/things"]["get"]["description"] == "Ours."
    assert result["components"]["schemas"]["Thing"]["description"] == "Theirs."
    assert contents(root)["upstream.lock"] == lock
    assert run(document()) == 0
    assert contents(root)["openapi.yaml"] == plain


def test_undeclared_required_properties_are_noted(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    half: Json = {"properties": {"a": {}}, "required": ["a", "b", "c"]}
    thing: Json = {"allOf": [ref("Half"), {"properties": {"b": {}}}]}
    assert run(document({"Thing": thing, "Half": half})) == 0
    said = capsys.readouterr().out
    assert "note: #/components/schemas/Thing requires c and does not declare it" in said
    assert "note: #/components/schemas/Half requires b, c" in said


WRONG: dict[str, tuple[Json | bytes, str]] = {
    "empty": (b"", "is no OpenAPI document; it is empty"),
    "prose": (b"<html>Not found</html>", "is no OpenAPI document; it is a bare str"),
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
    "required is no list": (
        document({"Thing": {"required": True}}),
        "#/components/schemas/Thing/required: expected a list of names, found True",
    ),
    "nested without end": (
        json.dumps(document({"Thing": {"items": "HERE"}}))
        .replace('"HERE"', '{"items":' * 900 + "{}" + "}" * 900)
        .encode(),
        "nested too deeply",
    ),
    "the cure matches nothing": (
        document({"Thing": {}}) | {"paths": {"/x": {"get": {"operationId": "getThing"}}}},
        "fixes.overlay.yaml: action `cure`",
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


def test_a_recursive_type_is_no_cycle(root: Path, run: Run) -> None:
    nested: Json = {"properties": {"in": {"anyOf": [ref("Thing"), {"type": "null"}]}}}
    part: Json = {"allOf": [ref("Thing/properties/in"), {"items": ref("Thing")}]}
    assert run(document({"Thing": {"type": "object", **nested, "items": part}})) == 0


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
        ("fixes.overlay.yaml", FIXES.replace("the fault", ""), "`cure`: `description` is missing"),
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


@pytest.fixture
def address() -> Iterator[str]:
    """A service on the loopback that has the document at /up.json and nothing else."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path.partition("?")[0] == "/up.json"
            body = json.dumps(document()).encode() if found else b"no"
            self.send_response(200 if found else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_an_address(root: Path, run: Run, capsys: pytest.CaptureFixture[str], address: str) -> None:
    assert run(f"http://{address}/up.json") == 0
    assert "openapi.yaml" in contents(root)
    capsys.readouterr()
    assert run(f"http://user:secret@{address}/no.json?token=secret") == 1
    said = capsys.readouterr().err
    assert f"http://{address}/no.json: answered 404" in said
    assert "secret" not in said


def test_an_address_where_nobody_is(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        assert run(f"http://127.0.0.1:{held.getsockname()[1]}/up.json") == 1
    assert "/up.json: cannot be fetched (" in capsys.readouterr().err
