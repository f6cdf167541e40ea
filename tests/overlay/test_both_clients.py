"""The sync and the async client are one: made from it, with the same methods and signatures."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Iterator
from typing import Any

import openai_conversations as package
import pytest
from openai_conversations import AsyncClient, Client

from tools.unasync import build


def test_the_sync_half_is_what_the_async_half_gives() -> None:
    for path, text in build().items():
        assert path.read_text("utf-8") == text, f"{path.name}: run `make generate`"


def resources() -> Iterator[tuple[str, Any, Any]]:
    """Each part of a client by its path, sync and async."""
    sync, other = Client(api_key="k"), AsyncClient(api_key="k")
    yield "client", sync, other
    for path in (
        "conversations",
        "conversations.items",
        "responses",
        "responses.input_items",
        "responses.input_tokens",
    ):
        for raw in ("", ".with_raw_response"):
            pair: list[Any] = [sync, other]
            for name in (path + raw).split("."):
                pair = [getattr(part, name) for part in pair]
            yield path + raw, pair[0], pair[1]
    sync.close()


PAIRS = list(resources())


def public(part: Any) -> dict[str, Any]:
    names = {*vars(type(part)), *vars(part), *(n for b in type(part).__mro__[:-1] for n in vars(b))}
    return {n: inspect.getattr_static(part, n) for n in names if not n.startswith("_")}


@pytest.mark.parametrize(("path", "sync", "other"), PAIRS, ids=[p[0] for p in PAIRS])
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


@pytest.mark.parametrize("path", ["conversations", "conversations.items", "responses"])
def test_raw_responses_have_every_operation(path: str) -> None:
    _, part, _ = next(pair for pair in PAIRS if pair[0] == path)
    operations = {n for n, v in public(part).items() if inspect.isfunction(v)}
    raw = set(vars(part.with_raw_response))
    assert operations - raw <= {"stream", "append"}


def test_the_signatures_are_openai_pythons() -> None:
    import openai

    theirs = openai.OpenAI(api_key="k")
    newer = {"access_programs", "image"}  # not in the document yet; extra_body takes them
    for path, part, _ in PAIRS:
        if path == "client" or "raw" in path:
            continue
        other: Any = theirs
        for name in path.split("."):
            other = getattr(other, name)
        for name, method in public(part).items():
            if not inspect.isfunction(method) or not hasattr(other, name):
                continue
            wanted = dict(inspect.signature(getattr(type(other), name)).parameters)
            ours = inspect.signature(method).parameters
            if name == "stream":
                # Their helper also parses text into classes and resumes; ours does neither.
                for extra in ("text_format", "response_id", "starting_after"):
                    del wanted[extra]
            missing = set(wanted) - set(ours) - newer
            assert not missing, f"{path}.{name}"
            for parameter in set(wanted) & set(ours):
                assert wanted[parameter].kind == ours[parameter].kind


def test_the_exports_are_what_is_named() -> None:
    for name in package.__all__:
        value = getattr(package, name)
        assert value is not None
        home = getattr(value, "__module__", "openai_conversations")
        assert home.startswith(("openai_conversations", "builtins", "collections", "typing"))
    assert len(package.__all__) == len(set(package.__all__))
    assert dir(package) == package.__all__
    with pytest.raises(AttributeError, match="nothing_like_it"):
        package.nothing_like_it  # noqa: B018


def test_hover_text_is_true_for_both() -> None:
    assert "await client.with_options" in (AsyncClient.with_options.__doc__ or "")
    assert "await" not in (Client.with_options.__doc__ or "")
    assert typing.get_overloads(Client.get)
    for cls in (Client, AsyncClient):
        assert "OPENAI_API_KEY" in (cls.__init__.__doc__ or "")
