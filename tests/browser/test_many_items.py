"""A conversation of 10,000 items: what the page loads of it, counted and not timed."""

from __future__ import annotations

import pytest

pytest.importorskip("playwright", reason="`make browser` installs playwright")

from playwright.sync_api import expect

from tests.browser.conftest import Server, Show
from tests.browser.items import message

ITEMS, PAGE, WINDOW = 10_000, 100, 400
#: For all elements of the page, with the items that it shows first, and with as many as it ever
#: shows; it had 1,200 and 2,900. Before there was a window, 10,000 items were 70,093.
ELEMENTS, MOST = 2_000, 4_000
#: For all requests until these are shown: the files of the page, and four for what it shows.
REQUESTS = 15


def test_ten_thousand_items(server: Server, show: Show) -> None:
    id = server.create(*(message(f"text {number}") for number in range(ITEMS)))
    page = show(server)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(f"{server.home}?again#{id}")
    items = page.locator("#items .item")
    expect(items).to_have_count(PAGE)
    expect(items.last).to_be_in_viewport()
    expect(items.last).to_contain_text(f"text {ITEMS - 1}")
    assert page.evaluate("document.querySelectorAll('*').length") < ELEMENTS
    assert len(requests) < REQUESTS, requests

    def look(key: str, last: int) -> None:
        """Press a key to see further items, up to the number `last`; what was read is in place."""
        seen = (items.first if key == "Home" else items.last).get_attribute("data-id")
        page.locator("#scroll").focus()
        page.keyboard.press(key)
        expect(items.last if key == "End" else items.first).to_contain_text(f"text {last}")
        expect(page.locator(f"[data-id='{seen}']")).to_be_in_viewport()
        texts = items.locator(".text").all_text_contents()
        numbers = [int(text.split()[1]) for text in texts]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        assert len(numbers) <= WINDOW
        assert page.evaluate("document.querySelectorAll('*').length") < MOST

    for pages in range(2, 9):
        look("Home", ITEMS - pages * PAGE)
    # The window holds pages 5 to 8 from the end; page 1 is the last one.
    server.append(id, message(f"text {ITEMS}"))
    for pages in range(4, 0, -1):
        look("End", ITEMS - (pages - 1) * PAGE - 1)
    look("End", ITEMS)
    page.keyboard.press("End")
    server.append(id, message(f"text {ITEMS + 1}"))
    expect(items.last).to_contain_text(f"text {ITEMS + 1}")
    expect(items.last).to_be_in_viewport()

    newest = page.get_by_role("button", name="To the newest items")
    expect(newest).to_be_hidden()
    first = ITEMS + 2 - WINDOW
    for pages in range(1, 5):
        look("Home", first - pages * PAGE)
    newest.click()
    expect(items).to_have_count(PAGE)
    expect(items.last).to_contain_text(f"text {ITEMS + 1}")
    expect(items.last).to_be_in_viewport()
    expect(newest).to_be_hidden()
