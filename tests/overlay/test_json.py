"""JSON: the same values with orjson and without it."""

from __future__ import annotations

import importlib
import json
import math
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai_conversations import _json

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(VALUES)
def test_both_read_the_same(value: Any) -> None:
    text = json.dumps(value).encode()
    assert _json.loads(text) == _json._loads_standard(text) == value


@pytest.mark.parametrize("text", [b"NaN", b"[1e999]", b'"\\ud800"', b"\xef\xbb\xbf{}"])
def test_what_orjson_refuses_is_read_by_the_standard_library(text: bytes) -> None:
    assert str(_json.loads(text)) == str(_json._loads_standard(text))


@pytest.mark.parametrize("text", [b"", b"{", b"\xff", b"'a'"])
def test_what_both_refuse_is_a_value_error(text: bytes) -> None:
    for loads in (_json.loads, _json._loads_standard):
        with pytest.raises(ValueError):  # noqa: PT011 - the kind is what is promised
            loads(text)


def test_writing_is_compact_and_strict() -> None:
    assert _json.dumps({"a": ["ü", None, 1.5]}) == '{"a":["ü",null,1.5]}'.encode()
    for wrong in (math.nan, math.inf, "\ud800"):
        with pytest.raises(ValueError):  # noqa: PT011 - the kind is what is promised
            _json.dumps(wrong)


def test_without_orjson(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "orjson", None)
    try:
        alone = importlib.reload(_json)
        assert alone.loads is alone._loads_standard
        assert alone.loads(b'{"a": 1}') == {"a": 1}
    finally:
        monkeypatch.undo()
        importlib.reload(_json)
