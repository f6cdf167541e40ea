"""Print how long the programs are, beside the same with openai-python: `python -m examples`.

Lines with code are counted: no blank lines, comments and docstrings. Both are formatted by ruff.
"""

from __future__ import annotations

import ast
import tokenize
from importlib.metadata import version
from io import StringIO
from pathlib import Path

HERE = Path(__file__).parent
# What each does, and what the program with openai-python does not do.
PROGRAMS = {
    "chat": ("chat with streaming", "–"),
    "browser": ("FastAPI with a stream to the browser", "–"),
    "workers": ("thread workers after a fork", "use a client that was made before the fork"),
    "import_messages": (
        "import of 5,000 messages with a bar",
        "notice a batch that arrives after it was given up on: it is there twice",
    ),
    "export_markdown": (
        "export to Markdown",
        "show images, sources and most kinds of items; keep HTML and headings in their message",
    ),
    "tool_loop": (
        "tool loop",
        "wait for a locked conversation; leave no call open when it is stopped; end after 10 turns",
    ),
    "structured_output": ("structured output", "say why a response is incomplete"),
    "test_app": ("tests of an app", "test what the service has stored; know what it would refuse"),
}
_NO_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}


def code_lines(source: str) -> int:
    """Return how many lines of a module have code."""
    lines = {
        line
        for token in tokenize.generate_tokens(StringIO(source).readline)
        if token.type not in _NO_CODE
        for line in range(token.start[0], token.end[0] + 1)
    }
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            if ast.get_docstring(node) is not None and first.end_lineno is not None:
                lines -= {*range(first.lineno, first.end_lineno + 1)}
    return len(lines)


def lengths() -> dict[str, tuple[int, int]]:
    """Return the lines of each program, and of the same with openai-python."""

    def length(path: str) -> int:
        return code_lines((HERE / f"{path}.py").read_text("utf-8"))

    return {name: (length(name), length(f"openai_python/{name}")) for name in PROGRAMS}


def table() -> str:
    """Return the lengths as a table in Markdown."""
    rows = [
        f"| [{title}]({name}.py) | {ours} | [{theirs}](openai_python/{name}.py) | {lacking} |"
        for (name, (title, lacking)), (ours, theirs) in zip(
            PROGRAMS.items(), lengths().values(), strict=True
        )
    ]
    ours, theirs = map(sum, zip(*lengths().values(), strict=True))
    head = f"| program | lines | with openai {version('openai')} | what that one does not do |"
    return "\n".join([head, "|---|---|---|---|", *rows, f"| all | {ours} | {theirs} | |"])


if __name__ == "__main__":
    print(table())
