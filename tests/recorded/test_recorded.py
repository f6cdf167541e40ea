"""What the service sends is decoded without loss, to classes, and is taken by strict mode."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from openai_conversations import models
from openai_conversations_api import encode

from tests.contract.checker import check_response
from tests.document import operations
from tests.offenders import check_each
from tests.recorded.exchanges import Exchange, own, recorded

Source = Callable[[], list[Exchange]]
pytestmark = pytest.mark.off_contract  # of one exchange, the status
BOTH = pytest.mark.parametrize("source", [own, recorded])


def within(value: Any) -> Iterator[Any]:
    """Yield a value and all that it holds."""
    yield value
    if isinstance(value, (list, tuple)):
        inner = iter(value)
    elif isinstance(value, dict):
        inner = iter(value.values())
    elif hasattr(type(value), "__attrs_attrs__"):
        inner = (getattr(value, one.name) for one in type(value).__attrs_attrs__)
    else:
        return
    for one in inner:
        yield from within(one)


@BOTH
def test_strict_mode_takes_it(source: Source) -> None:
    check_each(source(), lambda exchange: exchange.decoded(strict=True))


@BOTH
def test_the_document_says_so(source: Source) -> None:
    """Without our own validator, and without null standing for absent."""
    paths = {operation["operationId"]: (path, verb) for path, verb, operation in operations()}

    def check(exchange: Exchange) -> None:
        path, verb = paths[exchange.operation]
        url = httpx.URL("http://localhost/v1" + re.sub(r"{\w+}", "x", path))
        problems = check_response(
            verb.upper(), url, exchange.status, exchange.content_type, exchange.content
        )
        # 1 of 226: {"message"} with a status that no operation has
        assert not problems or exchange.status == 202, problems

    check_each(source(), check)


@BOTH
def test_no_known_kind_is_kept_as_it_is(source: Source) -> None:
    def check(exchange: Exchange) -> None:
        for value in within(exchange.decoded(strict=False)):
            assert not isinstance(value, models.RawObject), value

    check_each(source(), check)


@BOTH
def test_nothing_is_lost(source: Source) -> None:
    def check(exchange: Exchange) -> None:
        found = exchange.decoded(strict=False)
        assert [encode(value) for value in found] == exchange.values

    check_each(source(), check)


def test_the_recordings_are_all_there() -> None:
    assert len(recorded()) == 226
