"""JSON: the same values with msgspec and without it."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai_conversations._request.request import dumps
from openai_conversations._response import parsing as _json

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(VALUES)
def test_both_read_the_same(value: Any) -> None:
    text = json.dumps(value).encode()
    assert _json.loads(text) == _json._loads_standard(text) == value


def same_key(parts: list[str]) -> str:
    members = ",\t".join(f'"a": {part}' for part in parts)
    return f"{{{members}}}"


LEAVES = st.sampled_from(
    [
        *(
            "1e400",
            "-1e-400",
            "0.1",
            "-0",
            "-0.0",
            "NaN",
            "-Infinity",
            "1" * 30 + ".5e-20",
            "1" * 5000,
            "01",
            "+1",
        ),
        *(str(2**64), str(2**64 - 1), str(-(2**63)), str(-(2**63) - 1), "9" * 25, "1" * 19),
        *(
            '"\\ud800"',
            '"\\ud83d\\ude00"',
            '"\\u0000"',
            '"\x7f"',
            '"\x01"',
            f'"id-{2**70}"',
            "",
            "truely",
        ),
    ]
)
TEXTS = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner).map(lambda parts: f"[{', '.join(parts)}]")
        # A key that occurs twice counts the second time.
        | st.lists(inner).map(same_key)
    ),
    max_leaves=10,
)


def outcome(loads: Any, text: bytes) -> str:
    # By their repr, which tells 1 from 1.0, 0.0 from -0.0, and NaN is NaN.
    try:
        return repr(loads(text))
    except ValueError:
        return "ValueError"


@given(TEXTS)
def test_both_read_or_refuse_the_same_texts(text: str) -> None:
    data = text.encode()
    assert outcome(_json.loads, data) == outcome(_json._loads_standard, data)


@given(st.binary(max_size=8))
def test_both_read_or_refuse_the_same_bytes(data: bytes) -> None:
    for text in (data, b'"%s"' % data):
        assert outcome(_json.loads, text) == outcome(_json._loads_standard, text)


@pytest.mark.parametrize("text", [b"NaN", b"[1e999]", b'"\\ud800"', b"\xef\xbb\xbf{}"])
def test_what_msgspec_refuses_is_read_by_the_standard_library(text: bytes) -> None:
    assert str(_json.loads(text)) == str(_json._loads_standard(text))


@pytest.mark.parametrize("text", [b"", b"{", b"\xff", b"'a'"])
def test_what_both_refuse_is_a_value_error(text: bytes) -> None:
    for loads in (_json.loads, _json._loads_standard):
        with pytest.raises(ValueError):  # noqa: PT011 - the kind is what is promised
            loads(text)


def test_writing_is_compact_and_strict() -> None:
    assert dumps({"a": ["ü", None, 1.5]}) == '{"a":["ü",null,1.5]}'.encode()
    for wrong in (math.nan, math.inf, "\ud800"):
        with pytest.raises(ValueError):  # noqa: PT011 - the kind is what is promised
            dumps(wrong)


@pytest.fixture
def no_msgspec(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(sys.modules, "msgspec.json", None)
    _json.reader.cache_clear()
    yield
    _json.reader.cache_clear()


@pytest.mark.usefixtures("no_msgspec")
def test_without_msgspec_the_standard_library_reads() -> None:
    assert _json.reader() is _json._loads_standard
    assert _json.loads(b'{"a": 1}') == {"a": 1}


def test_with_msgspec_it_reads() -> None:
    assert _json.reader() is not _json._loads_standard
