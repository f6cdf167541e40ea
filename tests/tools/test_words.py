"""tools/words.py finds the words that are said differently, wherever they stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.errors import ToolError
from tools.words import ROOT, check, find, words

RULES = words()


def found(text: str, path: str = "a.py") -> list[str]:
    return list(find(path, text, RULES))


@pytest.mark.parametrize(
    ("text", "say"),
    [
        ("lost_answer = 1\n", "response"),
        ("class LateReply: ...\n", "response"),
        ("REPLIES = 2\n", "response"),
        ("x = 'the answers came'\n", "response"),
        ("# a cure for it\n", "fix"),
        ("# after a time-out\n", "timeout"),
        ("raise ValueError('NAME is no identifier')\n", "is not a"),
        ("# that it is\n# no path\n", "is not a"),
        ("def test_a_name_that_is_no_path(): ...\n", "is not a"),
        ("# a word of ours\n", "ours"),
        ("# it is taken\n# back\n", "delete"),
        ("# is asked again\n", "retry"),
        ("# whoever calls\n", "who"),
    ],
)
def test_an_old_word_is_found(text: str, say: str) -> None:
    (place,) = found(text)
    assert place.startswith("a.py:1: `")
    assert f"say {say}" in place


@pytest.mark.parametrize(
    "text",
    [
        "phase = 'final_answer'\n",
        "# a secure, accurate and obscure one\n",
        "# there is no other; it is no longer here\n",
        "timeout = 1\n",
        "# replicas\n",
    ],
)
def test_what_only_looks_like_one_is_not(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("first", ["The", "What", "Whoever", "`value`", "Returns", "a"])
def test_a_docstring_begins_with_a_verb(first: str) -> None:
    (place, *_) = found(f'x = 1\n\n\ndef f():\n    """{first} thing."""\n')
    assert place.startswith("a.py:4: docstring of f: begin with a verb")


def test_docstrings_that_pass() -> None:
    assert not found('def f():\n    """Return a thing."""\n\n\ndef g():\n    """Pass it on."""\n')
    assert not found('class A:\n    @property\n    def f(self):\n        """The thing."""\n')
    assert not found("def f():\n    pass\n")


def test_an_exception_holds_in_its_files_alone() -> None:
    rules = {**RULES, "allow": [{"in": "b", "text": "reply-to", "why": "a header"}]}
    assert not list(find("b.md", "The reply-to header.", rules))
    assert list(find("a.md", "The reply-to header.", rules))


def test_every_exception_has_a_reason_and_is_needed() -> None:
    for allowed in RULES["allow"]:
        assert allowed["why"]
        assert list(find("a.md", allowed["text"], {**RULES, "allow": []})), allowed


def test_the_files_listed_are_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "tools").mkdir()
    rules = (ROOT / "tools/words.toml").read_text("utf-8")
    begin, end = rules.index("paths = "), rules.index("# First words")
    listed = 'paths = ["one.md", "room"]\nexcept = ["room/old"]\n\n'
    (tmp_path / "tools/words.toml").write_text(rules[:begin] + listed + rules[end:], "utf-8")
    (tmp_path / "one.md").write_text("Fine.\n", "utf-8")
    (tmp_path / "room/_sync").mkdir(parents=True)
    (tmp_path / "room/_sync/made.py").write_text("reply = 1\n", "utf-8")
    (tmp_path / "room/old").mkdir()
    (tmp_path / "room/old/three.py").write_text("reply = 1\n", "utf-8")
    (tmp_path / "room/four.py").write_text("response = 1\n", "utf-8")
    assert check(tmp_path) == "2 files clean"
    (tmp_path / "room/two.py").write_text("\nreply = 1\n", "utf-8")
    with pytest.raises(ToolError, match="1 places"):
        check(tmp_path)
    assert capsys.readouterr().out == "room/two.py:2: `reply`: say response, respond\n"
    with pytest.raises(ToolError, match="1 places"):
        check(tmp_path, ["room/old"])
    with pytest.raises(ToolError, match="there is no such file or folder"):
        check(tmp_path, ["elsewhere"])
