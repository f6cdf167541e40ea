"""Hostile and broken documents and servers: one paragraph, status 1, and all files as they were."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tools.spec_case import Json, Run, check_refused, contents, document, ref
from tools import fetch
from tools.changes.__main__ import run as changes
from tools.errors import ToolError
from tools.files import to_yaml
from tools.generate.build import build as generate
from tools.plain import DEEPEST, LARGEST_YAML, MOST, parse

ROOT = Path(__file__).resolve().parents[2]
GOOD = json.dumps(document())


def put(text: str, what: str = '"Theirs."') -> bytes:
    """Return the good document with JSON in the place of one of its descriptions."""
    return GOOD.replace(what, text, 1).encode()


def yaml(text: str) -> bytes:
    """Return the good document as YAML, with a line at the top."""
    return f"{text}\n{to_yaml(document())}".encode()


def doubled(keyword: str, levels: int = 30) -> bytes:
    """Return a document whose schemas are each the next one twice."""
    last: Json = {"type": "object"}
    schemas = {f"L{i}": {keyword: [ref(f"L{i + 1}")] * 2} for i in range(levels)}
    return json.dumps(document({"Thing": ref("L0"), f"L{levels}": last} | schemas)).encode()


ALIASES = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "\n".join(
    f"{new}: &{new} [{','.join([f'*{old}'] * 10)}]"
    for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)

# What stands in the file, and what the error says of it.
HOSTILE: dict[str, tuple[bytes, str]] = {
    "too large": (b" " * (fetch.LARGEST + 1), "is larger than 64 MiB"),
    "too large for YAML": (b"#" * LARGEST_YAML + b"\na: 1", "as YAML it is larger than 8 MiB"),
    "too many values": (b"[" + b"0," * (MOST + 1) + b"0]", "holds more than 1,000,000 values"),
    "far too many values": (b"[" + b"0," * 5 * MOST + b"0]", "holds more than 1,000,000 values"),
    "a page of HTML": (
        b"<!DOCTYPE html>\n<html><p>a: b</p>\n<p>c: d</p>",
        "is neither JSON nor YAML (line 2",
    ),
    "NUL": (GOOD.encode() + b"\0", "is neither JSON nor YAML (line 1, column"),
    "compressed": (b"\x1f\x8b\x08\x00", "is not UTF-8 text (byte 1)"),
    "deep JSON": (put("[" * 5000 + "]" * 5000), "nested too deeply"),
    "deep YAML": (b"a: " + b"[" * 5000 + b"]" * 5000, "nested too deeply"),
    "rather deep": (put("[" * DEEPEST + "]" * DEEPEST), "#/info/description/0/0/0/0/0/0/…: is nes"),
    "aliases of aliases": (yaml(ALIASES), "holds more than 1,000,000 values"),
    "an alias of itself": (yaml("x-a: &a [*a]"), "nested too deeply (more than 64 levels), or hol"),
    "a key of itself": (yaml("x-a: &a {? *a : 1}"), "#/x-a (line 1): has a key that JSON does not"),
    "half a surrogate": (put('"\\ud800"'), "#/info/description: holds half of a surrogate pair"),
    "half a surrogate in a key": (put('{"\\udc00": 1}'), "#/info/description: holds half"),
    "half a surrogate in YAML": (yaml('x-a: "\\ud83d"'), "#/x-a (line 1): holds half of a surrog"),
    "NaN": (put("NaN"), "#/info/description: holds a number that is not finite"),
    "infinite": (put("-Infinity"), "#/info/description: holds a number that is not finite"),
    "infinite in effect": (put("1e999"), "#/info/description: holds a number that is not finite"),
    "NaN in YAML": (yaml("x-a: .nan"), "#/x-a (line 1): holds a number that is not finite"),
    "a large integer": (put("1" + "0" * 400), "holds a number that is not finite or too large"),
    "a huge integer": (put("9" * 5000), "holds a number that is too large"),
    "a huge integer in YAML": (yaml("x-a: " + "9" * 5000), "#/x-a (line 1): holds what JSON does"),
    "a key twice": (put('{"a": [], "b": 1, "a": 2}'), "#/info/description: has the key `a` twice"),
    "a key twice in YAML": (yaml("x-a: {a: 1, b: 2, a: 3}"), "#/x-a (line 1): has the key `a` tw"),
    "a number and a text as one key": (yaml("x-a: {200: 1, '200': 2}"), "has the key `200` twice"),
    "a list as key": (yaml("x-a: {[a]: 1}"), "has a key that JSON does not have (tag:yaml.org"),
    "a merge key": (yaml("x-b: &b {a: 1}\nx-a: {<<: *b}"), "#/x-a (line 2): has a key that JSON"),
    "a Python object": (yaml("x-a: !!python/object/apply:os.getcwd []"), "(tag:yaml.org,2002:pyt"),
    "a tag of its own": (yaml("x-a: !mine {a: 1}"), "#/x-a (line 1): holds what JSON does not ha"),
    "bytes": (yaml("x-a: !!binary aGk="), "what JSON does not have (tag:yaml.org,2002:binary)"),
    "a set": (yaml("x-a: !!set {a, b}"), "what JSON does not have (tag:yaml.org,2002:set)"),
    "a number that is none": (yaml("x-a: !!int many"), "what JSON does not have (tag:yaml.org,20"),
    "two documents": (yaml("x-a: 1") + b"---\na: 1\n", "is neither JSON nor YAML (line "),
    "an alias of nothing": (yaml("x-a: *nobody"), "is neither JSON nor YAML (line 1, column 6: f"),
    "allOf without end": (doubled("allOf"), "stands for more than 1,000 schemas"),
    "anyOf without end": (doubled("anyOf"), "#/components/schemas/L"),
    "a long chain": (
        json.dumps(
            document(
                {"Thing": ref("C0"), "C5000": {}} | {f"C{i}": ref(f"C{i + 1}") for i in range(5000)}
            )
        ).encode(),
        "is nested too deeply to be read",
    ),
}

# What `make spec` refuses besides, because it trims and checks.
FOREIGN: dict[str, tuple[Json, str]] = {
    "a file": (document({"Thing": {"$ref": "file:///etc/passwd"}}), "$ref `file:///etc/pass"),
    "another file": (document({"Thing": {"$ref": "../x.yaml#/A"}}), "does not point at a com"),
    "an address": (document({"Thing": {"$ref": "http://127.0.0.1:1/"}}), "$ref `http://127.0.0.1"),
    "a circle": (document({"Thing": ref("A"), "A": ref("B"), "B": ref("A")}), "A -> B -> A"),
    "a line break": (document({"Thing": ref("A\nB"), "A\nB": {}}), "schemas/A B: a component"),
    "a path": (document({"Thing": ref("..~1x"), "../x": {}}), "schemas/..~1x: a component's name"),
    "an absolute path": (document({"Thing": ref("~1x"), "/x": {}}), "~1x: a component's name"),
    "nothing": (document({"Thing": ref(""), "": {}}), "#/components/schemas/: a component's name"),
    "a long name": (document({"Thing": ref("A" * 10**6), "A" * 10**6: {}}), "a component's name"),
    "escapes": (document({"Thing": ref("\x1b[2J"), "\x1b[2J": {}}), "schemas/\\x1b[2J: a compo"),
    "components are a text": (document() | {"components": "x"}, "#/components: expected an object"),
}  # fmt: skip
FILES = HOSTILE | {name: (json.dumps(one).encode(), told) for name, (one, told) in FOREIGN.items()}


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_document_is_refused(
    root: Path, run: Run, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    data, message = FILES[name]
    assert run(document()) == 0
    before = contents(root)
    capsys.readouterr()
    assert run(data) == 1
    said = capsys.readouterr()
    check_refused(said.err, message)
    assert said.out == ""
    assert contents(root) == before


@pytest.mark.parametrize("name", HOSTILE)
def test_the_other_tools_refuse_it_as_well(root: Path, run: Run, name: str) -> None:
    data, _ = HOSTILE[name]
    assert run(document()) == 0
    good, bad = root / "spec" / "openapi.yaml", root / "bad.json"
    bad.write_bytes(data)
    for old, new in ((good, bad), (bad, good)):
        with pytest.raises(ToolError):
            changes(str(old), str(new), root)
    good.write_bytes(data)
    with pytest.raises(ToolError):
        generate(root, root / "made")
    assert not (root / "made").exists()


def test_a_process_says_the_same(root: Path, run: Run) -> None:
    assert run(document()) == 0
    before = contents(root)
    for name in ("aliases of aliases", "half a surrogate", "a long name", "deep JSON"):
        data, message = FILES[name]
        (root / "up").write_bytes(data)
        said = subprocess.run(
            [sys.executable, "-m", "tools.openapi_spec", str(root / "up"), "--root", str(root)],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (said.returncode, said.stdout) == (1, "")
        check_refused(said.stderr, message)
        assert contents(root) == before


def test_yaml_is_read_as_json_would_be() -> None:
    text = (
        "a: 2026-01-01\nb: on\nyes: no\n200: 1_0\nc: &c [~, true, 1.5, 0x10]\nd: *c\n"
        "e: <<\n'<<': !!str 5\n? f\n: =\n"
    )
    assert parse(text.encode(), "x") == {
        "a": "2026-01-01", "b": "on", "yes": "no", "200": 10, "c": [None, True, 1.5, 16],
        "d": [None, True, 1.5, 16], "e": "<<", "<<": "5", "f": "=",
    }  # fmt: skip


def test_a_report_has_a_line_for_each_change(root: Path, run: Run) -> None:
    """Try a name with a line break, which would put lines of its own into the report."""
    assert run(document()) == 0
    more = document()
    more["components"]["schemas"]["Thing"]["properties"]["x\n## Renamed"] = {"type": "string"}
    (root / "new.json").write_text(json.dumps(more))
    said = changes(str(root / "spec" / "openapi.yaml"), str(root / "new.json"), root).markdown()
    assert "x\\n## Renamed" in said
    assert "\n## Renamed" not in said
