"""The page without a mouse, in both themes, on a narrow screen, and for tools that read it out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from openai_conversations.local import LocalService

pytest.importorskip("playwright", reason="`make browser` installs playwright")

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Server, Show
from tests.browser.items import EVERY_PLACE, HOSTILE, message

THEMES = ["light", "dark"]
#: More presses of Tab than the page of these tests has places.
PLACES = 60
LONG = "word" * 100


def tab_to(page: Page, place: Locator, key: str = "Tab") -> None:
    """Press Tab until a place has the focus."""
    for _ in range(PLACES):
        page.keyboard.press(key)
        if place.evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"{key} does not reach {place}")


def test_the_order_of_the_focus(server: Server, show: Show) -> None:
    id = server.create(message("one"))
    page = show(server, id)
    expect(page.locator(".item")).to_have_count(1)
    page.evaluate("document.activeElement.blur()")
    for place in ("#skip", "#search-text", "#new", "#list a", "#metadata", "#append", "#edit"):
        page.keyboard.press("Tab")
        expect(page.locator(place)).to_be_focused()
    for place in ("#fork", "#export", "#transcript", "#delete", "#scroll"):
        page.keyboard.press("Tab")
        expect(page.locator(place)).to_be_focused()


def test_without_a_mouse(server: Server, show: Show) -> None:
    server.create(message("about apples"), title="Fruit")
    server.create(message("about trains"), title="Travel")
    page = show(server)
    links, keys = page.locator("#list a"), page.keyboard
    expect(links).to_have_count(2)

    keys.press("Control+k")
    expect(page.get_by_role("searchbox")).to_be_focused()
    keys.type("APPLES")
    keys.press("Enter")
    expect(links).to_have_count(1)
    tab_to(page, links.first)
    keys.press("Enter")
    expect(page.locator("#title")).to_have_text("Fruit")

    keys.press("Alt+n")
    expect(page.locator("#message")).to_be_focused()
    expect(links).to_have_count(3)
    keys.type("hi there")
    keys.press("Enter")
    expect(page.locator(".item.assistant")).to_contain_text("You said: hi there")

    remove = page.get_by_role("button", name="Delete", exact=True)
    tab_to(page, remove, "Shift+Tab")
    keys.press("Enter")
    expect(page.get_by_role("button", name="Keep")).to_be_focused()
    keys.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(remove).to_be_focused()
    keys.press("Enter")
    keys.press("Tab")
    keys.press("Enter")
    expect(page.locator("#hint")).to_be_visible()
    expect(links).to_have_count(2)

    tab_to(page, links.first)
    keys.press("ArrowDown")
    expect(links.nth(1)).to_be_focused()
    keys.press("ArrowUp")
    expect(links.first).to_be_focused()


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_serious(server: Server, show: Show, theme: str) -> None:
    # The policy of the page would refuse axe, too.
    page = show(server, server.create(*EVERY_PLACE), color_scheme=theme, bypass_csp=True)
    bright = (
        page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    )
    assert bright is (theme == "light")
    for summary in page.locator("#items summary").all():
        summary.click()
    assert findings(page) == []
    for name, dialog in (
        ("Append", "#append-dialog"),
        ("Edit metadata", "#metadata-dialog"),
        ("Delete", "#delete-dialog"),
    ):
        page.get_by_role("button", name=name, exact=True).first.click()
        expect(page.locator(dialog)).to_be_visible()
        assert findings(page) == []
        page.keyboard.press("Escape")


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_serious_where_a_key_is_asked_for(
    serve: Callable[[LocalService], Server], show: Show, theme: str
) -> None:
    page = show(serve(LocalService(api_key="local")), color_scheme=theme, bypass_csp=True)
    expect(page.locator("#key-dialog")).to_be_visible()
    assert findings(page) == []
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#status")).not_to_be_empty()
    assert findings(page) == []


@pytest.mark.parametrize("theme", THEMES)
def test_a_narrow_screen_does_not_scroll_sideways(server: Server, show: Show, theme: str) -> None:
    id = server.create(*EVERY_PLACE, message(LONG), title=LONG)
    narrow = {"width": 400, "height": 700}
    page = show(server, id, color_scheme=theme, viewport=narrow, bypass_csp=True)
    for summary in page.locator("#items summary").all():
        summary.click()
    assert findings(page) == []
    page.get_by_role("button", name="Edit metadata").click()
    for place in ("html", "nav", "main", "#metadata", "#scroll", "dialog[open]"):
        wide, room = page.locator(place).evaluate("e => [e.scrollWidth, e.clientWidth]")
        assert wide <= room, place
    # Three lines at most: an id beside buttons is not squeezed to a column of letters.
    high = "all => Math.max(...all.map(one => one.clientHeight))"
    assert page.locator(".item > header").evaluate_all(high) < 100
    expect(page.locator("#items")).to_contain_text(HOSTILE)


def findings(page: Page) -> list[str]:
    """Return the serious and critical findings of axe."""
    return [
        f"{one['id']}: {[node['target'] for node in one['nodes']]}"
        for one in Axe().run(page).response["violations"]
        if one["impact"] in ("serious", "critical")
    ]
