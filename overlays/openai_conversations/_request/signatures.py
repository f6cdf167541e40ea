"""Signatures and docstrings that show what a method takes by `**params`.

Type checkers and editors read the `TypedDict`; `help()`, IPython and `inspect` read what is set
here.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Collection
from typing import Any, TypeVar

from .operations import Operation
from .types import Options, omit

_F = TypeVar("_F", bound=Callable[..., Any])
_KEYWORD = inspect.Parameter.KEYWORD_ONLY
_OPTIONS = [
    inspect.Parameter(
        name,
        _KEYWORD,
        default=Options._field_defaults[name],
        annotation=getattr(annotation, "__forward_arg__", annotation),
    )
    for name, annotation in Options.__annotations__.items()
]


def describe(operation: Operation[Any], *, without: Collection[str] = ()) -> Callable[[_F], _F]:
    """Return a decorator that shows the parameters of an operation as those of a method.

    Args:
        operation: whose query, header and body parameters the method takes by `**params`.
        without: the names of those, and of the options, that it does not take.

    Returns:
        The decorator. It sets `__signature__`, required parameters first, and adds an "Args"
        section to the docstring; the method itself stays as it is.
    """

    def decorate(method: _F) -> _F:
        signature = inspect.signature(method)
        written = [p for p in signature.parameters.values() if p.kind is not p.VAR_KEYWORD]
        known = {p.name for p in written}.union(without)
        required: list[inspect.Parameter] = []
        optional: list[inspect.Parameter] = []
        for each in operation.parameters:
            if each.name in known:
                continue
            if each.required:
                required.append(inspect.Parameter(each.name, _KEYWORD, annotation=each.annotation))
            else:
                annotation = f"{each.annotation} | Omit"
                optional.append(
                    inspect.Parameter(each.name, _KEYWORD, default=omit, annotation=annotation)
                )
        options = [option for option in _OPTIONS if option.name not in known]
        parameters = [*written, *required, *optional, *options]
        described = operation.descriptions
        if not without:
            # AsyncConversationOperations is a part of what its users know as Conversations.
            name = method.__qualname__.removeprefix("Async")
            operation.method_name = name.replace("Operations.", "s.")
        names = [p.name for p in parameters if p.name in described]
        method.__doc__ = _with_arguments(method.__doc__, {n: described[n] for n in names})
        method.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
        return method

    return decorate


def _with_arguments(doc: str | None, described: dict[str, str]) -> str:
    """Return a docstring whose "Args", before its "Returns" and "Raises", name all of these."""
    text = inspect.cleandoc(doc or "")
    lines = "\n".join(
        textwrap.fill(f"{name}: {line}", 96, initial_indent="    ", subsequent_indent=" " * 8)
        for name, line in described.items()
        if f"\n    {name}: " not in text
    )
    header = "\n" if "\n\nArgs:\n" in text else "\n\nArgs:\n"
    ends = [text.find(f"\n\n{section}:") for section in ("Returns", "Raises")]
    end = min((at for at in ends if at >= 0), default=len(text))
    return f"{text[:end]}{header}{lines}{text[end:]}" if lines else text
