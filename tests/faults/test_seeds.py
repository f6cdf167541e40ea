"""Many items through random faults: none lost, none doubled, the order kept.

The long version, with openai-python beside it, is `make faults`.
"""

from __future__ import annotations

import pytest

from tests.faults.conversation import messages
from tests.faults.proxy import KINDS, SILENT, seeded
from tests.faults.runs import Settings, Writer, append, append_async, append_trio, run

#: Some faults are responses that make no sense.
pytestmark = pytest.mark.off_contract


@pytest.mark.parametrize("writer", [append, append_async, append_trio])
@pytest.mark.parametrize(
    ("seed", "max_retries", "transport"), [(1, 8, None), (2, 2, "httpx"), (6, 0, None)]
)
def test_every_item_is_there_once(
    service: str, writer: Writer, seed: int, max_retries: int, transport: str | None
) -> None:
    settings = Settings(max_retries=max_retries, transport=transport)
    outcome = run(service, writer, messages(400), seeded(seed, 0.2), settings)
    assert outcome.perfect
    assert outcome.accounts > 0
    assert outcome.faults > 3


def test_a_seed_can_be_repeated(service: str) -> None:
    # Without a fault that the clock has a part in.
    draw = seeded(5, 0.3, [kind for kind in KINDS if kind not in SILENT])
    outcomes = [run(service, append, messages(200), draw, Settings(60)) for _ in range(2)]
    assert outcomes[0] == outcomes[1]
