"""Make the sync client from the async one: each `_async` of FOLDERS -> the `_sync` beside it.

The client is written once, as async code, and so are those of its tests that do more than one
request can show. What differs by more than a keyword lives in modules outside both folders, which
NAMES exchanges; everything else is translated here, so that stack traces, hover text and "go to
definition" are real code in both.

    python -m tools.unasync            write _sync
    python -m tools.unasync --check    say whether _sync is current, write nothing

Source is translated token by token. Tokens, not a syntax tree, so that comments, docstrings and
line breaks stay where they are. Not a text substitution either: what a word means (a keyword, a
name, a part of a docstring) is known.
"""

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterator, Sequence
from pathlib import Path

from tools import ROOT
from tools.errors import ToolError, exit_status
from tools.files import one_run, replace

#: Names that are not simply "Async" + the sync name.
NAMES = {
    "AsyncByteStream": "SyncByteStream",
    "StopAsyncIteration": "StopIteration",
    "_async": "_sync",
    "concurrency_async": "concurrency_sync",
    "handle_async_request": "handle_request",
    "parallel_async": "parallel_sync",
}
NAMES |= {f"__a{name}__": f"__{name}__" for name in ("enter", "exit", "iter", "next")}
NAMES |= {f"a{name}": name for name in ("close", "iter_bytes", "iter_lines", "iter_text")}
NAMES |= {"anext": "next", "aread": "read"}
#: Generic types of which only the first argument is left.
UNWRAPPED = ("AsyncPaginator", "Awaitable")

#: What holds `_async` and `_sync`. A conftest.py in these is each one's own.
FOLDERS = (ROOT / "overlays" / "openai_conversations", ROOT / "tests" / "overlay")
# An import that is longer is wrapped, as `ruff format` would.
WIDTH = 100

_WORD = re.compile(r"\b(?:await |async (?=def|with|for))|\b[A-Za-z_]+\b")
# A token, and where it starts and ends in the whole text.
_Token = tuple[tokenize.TokenInfo, int, int]
_Edit = tuple[int, int, str]


def build() -> dict[Path, str]:
    """Return the files that `_sync` should hold, path to text, in a fixed order. Write nothing."""
    return {
        folder / "_sync" / path.name: translate(path.read_text("utf-8"), f"_async/{path.name}")
        for folder in FOLDERS
        for path in _modules(folder / "_async")
    }


def main(arguments: Sequence[str] = ()) -> None:
    """Write `_sync`; with `--check`, raise ToolError where a file is not what would be written."""
    wanted = build()
    present = {path for folder in FOLDERS for path in _modules(folder / "_sync")}
    if "--check" in arguments:
        stale = [
            f"{path.parent.parent.name}/_sync/{path.name}"
            for path in sorted(present | set(wanted))
            if path not in present or wanted.get(path) != path.read_text("utf-8")
        ]
        if stale:
            raise ToolError(
                f"not what _async gives: {', '.join(stale)}. Change _async, then run "
                "`make generate`"
            )
        return
    for folder in FOLDERS:
        (folder / "_sync").mkdir(exist_ok=True)
    replace(wanted)
    for path in present - set(wanted):
        path.unlink()


def _modules(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.py") if path.name != "conftest.py")


def translate(source: str, name: str) -> str:
    """Return the sync form of a module; its first line calls the async one `name`."""
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    tokens = [
        (
            token,
            starts[token.start[0] - 1] + token.start[1],
            starts[token.end[0] - 1] + token.end[1],
        )
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type not in (tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)
    ]
    text = _apply(source, [*_edits(source, tokens), *_unwrapped(source, starts)])
    return f"# Made from {name} by tools/unasync. Do not edit.\n" + _tidy_imports(text)


def _rename(word: str) -> str:
    if word in NAMES:
        return NAMES[word]
    if word in UNWRAPPED:
        return word
    # A private class keeps its underscore: _AsyncBody -> _Body.
    private = word[: len(word) - len(word.lstrip("_"))]
    bare = word[len(private) :]
    if bare.startswith("Async") and bare[5:6].isupper():
        return private + bare[5:]
    return word


def _rename_in_text(text: str) -> str:
    return _WORD.sub(lambda found: "" if found[0].endswith(" ") else _rename(found[0]), text)


def _edits(source: str, tokens: list[_Token]) -> Iterator[_Edit]:
    for index, (token, start, end) in enumerate(tokens):
        if token.type in (tokenize.STRING, tokenize.COMMENT) or (
            tokenize.tok_name[token.type] == "FSTRING_MIDDLE" and source[start:end] == token.string
        ):
            yield start, end, _rename_in_text(token.string)
        elif token.type != tokenize.NAME:
            continue
        elif token.string in ("async", "await"):
            yield start, tokens[index + 1][1], ""
        elif (renamed := _rename(token.string)) != token.string:
            yield start, end, renamed


def _unwrapped(source: str, starts: list[int]) -> Iterator[_Edit]:
    """Yield an edit for what stands before, and one for what stands behind each first argument."""
    lines = source.encode().splitlines(keepends=True)

    def at(line: int, column: int) -> int:  # a syntax tree counts bytes
        return starts[line - 1] + len(lines[line - 1][:column].decode())

    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Subscript(ast.Name(name), ast.Tuple([first, *_]) | first) if name in UNWRAPPED:
                yield at(node.lineno, node.col_offset), at(first.lineno, first.col_offset), ""
                ends = [at(one.end_lineno or 0, one.end_col_offset or 0) for one in (first, node)]
                yield ends[0], ends[1], ""


def _apply(source: str, edits: list[_Edit]) -> str:
    # An edit inside a stretch that another one removes has no place any more.
    result: list[str] = []
    at = 0
    for start, end, new in sorted(edits, key=lambda edit: (edit[0], -edit[1])):
        if start < at:
            continue
        result += (source[at:start], new)
        at = end
    return "".join(result) + source[at:]


def _tidy_imports(text: str) -> str:
    """Take names that have become one, or are no longer used, out of the imports."""
    lines = text.splitlines(keepends=True)
    for node in reversed([n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.ImportFrom)]):
        names = [ast.unparse(alias) for alias in node.names]
        kept = sorted(set(names) - set(UNWRAPPED))
        # as ruff does: constants, then classes, then the rest
        kept.sort(key=lambda name: 0 if name.isupper() else 1 if name[:1].isupper() else 2)
        if kept == names:
            continue
        indent = " " * node.col_offset
        head = f"{indent}from {'.' * node.level}{node.module or ''} import "
        new = head + ", ".join(kept) + "\n" if kept else ""
        if len(new) > WIDTH + 1:
            new = head + "(\n" + "".join(f"{indent}    {n},\n" for n in kept) + f"{indent})\n"
        lines[node.lineno - 1 : node.end_lineno] = [new]
    return "".join(lines)


def _alone() -> None:
    with one_run(ROOT):
        main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(exit_status(_alone))
