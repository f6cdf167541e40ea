"""The page of `serve` in a browser: what it shows, what it does not run, and live changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Event
from typing import Any

import pytest
from openai_conversations.local import LocalService

pytest.importorskip("playwright", reason="`make browser` installs playwright")

from playwright.sync_api import Browser, expect

from tests.browser.conftest import ELSEWHERE, Server, Show
from tests.browser.items import EVERY_PLACE, HOSTILE, RIGHT_TO_LEFT, message


def test_hostile_items_are_shown_and_not_run(server: Server, show: Show) -> None:
    page = show(server, server.create(*EVERY_PLACE, title=HOSTILE))
    items = page.locator("#items")
    for summary in items.locator("summary").all():
        summary.click()
    expect(items.locator(".item")).to_have_count(len(EVERY_PLACE))
    expect(page.locator("#title")).to_have_text(HOSTILE)
    expect(page.locator("#list a span").first).to_have_text(HOSTILE)
    # As it is in the message, the call, its output and the reasoning; as JSON in the unknown kind.
    expect(items.get_by_text(HOSTILE, exact=True)).to_have_count(4)
    expect(items.get_by_text('"type": "brand_new"')).to_be_visible()
    expect(page.locator("main :is(script, iframe, style, a, svg)")).to_have_count(0)
    expect(items.locator("img")).to_have_count(1)
    expect(items.get_by_text(f"Image: {ELSEWHERE}/z.png")).to_be_visible()
    expect(items.get_by_text(RIGHT_TO_LEFT)).to_have_css("direction", "rtl")
    expect(page).to_have_title("Conversations")


def test_hostile_texts_in_dialogs_and_the_search(server: Server, show: Show) -> None:
    page = show(server, server.create(message("one"), title=HOSTILE))
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.locator("#delete-what")).to_have_text(HOSTILE)
    page.get_by_role("button", name="Keep").click()
    page.get_by_role("searchbox").fill("<script>")
    page.get_by_role("searchbox").press("Enter")
    expect(page.locator("#list .preview")).to_contain_text("<script>")
    page.goto(f"{server.home}#<img src=x onerror=document.title='run'>")
    expect(page.locator("#status")).not_to_be_empty()
    expect(page).to_have_title("Conversations")


def test_what_another_client_appends_and_makes_appears(server: Server, show: Show) -> None:
    id = server.create(message("first"))
    page = show(server, id)
    server.append(id, message("said by another"))
    expect(page.locator("#items .item").last).to_contain_text("said by another")
    server.create(title="made by another")
    expect(page.locator("#list a").first).to_contain_text("made by another")


def test_a_response_streams_and_can_be_stopped(
    serve: Callable[[LocalService], Server], show: Show
) -> None:
    go = Event()

    def model(request: dict[str, Any], context: list[dict[str, Any]]) -> Iterator[str]:
        yield "one "
        go.wait()
        yield "two"

    server = serve(LocalService(model=model))
    try:
        page = show(server, server.create())
        busy = page.locator("[aria-busy=true]")
        page.locator("#message").fill("count")
        page.get_by_role("button", name="Send").click()
        expect(busy).to_contain_text("one")
        go.set()
        expect(busy).to_have_count(0)
        expect(page.locator(".item.assistant")).to_contain_text("one two")
        go.clear()
        page.locator("#message").fill("count again")
        page.keyboard.press("Enter")
        expect(busy).to_contain_text("one")
        page.get_by_role("button", name="Stop").click()
        expect(busy).to_have_count(0)
        expect(page.get_by_role("button", name="Stop")).to_be_hidden()
        expect(page.locator("#message")).to_have_value("count again")
    finally:
        go.set()


def test_a_key_is_asked_for_and_kept_in_the_tab_only(
    serve: Callable[[LocalService], Server], show: Show
) -> None:
    server = serve(LocalService(api_key="local"))
    server.create(title="guarded")
    page = show(server)
    page.locator("#key-dialog input").fill("local")
    page.keyboard.press("Enter")
    expect(page.locator("#list")).to_contain_text("guarded")
    assert page.evaluate("[localStorage.length, document.cookie, location.href]") == [
        0,
        "",
        f"{server.home}#",
    ]


@pytest.mark.parametrize("mode", ["cors", "no-cors"])
def test_a_page_of_another_origin_is_refused(server: Server, browser: Browser, mode: str) -> None:
    with browser.new_context() as context:
        context.route(
            f"{ELSEWHERE}/", lambda route: route.fulfill(body="hi", content_type="text/html")
        )
        page = context.new_page()
        page.goto(f"{ELSEWHERE}/")
        sent = page.evaluate(
            "([to, mode]) => fetch(to, {mode, method: 'POST', body: '{}'}).then(() => 1, () => 0)",
            [f"{server.home}v1/conversations", mode],
        )
        assert mode == "no-cors" or not sent
    assert server.api.get("/conversations").json()["data"] == []
