"""Find words that this project does not use: `python -m tools.words [PATH ...]` lists the places.

`tools/words.toml` has the words, what to say instead, and the exceptions with their reasons. Names
are read as the words that they are made of, by underscores or capitals. Function docstrings must
begin with a verb. `make check` holds everything that the file lists.
"""

import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tools import ROOT
from tools.errors import ToolError, exit_status

READ = {".py", ".md", ".jinja", ".toml", ".yaml", ".yml"}
_START = r"(?:(?<![A-Za-z])|(?<=[a-z])(?=[A-Z]))"  # of a word, or of a hump in a CamelCase name
_GAP = r"[\s#>_]+"  # phrases go on in the next line, of a comment as well, and in names


def words(root: Path = ROOT) -> dict[str, Any]:
    """Return the content of tools/words.toml."""
    return tomllib.loads((root / "tools/words.toml").read_text("utf-8"))


def find(path: str, text: str, rules: dict[str, Any]) -> Iterator[str]:
    """Yield `path:line: what is there, and what to say` for each place in the text of a file."""
    plain = text
    for allowed in rules["allow"]:
        if path.startswith(allowed.get("in", "")):
            plain = plain.replace(allowed["text"], re.sub(r"\S", "~", allowed["text"]))
    places: list[tuple[int, str]] = []
    for word in rules["words"]:
        pattern = f"{_START}(?i:{word['find'].replace(' ', _GAP)})(?![a-z])"
        for match in re.finditer(pattern, plain):
            line = plain.count("\n", 0, match.start()) + 1
            places.append((line, f"`{' '.join(match[0].split())}`: say {word['say']}"))
    if path.endswith(".py"):
        places += _docstrings(ast.parse(text), frozenset(rules["not_verbs"]))
    for line, said in sorted(places):
        yield f"{path}:{line}: {said}"


def _docstrings(tree: ast.Module, not_verbs: frozenset[str]) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        # A property is documented as the attribute that it looks like.
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or any(
            "property" in ast.unparse(one) for one in node.decorator_list
        ):
            continue
        first = re.match(r"[\w'`-]*", ast.get_docstring(node) or "Pass")
        word = first[0] if first else ""
        third_person = word.endswith("s") and not word.endswith("ss")
        if third_person or not word.isalpha() or not word[0].isupper() or word in not_verbs:
            yield node.lineno, f"docstring of {node.name}: begin with a verb, not with `{word}`"


def files(root: Path, paths: Iterable[str], left_out: Iterable[str] = ()) -> Iterator[Path]:
    """Yield the files at or below the paths; raise ToolError for a path that is not there."""
    without = [root / path for path in left_out]
    for path in paths:
        if not (root / path).exists():
            raise ToolError(f"{path}: there is no such file or folder.")
        below = [root / path] if (root / path).is_file() else sorted((root / path).rglob("*"))
        for file in below:
            made = {"_sync", "__pycache__", ".venv"} & {*file.parts}
            if file.suffix in READ and not made and not {*without} & {file, *file.parents}:
                yield file


def check(root: Path = ROOT, paths: Iterable[str] = ()) -> str:
    """Say how many files are clean, of `paths` or of all; print the places and raise ToolError."""
    rules = words(root)
    checked = list(files(root, paths) if paths else files(root, rules["paths"], rules["except"]))
    found = [
        place
        for file in checked
        for place in find(file.relative_to(root).as_posix(), file.read_text("utf-8"), rules)
    ]
    if found:
        print(*found, sep="\n")
        raise ToolError(f"{len(found)} places to put in other words, see above.")
    return f"{len(checked)} files clean"


def main() -> None:
    """Check the paths given, or everything."""
    print(check(paths=sys.argv[1:]))


if __name__ == "__main__":
    sys.exit(exit_status(main))
