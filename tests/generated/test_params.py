"""The parameters that the package has are those of the document, each with its type."""

from __future__ import annotations

import importlib
import inspect
import pickle
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from types import FunctionType
from typing import Any, Literal, NamedTuple, get_args, get_origin, get_type_hints, is_typeddict

import openai_conversations_api
import pytest
from openai_conversations_api import models, params
from openai_conversations_api._parameter_docs import DESCRIPTIONS, SUMMARIES
from openai_conversations_api._parameters import OPERATIONS
from openai_conversations_api import Omit, omit

from tests.document import (
    Schema,
    alternatives,
    fields,
    is_object,
    members,
    name_of,
    operations,
    python_name,
    resolve,
    schemas,
    tags,
)


class Told(NamedTuple):
    """One parameter as the document has it."""

    name: str
    key: str
    location: str
    required: bool


def body_schema(operation: Schema) -> Schema | None:
    """Return the schema of the JSON body; None where there is no body."""
    content: Schema = operation.get("requestBody", {}).get("content", {})
    return content["application/json"]["schema"] if content else None


def told(operation: Schema) -> Iterator[Told]:
    """Return every parameter and every field of the body."""
    for parameter in operation.get("parameters", ()):
        key = parameter["name"]
        name = re.sub(r"\W+", "_", key).strip("_").lower()
        yield Told(name, key, parameter["in"], parameter.get("required", False))
    if (schema := body_schema(operation)) is not None:
        properties, required = fields(schema)
        needed = operation["requestBody"].get("required", False)
        for key in properties:
            yield Told(key, key, "body", needed and key in required)


def class_name(operation: Schema) -> str:
    """Return how the names of an operation's types begin."""
    name: str = operation["operationId"]
    return name[0].upper() + name[1:]


def streams(operation: Schema) -> bool:
    """Say whether the document says that events may come back."""
    return any("text/event-stream" in r.get("content", {}) for r in operation["responses"].values())


def keys(name: str) -> set[tuple[str, bool]]:
    """Return the keys of a `TypedDict`, each with whether it is required."""
    found: Any = getattr(params, name)
    return {(key, key in found.__required_keys__) for key in get_type_hints(found)}


def test_the_table_holds_every_operation_and_parameter() -> None:
    wrong = []
    for path, method, operation in operations():
        made = OPERATIONS[operation["operationId"]]
        listed = [Told(p.name, p.key, p.location, p.required) for p in made.parameters]
        needed = operation.get("requestBody", {}).get("required", False)
        expected = (method.upper(), path, needed, streams(operation))
        if (made.method, made.path, made.body_required, made.streams) != expected:
            wrong.append(f"{operation['operationId']}: {made}")
        if sorted(listed) != sorted(told(operation)):
            wrong.append(f"{operation['operationId']}: {listed}")
        functions = importlib.import_module(f"openai_conversations_api.api.{made.module}")
        taken = set(inspect.signature(functions.sync).parameters) - {"client", "body"}
        if taken != {p.name for p in made.parameters if p.location != "body"}:
            wrong.append(f"{operation['operationId']}: its function takes {taken}")
    assert not wrong
    assert len(OPERATIONS) == len(list(operations()))


def test_every_operation_has_its_dictionaries() -> None:
    wrong = []
    for _, _, operation in operations():
        name, every = class_name(operation), list(told(operation))
        sent = {(t.name, t.required) for t in every if t.location != "path"}
        stream = {key for key in sent if key[0] == "stream"} if streams(operation) else set()
        expected = {f"{name}Params": sent}
        for location in ("path", "query", "header", "body"):
            part = {(t.name, t.required) for t in every if t.location == location}
            expected |= {f"{name}{location.capitalize()}": part} if part else {}
        front = stream or {key for key in sent if key[0] == "items"}
        if front:
            expected[f"{name}ParamsBase"] = sent - front
        if stream:
            expected[f"{name}ParamsNonStreaming"] = sent
            expected[f"{name}ParamsStreaming"] = sent - stream | {("stream", True)}
        there = {
            n
            for n in params.__all__
            if re.fullmatch(rf"{name}(Path|Query|Header|Body|Params\w*)", n)
        }
        wrong += [f"{n} is there, and the document has none" for n in there - set(expected)]
        wrong += [n for n, part in expected.items() if n not in there or keys(n) != part]
    assert not wrong


def test_what_is_optional_may_be_omitted_and_nothing_else() -> None:
    wrong = []
    for name, operation in OPERATIONS.items():
        hints = get_type_hints(getattr(params, f"{operation.name}Params"))
        for parameter in operation.parameters:
            if parameter.location == "path":
                continue
            hint = hints[parameter.name]
            kinds = get_args(hint) or (hint,)
            null = type(None) in kinds
            if (Omit in kinds) is parameter.required:
                wrong.append(f"{name}.{parameter.name}: {hint}")
            if parameter.location == "body" and not parameter.required and not null:
                wrong.append(f"{name}.{parameter.name} does not take None")
    assert not wrong


@pytest.mark.docstrings
def test_every_parameter_is_explained() -> None:
    lacking = [
        f"{name}.{parameter.name}"
        for name, operation in OPERATIONS.items()
        for parameter in operation.parameters
        if not DESCRIPTIONS[name][parameter.name]
    ]
    lacking += [name for name in OPERATIONS if not SUMMARIES[name]]
    lacking += [
        name
        for name in params.__all__
        if is_typeddict(found := getattr(params, name)) and not found.__doc__
    ]
    assert not lacking


@cache
def sent_objects() -> dict[str, Schema]:
    """Return the named objects that a request body holds, by their class."""
    found: dict[str, Schema] = {}
    waiting = [
        part
        for _, _, operation in operations()
        if (schema := body_schema(operation)) is not None
        for part in fields(schema)[0].values()
    ]
    while waiting:
        schema = waiting.pop()
        name, whole = name_of(schema), resolve(schema)
        if name and is_object(schema):
            if python_name(name) in found:
                continue
            found[python_name(name)] = schema
        waiting += fields(whole)[0].values()
        waiting += alternatives(whole)
        extra = whole.get("additionalProperties")
        waiting += [s for s in (whole.get("items"), extra) if isinstance(s, dict)]
    return found


def param_name(name: str) -> str:
    """Return the `TypedDict` for a class: its name and `Param`, which a name may end in already."""
    bare = name.removesuffix("Param")
    return name if bare != name and bare not in sent_objects() else f"{name}Param"


def test_every_object_that_is_sent_has_a_dictionary() -> None:
    wrong = []
    for name, schema in sent_objects().items():
        properties, required = fields(schema)
        if keys(param_name(name)) != {(key, key in required) for key in properties}:
            wrong.append(f"{param_name(name)}: {keys(param_name(name))}")
        hints = get_type_hints(getattr(params, param_name(name)))
        constants = set(tags(schema))
        if (
            constants
            and get_origin(hints["type"]) is Literal
            and set(get_args(hints["type"])) != constants
        ):
            wrong.append(f"{param_name(name)}.type: {hints['type']}")
    assert not wrong
    assert len(sent_objects()) > 100


def test_what_comes_out_goes_in_again() -> None:
    union = set(get_args(params.InputItemLike))
    lacking = {
        python_name(name)
        for component in ("InputItem", "ConversationItem", "OutputItem", "ItemResource")
        for member in members({"$ref": f"#/components/schemas/{component}"})
        if (name := name_of(member)) and getattr(models, python_name(name)) not in union
    }
    assert not lacking
    assert {getattr(params, param_name("EasyInputMessage")), models.RawObject} <= union


def everything() -> Iterator[tuple[str, Any]]:
    """Return every class and function of the package, methods and properties among them."""
    package = openai_conversations_api
    for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        module = importlib.import_module(info.name)
        for name, found in list(vars(module).items()):
            if getattr(found, "__module__", None) != module.__name__:
                continue
            if isinstance(found, type | FunctionType):
                yield f"{info.name}.{name}", found
            if isinstance(found, type) and not is_typeddict(found):
                for key, method in vars(found).items():
                    bare = getattr(method, "fget", None) or getattr(method, "__func__", method)
                    if isinstance(bare, FunctionType):
                        yield f"{info.name}.{name}.{key}", bare


def test_every_annotation_resolves() -> None:
    wrong, count = [], 0
    for place, found in everything():
        count += 1
        try:
            get_type_hints(found)
        except Exception as error:  # whatever it is, the place is what tells
            wrong.append(f"{place}: {error!r}")
    assert not wrong
    assert count > 1000


def test_nothing_is_loaded_before_it_is_used() -> None:
    program = """
import sys
from openai_conversations_api import params
from openai_conversations_api import _parameters
package = "openai_conversations_api."
assert f"{package}params._definitions" not in sys.modules
assert not hasattr(params, "Nothing") and not hasattr(params, "_nothing")
assert f"{package}params._definitions" not in sys.modules
params.CreateResponseParams
assert f"{package}params._definitions" in sys.modules
loaded = [name for name in sys.modules if name.startswith(f"{package}models.")]
assert not loaded, loaded
assert set(params.__all__) <= set(dir(params))
"""
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True)


def test_omit_is_one_thing_everywhere() -> None:
    assert not omit
    assert repr(omit) == "omit"
    assert pickle.loads(pickle.dumps(omit)) is omit


def test_no_kind_is_called_as_type_checkers_are_told_of_unknown_ones() -> None:
    source = inspect.getsource(openai_conversations_api.types)
    (reserved,) = re.findall(r"def type\(self\) -> Literal\[\"(.*)\"\] \| None:", source)
    assert reserved not in {tag for name in schemas() for tag in tags({"$ref": f"#/{name}"})}
    assert models.RawObject({"type": "new"}).type == "new"
    assert models.RawObject({"type": 1}).type is None
