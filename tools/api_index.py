"""Write `api.md`: every public method and type, read from the packages as they are imported.

`make generate` writes it and `make check` compares it. Only names, signatures and first sentences
are in it, so that all versions of Python give the same bytes.
"""

import html
import importlib
import inspect
import pkgutil
import re
import sys
import textwrap
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from tools import PACKAGE, ROOT
from tools.errors import ToolError, exit_status
from tools.files import one_run, replace
from tools.imports import OVERLAY

INDEX = "api.md"
# What every method that sends a request takes beside its own parameters.
OPTIONS = frozenset({"extra_headers", "extra_query", "extra_body", "timeout", "abort"})
_HEAD = f"""\
<!-- Made by `make generate` from the packages; do not edit. -->
# Index of the API

Every public method and type. Parameters that may be left out have `=`. A method that ends in
`options` also takes {", ".join(f"`{name}`" for name in sorted(OPTIONS))}.
`AsyncClient` has what `Client` has, to be awaited; what it returns else stands behind a bar.
"""


def sentence(value: object) -> str:
    """Return the first sentence of a docstring, on one line.

    Some are descriptions of the OpenAPI document: outside of code there is no HTML and no link in
    it, and nothing in it that does not show.
    """
    doc = (inspect.getdoc(value) or "").split("\n\n")[0].split(". ")[0].rstrip(".:")
    shown = "".join(one if one.isprintable() else " " for one in doc)
    parts = re.split(r"(`[^`]*`)", shown)
    parts[::2] = [html.escape(one, quote=False).replace("[", "&#91;") for one in parts[::2]]
    return "".join(parts)


class _LeftOut:
    """A default whose value is not shown."""

    def __repr__(self) -> str:
        return ""


def signature(function: Any) -> str:
    """Return the parameters of a function by name, without types: `(a, *, b, c=, **options)`."""
    found = [
        one.replace(
            annotation=one.empty, default=one.empty if one.default is one.empty else _LeftOut()
        )
        for one in inspect.signature(function).parameters.values()
    ]
    shown = [one for one in found if one.name not in ("self", "cls", *OPTIONS)]
    if OPTIONS & {one.name for one in found}:
        shown.append(inspect.Parameter("options", inspect.Parameter.VAR_KEYWORD))
    return str(inspect.Signature(shown))


def returns(function: Any) -> str:
    """Return the annotation of what a function returns, as it is written."""
    found = inspect.signature(function).return_annotation
    return found if isinstance(found, str) else getattr(found, "__name__", str(found))


def methods(one: object, other: object, path: str) -> Iterator[str]:
    """Yield a line for every public method of `one` and of the resources that it holds.

    `other` is the same of the async client, and `path` how a caller reaches it.
    """
    resources: list[str] = []
    for name in (name for name in dir(type(one)) if not name.startswith("_")):
        found = inspect.getattr_static(type(one), name)
        if isinstance(found, cached_property):
            if not name.startswith("with_"):
                resources.append(name)
        elif isinstance(found, property):
            yield f"- `{path}.{name}`: {sentence(found)}"
        elif callable(function := getattr(one, name)):
            result, awaited = returns(function), returns(getattr(other, name))
            result += f" | {awaited}" if awaited != result else ""
            yield f"- `{path}.{name}{signature(function)} -> {result}`: {sentence(function)}"
    views = [name for name in dir(type(one)) if name.startswith("with_") and path.count(".")]
    if views:
        yield f"- and the same below {', '.join(f'`{path}.{name}`' for name in views)}"
    for name in resources:
        yield f"\n### {path}.{name}\n"
        yield from methods(getattr(one, name), getattr(other, name), f"{path}.{name}")


def types(package: Any) -> Iterator[str]:
    """Yield a line for every public name of the overlay package, and for its class methods."""
    for name in package.__all__:
        value = getattr(package, name)
        if inspect.isfunction(value):
            yield f"- `{name}{signature(value)}`: {sentence(value)}"
        elif not isinstance(value, type):
            yield f"- `{name}`"
        else:
            yield f"- `{name}`: {sentence(value)}"
            for method, found in sorted(vars(value).items()):
                if method[0] != "_" and isinstance(found, classmethod | staticmethod):
                    function = getattr(value, method)
                    yield f"  - `{name}.{method}{signature(function)}`: {sentence(function)}"


def generated() -> Iterator[str]:
    """Yield the operations of the generated package, then the names of its types."""
    folder = importlib.import_module(f"{PACKAGE}.api")
    for found in pkgutil.walk_packages(folder.__path__, f"{folder.__name__}."):
        if not found.ispkg:
            function = importlib.import_module(found.name).sync
            short = found.name.removeprefix(f"{PACKAGE}.")
            yield f"- `{short}.sync{signature(function)}`: {sentence(function)}"
    for module in (importlib.import_module(f"{PACKAGE}.{name}") for name in ("models", "params")):
        kinds: dict[str, list[str]] = {}
        for name in sorted(module.__all__):
            value = getattr(module, name)
            kind = "classes" if isinstance(value, type) else "aliases"
            kinds.setdefault(kind, []).append(f"`{name}`")
        for kind, names in sorted(kinds.items(), reverse=True):
            yield f"\n### {module.__name__.split('.')[-1]}: {kind}\n"
            yield from textwrap.wrap(", ".join(names), 99)


def index() -> str:
    """Return the text of `api.md`."""
    package = importlib.import_module(OVERLAY)
    one, other = (getattr(package, name)(api_key="k") for name in ("Client", "AsyncClient"))
    lines = [_HEAD, "## Client\n", f"- `Client{signature(package.Client)}`"]
    lines += methods(one, other, "client")
    lines += [f"\n## {OVERLAY}\n", *types(package), f"\n## {PACKAGE}\n", *generated()]
    return "\n".join(lines) + "\n"


def check(root: Path = ROOT) -> str:
    """Say that `api.md` is current; raise ToolError when it is not."""
    text = index()
    if not (root / INDEX).exists() or (root / INDEX).read_text("utf-8") != text:
        raise ToolError(f"{INDEX} is not what the packages have. Run `make generate`.")
    return f"current, {text.count('- `')} entries"


def main() -> None:
    """Write `api.md`."""
    with one_run(ROOT):
        replace({ROOT / INDEX: index()})


if __name__ == "__main__":
    sys.exit(exit_status(main))
