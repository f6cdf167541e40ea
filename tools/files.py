"""Read OpenAPI documents; write YAML; put files and folders in place, all of them or none.

What is written is for people to read and compare: block style throughout, one entry a line, so that
a change upstream is a small diff here. Strings that YAML 1.1 readers would take for something else
(`on`, `no`, dates, `1_000`) are quoted: not everybody who reads the result reads YAML 1.2.
"""

import fcntl
import io
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.representer import SafeRepresenter

from tools.errors import ToolError
from tools.expansion import check_expansion
from tools.fetch import fetch, shown
from tools.plain import parse
from tools.values import Json, is_object

_LOOKS_OTHERWISE = re.compile(
    r"(?i:y|n|yes|no|on|off|true|false|null|~|=|<<)|[-+.]?[\d.][-+\d_.:,eExXoOa-fA-F]*"
    r"(?:[Tt ].*)?|[-+]?\.(?i:inf|nan)|"
)
_NEW = ".new-"  # in .gitignore; tempfile adds eight characters


class _Representer(SafeRepresenter):
    """Plain data only; no anchors, so that equal parts are written out each time."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _string(representer: Any, text: str) -> Any:
    # Of what does not show, some would be read as another: three line ends of Unicode as a space.
    is_plain = text.replace("\n", "").isprintable() and not _LOOKS_OTHERWISE.fullmatch(text)
    style = None if is_plain else '"'
    return representer.represent_scalar("tag:yaml.org,2002:str", text, style=style)


# ruamel.yaml's own annotations leave much unsaid; `Any` keeps that inside of this file.
_representer: Any = _Representer
_representer.add_representer(str, _string)


def load(source: str) -> Json:
    """Read the OpenAPI 3.1 document at `source`, a path or an http(s) address.

    Raises:
        ToolError: when there is nothing to read, or it is not an OpenAPI 3.1 document.
    """
    document = openapi(parse(fetch(source), shown(source)), shown(source))
    check_expansion(document, shown(source))
    return document


def text_of(entry: Json, key: str, where: str, why: str = "every entry needs one") -> str:
    """Return a text of a file that people write; ToolError where there is none."""
    value = entry.get(key)
    if not isinstance(value, str) or not value.strip():
        raise ToolError(f"{where}: `{key}` is missing or empty; {why}.")
    return " ".join(value.split())


def openapi(document: object, name: str) -> Json:
    """Return `document` when it is an OpenAPI 3.1 document; otherwise say what it is."""
    if not is_object(document):
        kind = "empty" if document is None else f"a bare {type(document).__name__}"
        raise ToolError(f"{name}: is not an OpenAPI document; it is {kind}.")
    version = document.get("openapi")
    if version is None and "swagger" in document:
        raise ToolError(f"{name}: is OpenAPI {document['swagger']}; OpenAPI 3.1 is needed.")
    if version is None:
        keys = ", ".join(map(str, list(document)[:5])) or "none"
        raise ToolError(
            f"{name}: is not an OpenAPI document; it has no `openapi` key (its keys: {keys})."
        )
    if not str(version).startswith("3.1"):
        raise ToolError(f"{name}: is OpenAPI {version}; OpenAPI 3.1 is needed.")
    if not is_object(document.get("paths")):
        raise ToolError(f"{name}: is not a complete OpenAPI document; #/paths is not an object.")
    return document


def to_yaml(document: Json, header: str = "") -> str:
    """Return `document` as YAML 1.2, below `header` as a comment."""
    yaml: Any = YAML(typ="safe", pure=True)
    yaml.Representer = _representer
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False
    yaml.allow_unicode = True
    yaml.width = 10_000  # a folded line would spread one change over several
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = io.StringIO()
    yaml.dump(document, out)
    comment = "".join(f"# {line}\n" if line else "#\n" for line in header.splitlines())
    return comment + out.getvalue()


def contents(folder: Path) -> dict[str, bytes]:
    """Return what the files below `folder` hold, by paths with slashes; without Python's caches.

    Line ends are those of the repository, whatever a checkout made of them.
    """
    return {
        path.relative_to(folder).as_posix(): path.read_bytes().replace(b"\r\n", b"\n")
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc"
    }


def check_same(made: Path, there: Path, name: str, target: str) -> None:
    """Raise ToolError with every file by which the folder `there`, called `name`, is not `made`."""
    if different := sorted({file for file, _ in contents(made).items() ^ contents(there).items()}):
        shown = ", ".join(different[:10]) + (" …" if len(different) > 10 else "")
        raise ToolError(
            f"{name} is not what its sources give: {shown}. Change the source, then run `{target}`."
        )


def replace(files: dict[Path, str]) -> list[Path]:
    """Give the files these contents, all or none; return those that changed.

    Everything is written beside its place first, so that a full disk or a missing permission is
    met before anything is replaced; should a replacement fail all the same, the ones before it are
    undone. A process that is killed leaves each file as it was or as it is to be.
    """
    try:
        before = {path: path.read_bytes() if path.exists() else None for path in files}
        changed = [path for path, text in files.items() if before[path] != text.encode()]
        with new_folder(next(iter(files)).parent) as folder:
            ready = [(path, folder / f"{at}.new") for at, path in enumerate(changed)]
            for path, new in ready:
                new.write_bytes(files[path].encode())
                if path.exists():
                    shutil.copymode(path, new)
                    shutil.copy2(path, new.with_suffix(".old"))
            _move(ready)
    except OSError as error:
        place = error.filename or next(iter(files)).parent
        raise ToolError(f"{place}: cannot be written ({error.strerror or error}).") from None
    return changed


def _move(ready: list[tuple[Path, Path]]) -> None:
    """Move new files to their places; if one fails, undo all by moves, which need no space.

    What was not replaced yet is undone as well: an interruption does not tell how far it came.
    """
    try:
        for path, new in ready:
            new.replace(path)
    except BaseException:
        for path, new in ready:
            if (old := new.with_suffix(".old")).exists():
                old.replace(path)
            else:
                path.unlink(missing_ok=True)
        raise


def swap(fresh: Path, target: Path, old: Path) -> None:
    """Put the folder `fresh` in the place of `target`; if that fails, put the old one back.

    The old one is moved to `old`, a path on the same file system.
    """
    try:
        if target.exists():
            target.rename(old)
        fresh.rename(target)
    except BaseException:
        if old.exists() and not target.exists():
            old.rename(target)
        raise


@contextmanager
def one_run(root: Path) -> Iterator[None]:
    """Let one process at a time write the project in `root`; a lock that ends with the process.

    The lock is on the folder itself, so that nothing is left behind.

    Raises:
        ToolError: when another process writes it now.
    """
    folder = os.open(root, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ToolError(
                f"{root}: another `make spec` or `make generate` is at work here. Run this one "
                "again when it has ended."
            ) from None
        except OSError:
            pass  # a network's file system that has no locks
        yield
    finally:
        os.close(folder)


@contextmanager
def new_folder(beside: Path) -> Iterator[Path]:
    """Make a folder for what is moved to `beside` later, and remove those that a kill has left.

    One that was killed in the middle of `swap` holds the only folder there is: it goes back.
    """
    for left in beside.glob(f"{_NEW}????????"):
        for old in left.glob("*.old"):
            if old.is_dir() and not (beside / old.stem).exists():
                old.rename(beside / old.stem)
        shutil.rmtree(left)
    with tempfile.TemporaryDirectory(prefix=_NEW, dir=beside) as folder:
        yield Path(folder)
