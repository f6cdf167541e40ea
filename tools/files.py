"""Read documents from files or addresses, JSON or YAML; write YAML, all files or none.

JSON has a path of its own: the standard library reads OpenAI's 3.4 MB in a twentieth of a second,
where a YAML parser needs seconds.

What is written is for people to read and compare: block style throughout, one entry a line, so that
a change upstream is a small diff here. Strings that YAML 1.1 readers would take for something else
(`on`, `no`, dates, `1_000`) are quoted: not everybody who reads the result reads YAML 1.2.
"""

import io
import json
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

import httpx
from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.representer import SafeRepresenter

from tools.errors import ToolError
from tools.values import Json, is_object

_LOOKS_OTHERWISE = re.compile(
    r"(?i:y|n|yes|no|on|off|true|false|null|~|=|<<)|[-+.]?[\d.][-+\d_.:,eExXoOa-fA-F]*"
    r"(?:[Tt ].*)?|[-+]?\.(?i:inf|nan)|"
)


class _Constructor(SafeConstructor):
    """YAML's types as far as JSON has them: what looks like a date stays the string it was."""


def _scalar(constructor: Any, node: Any) -> Any:
    return constructor.construct_scalar(node)


class _Representer(SafeRepresenter):
    """Plain data only; no anchors, so that equal parts are written out each time."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _string(representer: Any, text: str) -> Any:
    style = '"' if _LOOKS_OTHERWISE.fullmatch(text) else None
    return representer.represent_scalar("tag:yaml.org,2002:str", text, style=style)


# ruamel.yaml's own annotations leave much unsaid; `Any` keeps that inside of this file.
_constructor: Any = _Constructor
_representer: Any = _Representer
_constructor.add_constructor("tag:yaml.org,2002:timestamp", _scalar)
_representer.add_representer(str, _string)


def load(source: str) -> Json:
    """Read the OpenAPI 3.1 document at `source`, a path or an http(s) address.

    Raises:
        ToolError: when there is nothing to read, or it is not an OpenAPI 3.1 document.
    """
    document = parse(fetch(source), shown(source))
    return openapi(document, shown(source))


def fetch(source: str) -> bytes:
    """Return the bytes at a path or an http(s) address."""
    if source.startswith(("http://", "https://")):
        try:
            response = httpx.get(source, follow_redirects=True, timeout=60)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ToolError(f"{shown(source)}: cannot be fetched ({error}).") from None
        if response.status_code != 200:
            raise ToolError(
                f"{shown(source)}: expected 200 and an OpenAPI document, got "
                f"{response.status_code} {response.reason_phrase}."
            )
        return response.content
    try:
        return Path(source).read_bytes()
    except FileNotFoundError:
        raise ToolError(f"{source}: no such file.") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ToolError(f"{source}: cannot be read ({reason}).") from None


def shown(source: str) -> str:
    """Return `source` as it may be printed: without user name, password and query."""
    if not source.startswith(("http://", "https://")):
        return source
    try:
        url = httpx.URL(source)
    except httpx.InvalidURL:
        return "the address given"
    return str(url.copy_with(userinfo=b"", query=None, fragment=None))


def parse(data: bytes, name: str) -> object:
    """Read JSON or YAML as plain Python; `name` is what an error calls the input."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ToolError(f"{name}: is not UTF-8 text (byte {error.start}).") from None
    if text.lstrip()[:1] in ("{", "["):
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            json_error = f"line {error.lineno}, column {error.colno}: {error.msg}"
        except RecursionError:
            raise ToolError(f"{name}: is nested too deeply to be read.") from None
    else:
        json_error = ""
    yaml: Any = YAML(typ="safe", pure=True)
    yaml.Constructor = _constructor
    try:
        # Keys as JSON has them: strings (`200:` is common).
        return json.loads(json.dumps(yaml.load(text)))
    except TypeError as error:
        raise ToolError(f"{name}: holds what JSON does not have ({error}).") from None
    except MarkedYAMLError as error:
        raise ToolError(
            f"{name}: is neither JSON nor YAML ({json_error or _problem(error)})."
        ) from None
    except (YAMLError, ValueError, RecursionError) as error:
        raise ToolError(f"{name}: is neither JSON nor YAML ({json_error or error}).") from None


def _problem(error: Any) -> str:
    mark = error.problem_mark or error.context_mark
    where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
    return f"{where}{error.problem or error.context}"


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


def replace(files: dict[Path, str]) -> list[Path]:
    """Give the files these contents, all or none; return those that changed.

    Everything is written beside its place first, so that a full disk or a missing permission is
    met before anything is replaced; should a replacement fail all the same, the ones before it are
    undone.
    """
    before = {path: path.read_bytes() if path.exists() else None for path in files}
    changed = [path for path, text in files.items() if before[path] != text.encode()]
    done: list[Path] = []
    try:
        with tempfile.TemporaryDirectory(prefix=".new-", dir=next(iter(files)).parent) as folder:
            ready = {path: Path(folder, path.name) for path in changed}
            for path, new in ready.items():
                new.write_bytes(files[path].encode())
                if path.exists():
                    shutil.copymode(path, new)
            for path, new in ready.items():
                new.replace(path)
                done.append(path)
    except OSError as error:
        for path in done:
            _restore(path, before[path])
        raise ToolError(f"{error.filename}: cannot be written ({error.strerror}).") from None
    return changed


def _restore(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
