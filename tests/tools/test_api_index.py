"""api.md has everything that is public, in a form that no version of Python changes."""

from __future__ import annotations

import re
from pathlib import Path

import openai_conversations
import pytest
from openai_conversations_api import models

from tools import api_index
from tools.errors import ToolError

TEXT = api_index.index()


def test_every_public_name_is_in_it() -> None:
    ours, _, generated = TEXT.partition("\n## openai_conversations_api\n")
    named = set(re.findall(r"^ *- `(\w+)", ours, re.MULTILINE))
    assert set(openai_conversations.__all__) <= named
    assert set(re.findall(r"`(\w+)`", generated)) >= set(models.__all__)


def test_methods_are_shown_as_they_are_called() -> None:
    assert "- `client.conversations.retrieve(conversation_id, **options) -> " in TEXT
    assert "- `client.conversations.items.list(conversation_id, *, " in TEXT
    assert "  - `MessageItem.user_text(text)`" in TEXT
    assert "- `api.conversations.get_conversation.sync(conversation_id, *, client)`" in TEXT


def test_prose_of_a_document_is_not_markup() -> None:
    def function() -> None: ...

    for doc, shown in {
        "Get `x[0] < 1` or <a>b</a>. More": "Get `x[0] < 1` or &lt;a&gt;b&lt;/a&gt;",
        "[x](javascript:f()) & `open <b>": "&#91;x](javascript:f()) &amp; `open &lt;b&gt;",
        "A\u202eb\x1b[31m\nc": "A b &#91;31m c",
    }.items():
        function.__doc__ = doc
        assert api_index.sentence(function) == shown


def test_nothing_in_it_depends_on_where_or_on_what_it_runs() -> None:
    assert not re.search(r" at 0x|<class|<function|typing\.|/home|/root|/work", TEXT)
    assert api_index.index() == TEXT


def test_parameters_by_kind() -> None:
    def function(a, b=1, *, c, d=2, timeout=None, **more): ...

    def plain(a, *args, timeout=None): ...

    assert api_index.signature(function) == "(a, b=, *, c, d=, **more, **options)"
    assert api_index.signature(plain) == "(a, *args, **options)"


def test_an_index_that_is_not_current_fails(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match=r"api\.md is not what .* Run `make generate`"):
        api_index.check(tmp_path)
    (tmp_path / "api.md").write_text(TEXT, "utf-8")
    assert api_index.check(tmp_path).startswith("current, ")
