"""Conversations and their items behave as OpenAI documents them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openai_conversations.local import LocalService

from tests.local.calls import ask, new_conversation, texts_of


@pytest.fixture(params=["memory", "file"])
def service(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LocalService]:
    path = tmp_path / "local.sqlite" if request.param == "file" else None
    opened = LocalService(path, clock=lambda: 1_700_000_000.9)
    yield opened
    opened.close()


def test_a_new_conversation(service: LocalService) -> None:
    response = ask(service, "POST", "/conversations", {"metadata": {"topic": "demo"}})
    assert response.status == 200
    assert response.json.pop("id").startswith("conv_")
    assert response.json == {
        "object": "conversation",
        "created_at": 1_700_000_000,
        "metadata": {"topic": "demo"},
    }


@pytest.mark.parametrize("body", [None, {}, {"metadata": None, "items": None}])
def test_a_conversation_needs_nothing(service: LocalService, body: Any) -> None:
    assert ask(service, "POST", "/conversations", body).json["metadata"] == {}


def test_an_update_replaces_all_metadata(service: LocalService) -> None:
    id = new_conversation(service, metadata={"a": "1", "b": "2"})
    response = ask(service, "POST", f"/conversations/{id}", {"metadata": {"c": "3"}})
    assert response.json["metadata"] == {"c": "3"}
    assert ask(service, "GET", f"/conversations/{id}").json == response.json


@pytest.mark.parametrize(
    ("metadata", "param"),
    [
        ({str(n): "x" for n in range(17)}, "metadata"),
        ({"k" * 65: "x"}, f"metadata.{'k' * 65}"),
        ({"k": "x" * 513}, "metadata.k"),
        ({"k": 5}, "metadata.k"),
        ("text", "metadata"),
    ],
)
def test_metadata_limits(service: LocalService, metadata: Any, param: str) -> None:
    for path in ("/conversations", f"/conversations/{new_conversation(service)}"):
        response = ask(service, "POST", path, {"metadata": metadata})
        assert (response.status, response.error["param"]) == (400, param)


def test_the_largest_metadata_fits(service: LocalService) -> None:
    metadata = {f"{n:02}" + "k" * 62: "x" * 512 for n in range(16)}
    id = new_conversation(service, metadata=metadata)
    assert ask(service, "GET", f"/conversations/{id}").json["metadata"] == metadata


def test_a_deleted_conversation_is_gone_and_its_items_can_be_referred_to(
    service: LocalService,
) -> None:
    id = new_conversation(service, "kept")
    [item] = ask(service, "GET", f"/conversations/{id}/items").json["data"]
    response = ask(service, "DELETE", f"/conversations/{id}")
    assert response.json == {"id": id, "object": "conversation.deleted", "deleted": True}
    gone: list[tuple[str, str, Any]] = [
        ("GET", "", None),
        ("DELETE", "", None),
        ("POST", "", {"metadata": {}}),
        ("GET", "/items", None),
        ("POST", "/items", {"items": []}),
        ("GET", f"/items/{item['id']}", None),
    ]
    for method, path, body in gone:
        assert ask(service, method, f"/conversations/{id}{path}", body).status == 404
    other = new_conversation(service)
    reference = {"type": "item_reference", "id": item["id"]}
    copied = ask(service, "POST", f"/conversations/{other}/items", {"items": [reference]})
    assert copied.json["data"] == [item]


def test_items_come_back_in_the_order_given(service: LocalService) -> None:
    id = new_conversation(service, "one")
    sent = [{"role": "user", "content": "two"}, {"role": "assistant", "content": "three"}]
    response = ask(service, "POST", f"/conversations/{id}/items", {"items": sent}).json
    assert [item["role"] for item in response["data"]] == ["user", "assistant"]
    assert response["has_more"] is False
    assert (response["first_id"], response["last_id"]) == tuple(i["id"] for i in response["data"])
    assert texts_of(service, id) == ["one", "two", "three"]


def test_easy_messages_become_what_the_service_stores(service: LocalService) -> None:
    id = new_conversation(service)
    sent = [{"role": "developer", "content": "a"}, {"role": "assistant", "content": "b"}]
    data = ask(service, "POST", f"/conversations/{id}/items", {"items": sent}).json["data"]
    assert [item.pop("id")[:4] for item in data] == ["msg_", "msg_"]
    spoken = {"type": "output_text", "text": "b", "annotations": [], "logprobs": []}
    assert data == [
        {
            "type": "message",
            "role": "developer",
            "status": "completed",
            "content": [{"type": "input_text", "text": "a"}],
        },
        {"type": "message", "role": "assistant", "status": "completed", "content": [spoken]},
    ]


def test_twenty_items_fit_and_no_more(service: LocalService) -> None:
    id = new_conversation(service)
    items = [{"role": "user", "content": str(n)} for n in range(21)]
    path = f"/conversations/{id}/items"
    refused = ask(service, "POST", path, {"items": items})
    assert (refused.status, refused.error["param"]) == (400, "items")
    assert ask(service, "POST", "/conversations", {"items": items}).status == 400
    assert texts_of(service, id) == []
    assert ask(service, "POST", path, {"items": items[:20]}).status == 200
    assert texts_of(service, id) == [str(n) for n in range(20)]


def test_a_batch_with_one_bad_item_stores_none(service: LocalService) -> None:
    id = new_conversation(service, "before")
    items = [{"role": "user", "content": "good"}, {"type": "item_reference", "id": "msg_none"}]
    response = ask(service, "POST", f"/conversations/{id}/items", {"items": items})
    assert (response.status, response.error["param"]) == (404, "items[1].id")
    assert texts_of(service, id) == ["before"]


def test_pages_in_both_orders(service: LocalService) -> None:
    id = new_conversation(service, *"abcde")
    path = f"/conversations/{id}/items"
    for order, expected in (("asc", "abcde"), ("desc", "edcba")):
        seen, after = "", None
        while True:
            query = [("limit", "2"), ("order", order)] + ([("after", after)] if after else [])
            page = ask(service, "GET", path, query=query).json
            seen += "".join(item["content"][0]["text"] for item in page["data"])
            assert page["first_id"] == page["data"][0]["id"]
            after = page["last_id"]
            if not page["has_more"]:
                break
        assert seen == expected


def test_the_defaults_of_a_page(service: LocalService) -> None:
    id = new_conversation(service, *map(str, range(20)))
    path = f"/conversations/{id}/items"
    ask(service, "POST", path, {"items": [{"role": "user", "content": "20"}]})
    page = ask(service, "GET", path).json
    assert len(page["data"]) == 20
    assert page["has_more"] is True
    assert page["data"][0]["content"][0]["text"] == "20"


def test_an_empty_page(service: LocalService) -> None:
    page = ask(service, "GET", f"/conversations/{new_conversation(service)}/items").json
    assert page == {"object": "list", "data": [], "has_more": False, "first_id": "", "last_id": ""}


@pytest.mark.parametrize(
    "query",
    [
        ("limit", "0"),
        ("limit", "101"),
        ("limit", "ten"),
        ("limit", "1.5"),
        ("limit", "9" * 5000),
        ("order", "up"),
        ("after", "msg_none"),
        ("after", ""),
        ("after", "\ud800\x00"),
        ("include", "everything"),
        ("include[]", "everything"),
    ],
)
def test_bad_query_parameters_are_named(service: LocalService, query: tuple[str, str]) -> None:
    name = query[0].removesuffix("[]")
    for path in ("/conversations", f"/conversations/{new_conversation(service, 'x')}/items"):
        if name != "include" or path.endswith("/items"):
            response = ask(service, "GET", path, query=[query])
            assert response.status == 400
            assert response.error["param"].split("[")[0] == name
            assert response.error["type"] == "invalid_request_error"


def test_conversations_are_listed_whole_and_the_newest_first(service: LocalService) -> None:
    assert ask(service, "GET", "/conversations").json["data"] == []
    made = [new_conversation(service, "x", metadata={"n": str(n)}) for n in range(21)]
    page = ask(service, "GET", "/conversations").json
    assert [one["id"] for one in page["data"]] == made[:0:-1]
    assert (page["has_more"], page["first_id"], page["last_id"]) == (True, made[20], made[1])
    assert page["data"][0] == ask(service, "GET", f"/conversations/{made[20]}").json


def test_a_deleted_conversation_is_not_listed_and_not_a_cursor(service: LocalService) -> None:
    first, second, third = (new_conversation(service) for _ in range(3))
    ask(service, "DELETE", f"/conversations/{second}")
    page = ask(service, "GET", "/conversations", query=[("order", "asc")]).json
    assert [one["id"] for one in page["data"]] == [first, third]
    response = ask(service, "GET", "/conversations", query=[("after", second)])
    assert (response.status, response.error["param"]) == (400, "after")
    page = ask(service, "GET", "/conversations", query=[("order", "asc"), ("after", first)]).json
    assert [one["id"] for one in page["data"]] == [third]


def test_a_repeated_query_parameter_is_refused(service: LocalService) -> None:
    path = f"/conversations/{new_conversation(service)}/items"
    response = ask(service, "GET", path, query=[("limit", "1"), ("limit", "2")])
    assert (response.status, response.error["param"]) == (400, "limit")


def test_a_deleted_item_responds_with_the_conversation(service: LocalService) -> None:
    id = new_conversation(service, "a", "b", metadata={"k": "v"})
    path = f"/conversations/{id}/items"
    item_id = ask(service, "GET", path).json["first_id"]
    response = ask(service, "DELETE", f"{path}/{item_id}")
    assert response.json == ask(service, "GET", f"/conversations/{id}").json
    assert texts_of(service, id) == ["a"]
    assert ask(service, "GET", f"{path}/{item_id}").status == 404
    assert ask(service, "DELETE", f"{path}/{item_id}").status == 404


def test_ids_of_the_caller_are_kept_and_not_repeated(service: LocalService) -> None:
    id = new_conversation(service)
    path = f"/conversations/{id}/items"
    call = {"type": "function_call", "id": "fc_mine", "call_id": "c", "name": "f", "arguments": ""}
    assert ask(service, "POST", path, {"items": [call]}).json["first_id"] == "fc_mine"
    assert ask(service, "GET", f"{path}/fc_mine").json["status"] == "completed"
    new = call | {"id": "fc_2"}
    for items in ([call], [new, new], [new, call | {"id": None}, call]):
        response = ask(service, "POST", path, {"items": items})
        assert (response.status, response.error["code"]) == (400, "duplicate_item")
        assert f"the id '{items[-1]['id']}' is" in response.error["message"]
    assert ask(service, "GET", f"{path}/fc_2").status == 404
    elsewhere = new_conversation(service)
    assert (
        ask(service, "POST", f"/conversations/{elsewhere}/items", {"items": [call]}).status == 200
    )


@pytest.mark.parametrize("id", ["", "fc 1", "fc/1", "x" * 129, "ü"])
def test_ill_formed_ids_are_refused(service: LocalService, id: str) -> None:
    call = {"type": "function_call", "id": id, "call_id": "c", "name": "f", "arguments": ""}
    response = ask(service, "POST", "/conversations", {"items": [call]})
    assert (response.status, response.error["param"]) == (400, "items[0].id")


@pytest.mark.parametrize(
    ("item", "param"),
    [
        ({"role": "user", "content": "x", "status": "done "}, "items[0].status"),
        ({"role": "user", "content": "x", "mood": "good"}, "items[0].mood"),
        ({"type": "reasoning", "id": "rs_1", "summary": [], "status": 1}, "items[0].status"),
        ({"type": "compaction_trigger"}, "items[0].type"),
    ],
)
def test_a_replayed_item_must_not_gain_fields_where_that_is_strict(
    item: dict[str, Any], param: str
) -> None:
    response = ask(LocalService(strict=True), "POST", "/conversations", {"items": [item]})
    assert (response.status, response.error["param"]) == (400, param)


def test_an_approval_needs_only_the_id_that_clients_know(service: LocalService) -> None:
    approval = {"type": "mcp_approval_response", "approval_request_id": "mcpr_1", "approve": True}
    response = ask(service, "POST", "/conversations", {"items": [approval]})
    assert response.status == 200, response.json


@pytest.mark.parametrize("field", ["items", "input"])
def test_an_assistants_message_in_parts_needs_no_id(service: LocalService, field: str) -> None:
    parts = [{"type": "output_text", "text": "Hello"}, {"type": "refusal", "refusal": "No."}]
    said = {"role": "assistant", "content": parts}
    if field == "items":
        id = ask(service, "POST", "/conversations", {"items": [said]}).json["id"]
        path = f"/conversations/{id}/items"
    else:
        response = ask(service, "POST", "/responses", {"model": "gpt-5", "input": [said]}).json
        path = f"/responses/{response['id']}/input_items"
    [stored] = ask(service, "GET", path).json["data"]
    assert stored["id"].startswith("msg_")
    assert (stored["type"], stored["status"]) == ("message", "completed")
    assert stored["content"] == [{**parts[0], "annotations": [], "logprobs": []}, parts[1]]


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"role": "user"}, "items[0].content[0].type"),
        ({"content": [{"type": "output_text"}]}, "items[0].content[0].text"),
        ({"content": [{"type": "output_text", "text": "a"}, {"type": "input_text", "text": "b"}]},
         "items[0].content[0].type"),
    ],
)  # fmt: skip
def test_what_an_assistants_message_in_parts_cannot_be(
    service: LocalService, change: dict[str, Any], param: str
) -> None:
    said = {"role": "assistant", "content": [{"type": "output_text", "text": "Hello"}]}
    response = ask(service, "POST", "/conversations", {"items": [said | change]})
    assert response.status == 400
    assert response.error["param"].startswith(param)
