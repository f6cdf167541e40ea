"""Read a document from a file or an address, JSON or YAML, into plain dicts, lists and scalars.

JSON has a path of its own: the standard library reads OpenAI's 3.4 MB in a twentieth of a second,
where a YAML parser needs seconds.
"""

import json
from pathlib import Path
from typing import Any

import httpx
from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from tools.errors import ToolError
from tools.openapi_spec.values import Json, is_list, is_object


class _Constructor(SafeConstructor):
    """YAML's types as far as JSON has them: what looks like a date stays the string it was."""


def _scalar(constructor: Any, node: Any) -> Any:
    return constructor.construct_scalar(node)


# ruamel.yaml's own annotations leave much unsaid; `Any` keeps that inside of this file.
_constructor: Any = _Constructor
_constructor.add_constructor("tag:yaml.org,2002:timestamp", _scalar)


def load(source: str) -> Json:
    """Read the OpenAPI 3.1 document at `source`, a path or an http(s) address.

    Raises ToolError when there is nothing to read, or when it is no OpenAPI 3.1 document.
    """
    document = parse(fetch(source), shown(source))
    return openapi(document, shown(source))


def fetch(source: str) -> bytes:
    """The bytes at a path or an http(s) address."""
    if source.startswith(("http://", "https://")):
        try:
            answer = httpx.get(source, follow_redirects=True, timeout=60)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ToolError(f"{shown(source)}: cannot be fetched ({error}).") from None
        if answer.status_code != 200:
            raise ToolError(
                f"{shown(source)}: answered {answer.status_code} {answer.reason_phrase}, "
                "expected 200 and an OpenAPI document."
            )
        return answer.content
    try:
        return Path(source).read_bytes()
    except FileNotFoundError:
        raise ToolError(f"{source}: no such file.") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ToolError(f"{source}: cannot be read ({reason}).") from None


def shown(source: str) -> str:
    """`source` as it may be printed: an address without user name, password and query."""
    if not source.startswith(("http://", "https://")):
        return source
    try:
        url = httpx.URL(source)
    except httpx.InvalidURL:
        return "the address given"
    return str(url.copy_with(userinfo=b"", query=None, fragment=None))


def parse(data: bytes, name: str) -> object:
    """JSON or YAML as plain Python; `name` is what an error calls the input."""
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
        return _plain(yaml.load(text), name)
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


def _plain(value: object, name: str) -> object:
    """What YAML gave as JSON would have it: keys are strings (`200:` is common), values JSON's."""
    if is_object(value):
        return {_key(key, name): _plain(part, name) for key, part in value.items()}
    if is_list(value):
        return [_plain(part, name) for part in value]
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise ToolError(f"{name}: holds a {type(value).__name__}, which JSON does not have.")


def _key(key: object, name: str) -> str:
    if isinstance(key, str):
        return key
    if key is None or isinstance(key, int | float | bool):
        return json.dumps(key)
    raise ToolError(f"{name}: has a key that is a {type(key).__name__}; keys must be strings.")


def openapi(document: object, name: str) -> Json:
    """`document` itself, when it is an OpenAPI 3.1 document; otherwise say what it is."""
    if not is_object(document):
        kind = "empty" if document is None else f"a bare {type(document).__name__}"
        raise ToolError(f"{name}: is no OpenAPI document; it is {kind}.")
    version = document.get("openapi")
    if version is None and "swagger" in document:
        raise ToolError(f"{name}: is OpenAPI {document['swagger']}; OpenAPI 3.1 is needed.")
    if version is None:
        keys = ", ".join(map(str, list(document)[:5])) or "none"
        raise ToolError(
            f"{name}: is no OpenAPI document; it has no `openapi` key (its keys: {keys})."
        )
    if not str(version).startswith("3.1"):
        raise ToolError(f"{name}: is OpenAPI {version}; OpenAPI 3.1 is needed.")
    if not is_object(document.get("paths")):
        raise ToolError(f"{name}: is no complete OpenAPI document; #/paths is not an object.")
    return document
