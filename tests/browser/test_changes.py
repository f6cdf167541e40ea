"""The page of `serve` while other clients work on what it shows."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("playwright", reason="`make browser` installs playwright")

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Server, Show, look_for_changes
from tests.browser.items import message


def test_what_another_client_appends_and_makes_appears(server: Server, show: Show) -> None:
    id = server.create(message("first"))
    page = show(server, id)
    server.append(id, message("said by another"))
    look_for_changes(page)
    expect(page.locator("#items .item").last).to_contain_text("said by another")
    server.create(title="made by another")
    look_for_changes(page)
    expect(page.locator("#list a").first).to_contain_text("made by another")
    server.api.post(f"/conversations/{id}", json={"metadata": {"title": "renamed"}})
    look_for_changes(page)
    expect(page.locator("#title")).to_have_text("renamed")
    expect(page.locator("#list a").last).to_contain_text("renamed")


def ids(page: Page) -> list[str]:
    return page.locator(".item").evaluate_all("all => all.map(one => one.dataset.id)")


def delete(server: Server, id: str, item: str = "") -> None:
    path = f"/conversations/{id}/items/{item}" if item else f"/conversations/{id}"
    server.api.delete(path).raise_for_status()


def test_what_another_client_deletes_goes(server: Server, show: Show) -> None:
    other = server.create(message("other"))
    id = server.create(*(message(f"text {number}") for number in range(5)))
    page = show(server, id)
    items = page.locator(".item")
    expect(items).to_have_count(5)
    first, second, *_, last = ids(page)
    for gone in (second, last, first):
        delete(server, id, gone)
        look_for_changes(page)
        expect(page.locator(f"[data-id='{gone}']")).to_have_count(0)
    server.append(id, message("the next"))
    look_for_changes(page)
    expect(items).to_have_count(3)
    expect(items.last).to_contain_text("the next")
    for gone in ids(page):
        delete(server, id, gone)
    look_for_changes(page)
    expect(items).to_have_count(0)
    server.append(id, message("once more"))
    look_for_changes(page)
    expect(items).to_contain_text(["once more"])

    delete(server, other)
    look_for_changes(page)
    expect(page.locator("#list a")).to_have_count(1)
    delete(server, id)
    look_for_changes(page)
    expect(page.locator("#hint")).to_be_visible()
    look_for_changes(page)
    expect(page.locator("#list a")).to_have_count(0)
    expect(page.locator("#none")).to_be_visible()


def test_items_from_which_the_next_page_is_read_may_be_deleted(server: Server, show: Show) -> None:
    id = server.create(*(message(f"text {number}") for number in range(250)))
    page = show(server, id)
    items = page.locator(".item")
    expect(items).to_have_count(100)
    for gone in ids(page)[:2]:
        delete(server, id, gone)
    page.locator("#scroll").focus()
    page.keyboard.press("Home")
    expect(items.first).to_contain_text("text 50")
    expect(items).to_have_count(198)
    expect(page.locator("#status")).to_be_empty()


def test_an_error_of_the_server_is_shown_until_it_is_over(server: Server, show: Show) -> None:
    id = server.create(*(message(f"text {number}") for number in range(150)))
    page = show(server, id)
    status, items = page.locator("#status"), page.locator(".item")
    expect(items).to_have_count(100)
    problem = json.dumps({"error": {"message": "The disk is full."}})
    page.route("**/page/changes*", lambda route: route.fulfill(status=503, body=problem))
    look_for_changes(page)
    expect(status).to_have_text("The disk is full.")
    page.unroute("**/page/changes*")
    look_for_changes(page)
    expect(status).to_be_empty()

    problem = json.dumps({"error": {"message": "It is still full."}})
    page.route("**/items?*", lambda route: route.fulfill(status=503, body=problem))
    page.locator("#scroll").focus()
    page.keyboard.press("Home")
    expect(status).to_have_text("It is still full.")
    page.unroute("**/items?*")
    page.get_by_role("button", name="Earlier items").click()
    expect(items).to_have_count(150)
    expect(status).to_be_empty()


def test_while_another_one_is_loaded_it_is_the_shown_one_that_goes_on(
    server: Server, show: Show
) -> None:
    shown = server.create(*(message(f"text {number}") for number in range(150)))
    other = server.create(message("other"))
    page = show(server, shown)
    items, held = page.locator(".item"), list[Route]()
    expect(items).to_have_count(100)
    page.route(f"**/{other}/items?*", lambda route: held.append(route))
    page.locator("#list a").first.click()
    expect(page.locator("#list a").first).to_have_attribute("aria-current", "true")
    page.locator("#scroll").focus()
    page.keyboard.press("Home")
    expect(items).to_have_count(150)
    server.append(shown, message("meanwhile"))
    look_for_changes(page)
    expect(items.last).to_contain_text("meanwhile")
    expect(page.locator("#status")).to_be_empty()
    held[0].continue_()
    expect(items).to_have_count(1)
    expect(items).to_contain_text(["other"])
