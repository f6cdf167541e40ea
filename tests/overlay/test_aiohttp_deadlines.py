"""The deadlines of many requests and the one timer for them; and who loses a place to one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai_conversations._request.request import Attempt
from openai_conversations._transport import aiohttp_session
from openai_conversations._transport.aiohttp_session import Session


class Timer:
    def __init__(self, when: float, callback: Callable[..., object], *args: object) -> None:
        self._when, self.callback, self.args = when, callback, args
        self.is_set = True

    def when(self) -> float:
        return self._when

    def cancel(self) -> None:
        self.is_set = False


class Loop:
    """What `_Deadlines` needs of an event loop, whose clock is turned by hand."""

    def __init__(self) -> None:
        self.now = 0.0
        self.timers: list[Timer] = []

    def time(self) -> float:
        return self.now

    def call_at(self, when: float, callback: Callable[..., object], *args: object) -> Timer:
        self.timers.append(Timer(when, callback, *args))
        return self.timers[-1]

    def live(self) -> list[Timer]:
        return [timer for timer in self.timers if timer.is_set]

    def turn_to(self, moment: float) -> None:
        while due := [timer for timer in self.live() if timer.when() <= moment]:
            timer = min(due, key=Timer.when)
            self.now = timer.when()
            timer.is_set = False
            timer.callback(*timer.args)
        self.now = moment


class Clock:
    """Takes down when it is made to expire; once it has, it must not be touched again."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self.ended: float | None = None

    def expired(self) -> bool:
        return self.ended is not None

    def reschedule(self, when: float) -> None:
        assert self.ended is None
        assert when == self._loop.now
        self.ended = when

    def expire_by_itself(self) -> None:
        self.ended = self._loop.now


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(0, 50)),
        st.tuples(st.sampled_from(["remove", "expire"]), st.integers(0, 20)),
        st.tuples(st.just("turn"), st.integers(0, 20)),
    ),
    max_size=40,
)


@given(STEPS)
def test_each_expires_at_its_end_and_there_is_one_timer(steps: list[tuple[str, int]]) -> None:
    loop = Loop()
    deadlines: Any = aiohttp_session._Deadlines(loop)  # type: ignore[arg-type]
    clocks: list[Clock] = []
    expected: list[float | None] = []
    pending: dict[int, float] = {}  # as a timer for each would have it

    def turn_to(moment: float) -> None:
        loop.turn_to(moment)
        for number, end in [*pending.items()]:
            if end <= moment:
                expected[number] = pending.pop(number)

    for step, number in steps:
        if step == "add":
            clocks.append(Clock(loop))
            expected.append(None)
            pending[len(clocks) - 1] = loop.now + number
            deadlines.add(clocks[-1], number)
        elif step == "turn":
            turn_to(loop.now + number)
        elif number < len(clocks):
            if step == "expire" and number in pending:
                clocks[number].expire_by_itself()
                expected[number] = loop.now
                pending.pop(number)
            elif step == "remove":
                deadlines.remove(clocks[number])
                pending.pop(number, None)
        assert len(loop.live()) <= 1
    turn_to(loop.now + 100)
    assert [clock.ended for clock in clocks] == expected
    assert not loop.live()


def test_a_place_is_not_lost_to_one_whose_time_is_over() -> None:
    class Late(Attempt):
        """Has time left when it begins to wait, and none when it has its place."""

        def left(
            self, timeout: float | None, late: type[Exception] = httpx.ReadTimeout
        ) -> float | None:
            if self.sent:
                raise late("no time is left")
            self.sent = True
            return None

    async def run() -> None:
        session = Session(1, 4.0)
        request = httpx.Request("GET", "http://localhost")
        session.free -= 1
        late = asyncio.create_task(session.wait_for_place(Late(), None, request))
        in_time = asyncio.create_task(session.wait_for_place(Attempt(), None, request))
        await asyncio.sleep(0)
        session.release_place()
        with pytest.raises(httpx.ReadTimeout):
            await late
        for _ in range(3):
            await asyncio.sleep(0)
        assert in_time.done()
        assert session.free == 0
        session.release_place()
        assert session.free == 1
        await session.client.close()

    asyncio.run(run())
