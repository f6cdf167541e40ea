"""The project's own OpenAPI document, as the installed package carries it.

``openapi.json`` beside this file is written by the generate step from ``spec/openapi.yaml``:
the same document, compact, without its prose.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from .problem import Problem
from .validation import Validator


@cache
def document() -> dict[str, Any]:
    """The whole document, read once. Treat it as read-only: everybody shares it."""
    text = files(__name__.rpartition(".")[0]).joinpath("openapi.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


@cache
def validator() -> Validator:
    """The validator over the document, with everything it has compiled so far."""
    return Validator(document())


def schema(name: str) -> Mapping[str, Any]:
    """The component schema with this name; KeyError when the document has none."""
    found: Mapping[str, Any] = document()["components"]["schemas"][name]
    return found


def problems(schema: Mapping[str, Any], value: Any) -> list[Problem]:
    """What keeps a decoded JSON value from fitting a schema of the document; empty when it fits."""
    return validator().problems(schema, value)
