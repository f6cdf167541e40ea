"""Static checks over everything that is generated: one test, a loop, and a list of offenders.

A case per class and rule made up two thirds of the suite's cases and half of the time to collect
them. A test here runs over all classes, goes on after the first that fails, and names every one.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis.strategies import SearchStrategy

Case = TypeVar("Case")
#: How many offenders a failure shows in full.
SHOWN = 10


def check_each(cases: Iterable[Case], check: Callable[[Case], None]) -> None:
    """Check every case, then fail once with all that did not pass.

    Args:
        cases: what is checked; `str(case)` names it in the failure.
        check: raises (an assertion, or anything else) for a case that is wrong.
    """
    cases = list(cases)
    offenders: list[str] = []
    for case in cases:
        try:
            check(case)
        except Exception as error:
            text = "".join(traceback.format_exception(error, limit=-2)).strip()
            offenders.append(f"{case}:\n{text}")
    if not cases:
        pytest.fail("there is nothing to check", pytrace=False)
    if offenders:
        more = [f"and {len(offenders) - SHOWN} more"] if len(offenders) > SHOWN else []
        head = f"{len(offenders)} of {len(cases)} are wrong"
        pytest.fail("\n\n".join([head, *offenders[:SHOWN], *more]), pytrace=False)


def check_drawn(
    cases: Iterable[Case],
    strategy: Callable[[Case], SearchStrategy[Any]],
    check: Callable[[Case, Any], None],
    *,
    examples: int = 2,
) -> None:
    """Check every case with values that hypothesis draws for it, as `check_each` does.

    Args:
        cases: what is checked; `str(case)` names it in the failure.
        strategy: gives the strategy of the values for a case.
        check: raises for a case and a value that are wrong.
        examples: how many values are drawn for each case.
    """

    def check_one(case: Case) -> None:
        # Not kept in hypothesis's database: it would give the values of one case to another.
        @settings(max_examples=examples, database=None)
        @given(value=strategy(case))
        def run(value: Any) -> None:
            try:
                check(case, value)
            except Exception as error:
                error.add_note(f"with {value!r:.2000}")
                raise

        run()

    check_each(cases, check_one)
