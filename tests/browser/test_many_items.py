"""A conversation of 10,000 items: what the page loads of it, counted and not timed."""

from __future__ import annotations

import pytest

pytest.importorskip("playwright", reason="`make browser` installs playwright")

from playwright.sync_api import expect

from tests.browser.conftest import Server, Show
from tests.browser.items import message

ITEMS, PAGE = 10_000, 100
#: For all elements of the page, with the items that it shows first; it had 1,200.
ELEMENTS = 2_000
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

    for pages in range(2, 6):
        first = items.first.get_attribute("data-id")
        page.locator("#scroll").focus()
        page.keyboard.press("Home")
        expect(items).to_have_count(pages * PAGE)
        expect(items.first).to_contain_text(f"text {ITEMS - pages * PAGE}")
        # What was read stays where it was.
        expect(page.locator(f"[data-id='{first}']")).to_be_in_viewport()

    server.append(id, message("newest"))
    expect(items.last).to_contain_text("newest")
    page.keyboard.press("End")
    expect(items.last).to_be_in_viewport()
