"""The sync and the async client are one: made from it, with the same methods and signatures."""

from __future__ import annotations

import importlib
import inspect
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai_conversations as package
import openai_conversations_api
import pytest
from openai_conversations import AsyncClient, Client
from openai_conversations._sync.whole_conversations import WholeConversations

from tools.unasync import build

COMING = (Path(__file__).parents[2] / "docs" / "coming-from-openai.md").read_text("utf-8")
VIEWS = ("with_raw_response", "with_streaming_response")


def test_the_sync_half_is_what_the_async_half_gives() -> None:
    for path, text in build().items():
        assert path.read_text("utf-8") == text, f"{path.name}: run `make generate`"


def resources() -> Iterator[tuple[str, Any, Any]]:
    """Return each part of a client by its path, sync and async."""
    sync, other = Client(api_key="k"), AsyncClient(api_key="k")
    yield "client", sync, other
    for path in (
        "conversations",
        "conversations.items",
        "responses",
        "responses.input_items",
        "responses.input_tokens",
    ):
        for view in ("", *(f".{name}" for name in VIEWS)):
            pair: list[Any] = [sync, other]
            for name in (path + view).split("."):
                pair = [getattr(part, name) for part in pair]
            yield path + view, pair[0], pair[1]
    sync.close()


PAIRS = list(resources())


def public(part: Any) -> dict[str, Any]:
    names = {*vars(type(part)), *vars(part), *(n for b in type(part).__mro__[:-1] for n in vars(b))}
    return {n: inspect.getattr_static(part, n) for n in names if not n.startswith("_")}


@pytest.mark.parametrize(("path", "sync", "other"), PAIRS, ids=[p[0] for p in PAIRS])
@pytest.mark.docstrings
def test_same_names_and_signatures(path: str, sync: Any, other: Any) -> None:
    assert set(public(sync)) == set(public(other))
    for name in public(sync):
        one, two = getattr(type(sync), name, None), getattr(type(other), name, None)
        if one is None:
            one, two = getattr(sync, name), getattr(other, name)
        if not inspect.isfunction(one) and not inspect.ismethod(one):
            continue
        assert inspect.isfunction(two) or inspect.ismethod(two)
        same = [
            [
                (p.name, p.kind, p.default, str(p.annotation).replace("Async", ""))
                for p in inspect.signature(function).parameters.values()
            ]
            for function in (one, two)
        ]
        assert same[0] == same[1], f"{path}.{name}"
        assert (one.__doc__ or "").split() or name in ("call", "open"), f"{path}.{name}: no help"


RESOURCES = [path for path, _, _ in PAIRS if path != "client" and "with_" not in path]


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("path", RESOURCES)
def test_the_views_have_every_operation(path: str, view: str) -> None:
    for part in next(pair[1:] for pair in PAIRS if pair[0] == path):
        below = getattr(part, view)
        parts = {n for n, v in public(part).items() if not inspect.isfunction(v)} - set(VIEWS)
        operations = {n for n, v in public(part).items() if inspect.isfunction(v)}
        shown = {name for name in dir(below) if not name.startswith("_")}
        more = {"stream", "append", "clear", "run", "run_stream", "wait", *vars(WholeConversations)}
        assert operations - more | parts == shown
        for name in parts:
            assert type(getattr(below, name)) is type(getattr(getattr(part, name), view))


def test_open_responses_are_the_same_in_both_and_openai_pythons() -> None:
    from openai import APIResponse as Theirs  # what their with_streaming_response gives

    one, two = package.APIResponse, package.AsyncAPIResponse
    names = {n for cls in one.__mro__ for n in vars(cls) if not n.startswith("_")}
    assert names == {n for cls in two.__mro__ for n in vars(cls) if not n.startswith("_")}
    for name in names:
        ours, other = getattr(one, name), getattr(two, name)
        if not inspect.isfunction(ours):
            continue
        wanted = inspect.signature(ours).parameters
        assert list(wanted) == list(inspect.signature(other).parameters), name
        if hasattr(Theirs, name):
            theirs = inspect.signature(getattr(Theirs, name)).parameters
            assert set(theirs) - {"to"} == set(wanted), name
    assert {n for n in vars(Theirs) if not n.startswith("_")} <= names


def test_the_signatures_are_openai_pythons() -> None:
    """Find every method and keyword of openai-python, but for those that the docs name."""
    import openai

    theirs = openai.OpenAI(api_key="k")
    missing = set()
    for path, part, _ in PAIRS:
        if path not in RESOURCES:
            continue
        other: Any = theirs
        for name in path.split("."):
            other = getattr(other, name)
        ours = public(part)
        for name, method in public(other).items():
            if not inspect.isfunction(method):
                continue
            if name not in ours:
                missing.add(f"{path}.{name}")
                continue
            wanted = inspect.signature(method).parameters
            found = inspect.signature(ours[name]).parameters
            missing |= {f"{name}({keyword}=)" for keyword in set(wanted) - set(found)}
            for parameter in set(wanted) & set(found):
                assert wanted[parameter].kind == found[parameter].kind
    absent = {f"parse({each}=)" for each in ("parse_as", "stream", "verbosity")}
    assert missing == absent | {"responses.connect"}
    table = COMING.partition("\n## ")[0]
    for name in missing:
        assert name.partition("(")[2].strip("=)") in table
        assert name.partition("(")[0] in table


def test_the_exports_are_what_is_named() -> None:
    for name in package.__all__:
        value = getattr(package, name)
        assert value is not None
        home = getattr(value, "__module__", "openai_conversations")
        standard = ("builtins", "collections", "types", "typing")
        assert home.startswith(("openai_conversations", *standard))
    assert len(package.__all__) == len(set(package.__all__))
    assert dir(package) == package.__all__
    with pytest.raises(AttributeError, match="nothing_like_it"):
        package.nothing_like_it  # noqa: B018


def test_models_are_a_module() -> None:
    module = importlib.import_module("openai_conversations.models")
    assert package.models is module
    from openai_conversations.models import Conversation

    assert Conversation is openai_conversations_api.models.Conversation
    assert dir(module) == sorted(openai_conversations_api.models.__all__)
    with pytest.raises(AttributeError, match="Conversatoin"):
        module.Conversatoin  # noqa: B018


@pytest.mark.docstrings
def test_hover_text_is_true_for_both() -> None:
    assert "await client.with_options" in (AsyncClient.with_options.__doc__ or "")
    assert "await" not in (Client.with_options.__doc__ or "")
    assert typing.get_overloads(Client.get)
    for cls in (Client, AsyncClient):
        assert "OPENAI_API_KEY" in (cls.__init__.__doc__ or "")
