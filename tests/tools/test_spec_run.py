"""`make spec` as somebody runs it: what it writes and what it says."""

import http.server
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.tools.spec_case import Json, Run, contents, document, ref
from tools.openapi_spec import build


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
    prose: Json = {"description": "Other.", "summary": "Other.", "x-new": {}}
    changed = document(**prose)
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


def test_the_report_is_printed_before_anything_is_replaced(
    root: Path, run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(document()) == 0
    more = document()
    more["components"]["schemas"]["Thing"]["properties"]["colour"] = {"type": "string"}
    capsys.readouterr()

    def fail(_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("tools.openapi_spec.__main__.replace", fail)
    before = contents(root)
    assert run(more) == 1
    assert capsys.readouterr().out.startswith("Verdict: **minor**.\n")
    assert contents(root) == before


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


def test_a_recursive_type_is_not_a_cycle(root: Path) -> None:
    nested: Json = {"properties": {"in": {"anyOf": [ref("Thing"), {"type": "null"}]}}}
    part: Json = {"allOf": [ref("Thing/properties/in"), {"items": ref("Thing")}]}
    build(document({"Thing": {"type": "object", **nested, "items": part}}), root=root)


@pytest.fixture
def address() -> Iterator[str]:
    """Serve the document at /up.json on the loopback, and nothing else."""

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
    assert f"http://{address}/no.json: expected 200 and an OpenAPI document, got 404" in said
    assert "secret" not in said


def test_an_address_where_nobody_is(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        assert run(f"http://127.0.0.1:{held.getsockname()[1]}/up.json") == 1
    assert "/up.json: cannot be fetched (" in capsys.readouterr().err
