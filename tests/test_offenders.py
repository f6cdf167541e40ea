"""The loops over everything that is generated: they go on after an offender, and name each one."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.offenders import SHOWN, check_drawn, check_each


def odd(case: int) -> None:
    assert case % 2, "it is even"


def test_every_offender_is_named_with_its_reason() -> None:
    with pytest.raises(pytest.fail.Exception) as caught:
        check_each([1, 2, 3, 4], odd)
    assert str(caught.value).startswith("2 of 4 are wrong\n\n2:\n")
    assert "\n\n4:\n" in str(caught.value)
    assert str(caught.value).count("Error: it is even") == 2
    check_each([1, 3], odd)


def test_many_offenders_are_counted() -> None:
    with pytest.raises(pytest.fail.Exception) as caught:
        check_each(range(0, 200, 2), odd)
    assert str(caught.value).count("Error: it is even") == SHOWN
    assert str(caught.value).endswith("and 90 more")


def test_nothing_to_check_is_a_failure() -> None:
    with pytest.raises(pytest.fail.Exception, match="nothing to check"):
        check_each([], odd)


def test_a_drawn_value_is_part_of_the_reason() -> None:
    drawn: list[tuple[str, int]] = []

    def check(case: str, value: int) -> None:
        drawn.append((case, value))
        assert case == "good"

    cases = {"good": st.just(7), "bad": st.just(8)}
    with pytest.raises(pytest.fail.Exception, match=r"1 of 2 are wrong\s+bad:") as caught:
        check_drawn(cases, cases.__getitem__, check)
    assert "\nwith 8\n" in str(caught.value)
    assert {("good", 7), ("bad", 8)} == set(drawn)
