"""The page of `serve` in a browser: what it shows, what it does not run, and live changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Event
from typing import Any

import pytest
from openai_conversations.local import LocalService
from openai_conversations.local.service import ServiceRequest, ServiceResponse

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


@pytest.mark.parametrize("by_key", [True, False])
def test_a_response_streams_and_can_be_stopped(
    serve: Callable[[LocalService], Server], show: Show, by_key: bool
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
        if by_key:
            page.keyboard.press("Escape")
        else:
            page.get_by_role("button", name="Stop").click()
        expect(busy).to_have_count(0)
        expect(page.get_by_role("button", name="Stop")).to_be_hidden()
        expect(page.locator("#message")).to_have_value("count again")
    finally:
        go.set()


class _HeldSearch(LocalService):
    """A service that holds the second request of a search until it may go on."""

    def __init__(self) -> None:
        super().__init__()
        self.go = Event()

    def handle(self, request: ServiceRequest, /) -> ServiceResponse:
        query = dict(request.query)
        if request.path == "/conversations" and query.get("limit") == "5" and "after" in query:
            self.go.wait()
        return super().handle(request)


def test_escape_stops_a_search_and_keeps_what_was_found(
    serve: Callable[[LocalService], Server], show: Show
) -> None:
    service = _HeldSearch()
    server = serve(service)
    for number in range(8):
        server.create(message("same" if number % 2 else "other"))
    page = show(server)
    links, search = page.locator("#list a"), page.get_by_role("searchbox")
    expect(links).to_have_count(8)
    try:
        search.fill("same")
        search.press("Enter")
        expect(links).to_have_count(3)
        expect(page.locator("#searching")).to_be_visible()
        search.press("Escape")
        expect(page.locator("#searching")).to_be_hidden()
        expect(search).to_have_value("same")
        expect(links).to_have_count(3)
    finally:
        service.go.set()
    page.get_by_role("button", name="More conversations").click()
    expect(links).to_have_count(4)
    expect(page.get_by_role("button", name="More conversations")).to_be_hidden()
    search.press("Escape")
    expect(links).to_have_count(8)


def test_buttons_for_whole_conversations(server: Server, show: Show) -> None:
    id = server.create(message("one"), message("two", "assistant"), message("three"), title="T")
    page = show(server, id)
    expect(page.locator(".item")).to_have_count(3)
    root = f"{server.home}page/conversations/{id}"

    def saved(name: str) -> str:
        with page.expect_download() as download:
            if name.endswith("jsonl"):
                page.get_by_role("button", name="Export").click()
            else:
                formats = {"html": "HTML", "md": "Markdown", "txt": "Text"}
                page.locator("#transcript").select_option(formats[name.partition(".")[2]])
        assert download.value.suggested_filename == name
        return download.value.path().read_text("utf-8")

    assert saved(f"{id}.jsonl") == server.api.get(f"{root}/export").text
    for ending, format in (("html", "html"), ("md", "markdown"), ("txt", "text")):
        expected = server.api.get(f"{root}/transcript", params={"format": format}).text
        assert saved(f"{id}.{ending}") == expected
        expect(page.locator("#transcript")).to_have_value("")

    page.get_by_role("button", name="Fork here").nth(1).click()
    expect(page.locator("#list a")).to_have_count(2)
    expect(page.locator(".item")).to_have_count(2)
    expect(page.locator("#metadata")).not_to_contain_text(id)
    page.get_by_role("button", name="Fork", exact=True).click()
    expect(page.locator("#list a")).to_have_count(3)
    expect(page.locator("#list a[aria-current]")).to_have_count(1)
    expect(page.locator(".item")).to_have_count(2)


def test_append_edit_and_delete(server: Server, show: Show) -> None:
    page = show(server, server.create())
    items = page.locator(".item")
    page.get_by_role("button", name="Append").click()
    page.locator("#append-dialog textarea").fill("{")
    page.locator("#append-dialog select").select_option("item as JSON")
    page.locator("#append-dialog").get_by_role("button", name="Append").click()
    expect(page.locator("#append-dialog [role=alert]")).not_to_be_empty()
    page.locator("#append-dialog select").select_option("user message")
    page.locator("#append-dialog").get_by_role("button", name="Append").click()
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(items).to_contain_text(["{"])
    expect(page.locator("#list .preview")).to_have_text("{")

    page.get_by_role("button", name="Edit metadata").click()
    page.locator("#metadata-dialog textarea").fill('{"title": "Named"}')
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#title")).to_have_text("Named")
    expect(page.locator("#list a")).to_contain_text(["Named"])

    items.get_by_role("button", name="Delete").click()
    page.locator("#delete-dialog").get_by_role("button", name="Delete").click()
    expect(items).to_have_count(0)


def test_a_key_is_asked_for_and_kept_in_the_tab_only(
    serve: Callable[[LocalService], Server], show: Show
) -> None:
    server = serve(LocalService(api_key="local"))
    server.create(title="guarded")
    page = show(server)
    dialog, key = page.locator("#key-dialog"), page.locator("#key")
    for close in ("Cancel", "Escape"):
        expect(dialog).to_be_visible()
        if close == "Escape":
            page.keyboard.press("Escape")
        else:
            dialog.get_by_role("button", name="Cancel").click()
        expect(dialog).to_be_hidden()
        expect(page.locator("#status")).to_have_text("This server asks for a key.")
        key.click()  # Give a key
    page.locator("#key-dialog input").fill("local")
    page.keyboard.press("Enter")
    expect(page.locator("#list")).to_contain_text("guarded")
    expect(key).to_have_text("Forget the key")
    assert page.evaluate("[localStorage.length, document.cookie, location.href]") == [
        0,
        "",
        f"{server.home}#",
    ]
    key.click()
    expect(dialog).to_be_visible()
    expect(page.locator("#list a")).to_have_count(0)


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
