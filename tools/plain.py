"""Make plain values of JSON or YAML text, or refuse it with the place in it.

JSON has a path of its own: the standard library reads OpenAI's 3.4 MB in a twentieth of a second,
where a YAML parser needs seconds.

What either parser understood goes through one gate, `_Gate`. All that follows can rely on what it
lets through: objects with distinct string keys, lists, strings that are Unicode text, finite
numbers, booleans and None, no part shared, in at most `MOST` values and `DEEPEST` levels. Few bytes
of YAML aliases stand for any number of values, and a value may hold itself.
"""

import json
import math
import warnings
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from tools.errors import ToolError
from tools.openapi import Place, pointer

LARGEST_YAML = 8 * 2**20
"""Bytes of YAML, which are parsed in some 15 seconds."""
MOST = 1_000_000
"""Values with all aliases written out; OpenAI's document has 61,034."""
DEEPEST = 64
"""Levels of nesting; OpenAI's document has 21."""

_TAG = "tag:yaml.org,2002:"
# YAML's types as far as JSON has them: what looks like a date stays the string it was.
_TEXTS = {f"{_TAG}{kind}" for kind in ("str", "timestamp", "value", "merge")}
_KEYS = {*_TEXTS, *(f"{_TAG}{kind}" for kind in ("int", "float", "bool", "null"))} - {
    f"{_TAG}merge"
}


class _Pairs(list[tuple[str, Any]]):
    """The pairs of a JSON object, those with the same key included."""


def parse(data: bytes, name: str) -> object:
    """Read JSON or YAML as plain Python; `name` is what an error calls the input.

    Raises:
        ToolError: when it is neither, or holds what JSON does not have, or is too large.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ToolError(f"{name}: is not UTF-8 text (byte {error.start}).") from None
    problem = ""
    if text.lstrip()[:1] in ("{", "["):
        # Every value but the first of all comes after one of these; strings hold them as well.
        if sum(map(data.count, (b",", b"[", b"{"))) > 4 * MOST:
            raise ToolError(f"{name}: holds more than {MOST:,} values.")
        try:
            return _Gate(name).plain(json.loads(text, object_pairs_hook=_Pairs), ())
        except json.JSONDecodeError as error:
            problem = f"line {error.lineno}, column {error.colno}: {error.msg}"
        except RecursionError:
            raise ToolError(f"{name}: is nested too deeply to be read.") from None
        except ValueError:  # an integer of more than 4,300 digits
            raise ToolError(f"{name}: holds a number that is too large.") from None
    if len(data) > LARGEST_YAML:
        raise ToolError(
            f"{name}: is not JSON{problem and f' ({problem})'}, and as YAML it is larger than "
            f"{LARGEST_YAML // 2**20} MiB."
        )
    yaml: Any = YAML(typ="safe", pure=True)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of an anchor that is used twice
            root = yaml.compose(text)
    except RecursionError:
        raise ToolError(f"{name}: is nested too deeply to be read.") from None
    except Exception as error:  # the parser also raises AttributeError, TypeError and the like
        problem = problem or _problem(error)
        raise ToolError(f"{name}: is neither JSON nor YAML ({problem}).") from None
    return None if root is None else _Gate(name, yaml.constructor).plain(root, ())


def _problem(error: Any) -> str:
    if not isinstance(error, MarkedYAMLError):
        return str(error)
    mark: Any = error.problem_mark or error.context_mark
    where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
    return f"{where}{error.problem or error.context}"


class _Gate:
    """Copies what a parser made into plain values, and counts them."""

    def __init__(self, name: str, constructor: Any = None) -> None:
        self.name, self.constructor, self.left = name, constructor, MOST

    def plain(self, part: Any, place: Place) -> Any:
        """Return the plain value of a YAML node, or of a part of what the JSON parser made."""
        self.left -= 1
        if self.left < 0:
            raise self._refused(part, place, f"the document holds more than {MOST:,} values")
        if len(place) > DEEPEST:
            told = f"is nested too deeply (more than {DEEPEST} levels), or holds itself"
            raise self._refused(part, (*place[:8], "…"), told)
        match part:
            case _Pairs():
                return self._object(part, place, part)
            case list():
                return [self.plain(one, (*place, index)) for index, one in enumerate(part)]
            case MappingNode(tag=tag) if tag == f"{_TAG}map":
                pairs = [(self._key(key, place), value) for key, value in part.value]
                return self._object(pairs, place, part)
            case SequenceNode(tag=tag) if tag == f"{_TAG}seq":
                return [self.plain(one, (*place, index)) for index, one in enumerate(part.value)]
            case MappingNode() | SequenceNode() | ScalarNode():
                value = self._scalar(part, place)
            case _:
                value = part
        return self._checked(value, part, place)

    def _object(self, pairs: list[tuple[str, Any]], place: Place, part: Any) -> Any:
        result: dict[str, Any] = {}
        for key, value in pairs:
            self._checked(key, part, place)
            if key in result:
                raise self._refused(part, place, f"has the key `{key}` twice")
            result[key] = self.plain(value, (*place, key))
        return result

    def _key(self, node: Any, place: Place) -> str:
        """Return a key as it is written: JSON's are strings, and `200:` is common in YAML."""
        if not isinstance(node, ScalarNode) or node.tag not in _KEYS:
            raise self._refused(node, place, f"has a key that JSON does not have ({node.tag})")
        return str(node.value)

    def _scalar(self, node: Any, place: Place) -> Any:
        kind = node.tag.removeprefix(_TAG)
        if isinstance(node, ScalarNode) and node.tag in _TEXTS:
            return str(node.value)
        if isinstance(node, ScalarNode) and kind in ("int", "float", "bool", "null"):
            try:
                return getattr(self.constructor, f"construct_yaml_{kind}")(node)
            except (ValueError, LookupError):
                pass  # `!!int a`
        raise self._refused(node, place, f"holds what JSON does not have ({node.tag})")

    def _checked(self, value: Any, part: Any, place: Place) -> Any:
        """Return a value that is a number or a string, when it is one that JSON can write."""
        if isinstance(value, str) and not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError:
                raise self._refused(part, place, "holds half of a surrogate pair") from None
        elif isinstance(value, int | float):
            try:
                is_finite = math.isfinite(value)
            except OverflowError:  # an integer
                is_finite = False
            if not is_finite:
                raise self._refused(part, place, "holds a number that is not finite or too large")
        return value

    def _refused(self, part: Any, place: Place, what: str) -> ToolError:
        mark = getattr(part, "start_mark", None)
        line = f" (line {mark.line + 1})" if mark else ""
        return ToolError(f"{self.name}: {pointer(place)}{line}: {what}.")
