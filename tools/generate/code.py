"""Python source, told apart from all other text: only `Code` reaches a template's output.

What a document holds is text, whatever it says: a path may be `/x/"+f()+"`. A template that wrote
it as it stands would make a client that runs it. So templates write nothing but `Code` and numbers;
any other value is an error of the template, at whatever place a new field of a view is written.
There are three ways from text to `Code`: as a value (`literal`), as prose between the quotes of a
docstring (`docstring`), and as a name that Python and the file system take (`identifier`). `code`
and `joined` put larger parts together, of `Code` alone.
"""

import ast
import keyword
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from jinja2 import Environment

from tools.errors import ToolError
from tools.values import printable

LONGEST_NAME = 200
"""Bytes of a name: a file system takes 255 for a file, with its ending."""


class Code(str):
    """Python source that can be written as it stands. Called with constants alone."""

    __slots__ = ()


def code(form: str, *parts: object) -> Code:
    """Return `form` with a part for each `{}`: `Code` as it is, any value as its `literal`."""
    return Code(form.format(*(p if type(p) is Code else literal(p) for p in parts)))


def literal(value: object) -> Code:
    """Return the source of a value of strings, numbers, booleans, None, and lists of these.

    Raises:
        TypeError: if it is anything else, whose `repr` is not its source.
    """
    source = repr(value)
    try:
        same: object = ast.literal_eval(source)
    except (SyntaxError, ValueError):
        same = ...
    if same != value:
        raise TypeError(f"{source:.100} is not the source of a value")
    return Code(source)


def formatted(text: str, expression: Code) -> Code:
    """Return the source of an f-string: any text, and the value of an expression without quotes."""
    source = literal(text.replace("{", "{{").replace("}", "}}"))
    return Code(f"f{source[:-1]}{{{expression}}}{source[-1]}")


def docstring(text: str, indent: int = 0) -> Code:
    """Return prose as it stands between the quotes of a docstring.

    Args:
        text: with line ends where it is wrapped. It cannot end the docstring, wherever in it it
            stands, and what does not show (controls, marks that turn the writing round) is escaped.
        indent: spaces before every line but the first.
    """
    safe = "\n".join(map(printable, text.replace("\\", "\\\\").split("\n")))
    safe = re.sub(r'"{3,}|"\Z', lambda quotes: quotes[0].replace('"', '\\"'), safe)
    return Code(safe.replace("\n", "\n" + " " * indent))


def identifier(name: str, what: str = "A name") -> Code:
    """Return a name that was made for Python, when it is one; `what` says in an error what it is.

    Raises:
        ToolError: if Python would not read it back as it is, or it is too long for a file.
    """
    normal = unicodedata.normalize("NFKC", name) == name
    if not normal or not name.isidentifier() or keyword.iskeyword(name):
        raise ToolError(
            f"{what}, {name!r:.99}, cannot be a name in Python. Change it with an action in "
            "spec/fixes.overlay.yaml, or in spec/names.yaml."
        )
    if len(name.encode()) > LONGEST_NAME:
        raise ToolError(
            f"{what}, {name[:60]!r}…, has {len(name)} characters, and a file's name takes "
            f"{LONGEST_NAME}. Shorten it with an action in spec/fixes.overlay.yaml."
        )
    return Code(name)


def joined(parts: Iterable[object], separator: str = "") -> Code:
    """Join `Code` with a constant in between; refuse anything else."""
    return Code(separator.join(map(str, map(_written, parts))))


def guard(environment: Environment) -> None:
    """Let templates of `environment` write nothing but `Code` and numbers."""
    environment.finalize = _written
    # what a template, a macro or a block has written, piece by piece
    environment.concat = lambda parts: Code("".join(parts))  # type: ignore[method-assign]
    environment.filters.update(
        docstring=docstring, identifier=identifier, join=joined, literal=literal
    )


def _written(value: Any) -> Any:
    if type(value) in (Code, int, bool):
        return value
    raise TypeError(f"a template writes {value!r:.100}, which is not Code: put it through a filter")
