"""What the endpoint template cannot send or return whole, found before anything is written.

The generator takes all of this, and our template would leave it out or send it in another form
without a word. Each is an error that names the operation, the reason and the cure.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from openapi_python_client.strings import PythonIdentifier

from tools.errors import ToolError

from .faults import CURE, Json, resolve

EVENTS = "text/event-stream"
_JSON = re.compile(r"application/([\w.-]+\+)?json\b")


def refuse_operations(document: Json) -> None:
    """Raise ToolError, with one sentence for each fault, if an operation has any.

    `document` is in normal form: nothing of an operation is a reference.
    """
    servers = document.get("servers") or [{}]
    url = servers[0].get("url", "")
    found = [] if url and "{" not in url else [f"servers: no URL to send to, found {url!r}."]
    modules: dict[str, str] = {}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            name = operation.get("operationId") or f"{method.upper()} {path}"
            other = modules.setdefault(plain_name(name), name)
            if other != name:
                found.append(f"Operations {other} and {name} would be one module.")
            faults = [*_parameters(document, operation), *_replies(operation)]
            found += [f"Operation {name}: {what}" for what in faults]
    if found:
        raise ToolError(f"{' '.join(found)} {CURE}")


def plain_name(name: str) -> str:
    """An operationId without what a module's name does not keep of it."""
    return re.sub(r"[\W_]", "", name).lower()


def _parameters(document: Json, operation: Json) -> Iterator[str]:
    names: dict[str, Json] = {}
    for parameter in operation.get("parameters", ()):
        told = f"parameter {parameter['name']!r}"
        other = names.setdefault(PythonIdentifier(parameter["name"], "field_"), parameter)
        if other is not parameter:
            # the generator would add the place to both names, also to the one that was there before
            yield (
                f"{told} of the {parameter['in']} and {other['name']!r} of the {other['in']} would "
                "have one name in Python."
            )
        if parameter["in"] not in ("path", "query", "header"):
            yield f"{told} goes into the {parameter['in']}, where the template puts none."
        elif "schema" not in parameter:
            yield f"{told} has no schema."
        elif parameter["in"] == "header":
            if "object" in _kinds(document, parameter["schema"]):
                yield f"{told} is an object, which the template cannot put into a header."
        elif parameter["in"] == "query":
            kinds = set(_kinds(document, parameter["schema"]))
            if parameter.get("style", "form") != "form" or (
                "array" in kinds and parameter.get("explode", True) is False
            ):
                yield f"{told} is not sent as `name=a&name=b`, the one form the template knows."
            if "object" in kinds:
                yield f"{told} is an object, which the template cannot put into a query."


def _kinds(document: Json, schema: Json) -> Iterator[str]:
    whole = resolve(document, schema)
    kind: Any = whole.get("type", "object" if "properties" in whole else "")
    yield from kind if isinstance(kind, list) else [kind]
    for key in ("allOf", "anyOf", "oneOf"):
        for member in whole.get(key, ()):
            yield from _kinds(document, member)


def _replies(operation: Json) -> Iterator[str]:
    replies = operation["responses"].items()
    good = [(code, reply) for code, reply in replies if str(code).startswith("2")]
    results = set()
    for code, reply in good or [("default", operation["responses"].get("default", {}))]:
        content = reply.get("content", {})
        bodies = [value for kind, value in content.items() if _JSON.match(kind)]
        if content and not bodies:
            yield f"its {code} reply is {', '.join(content)}, and the template reads JSON."
        results.add(json.dumps(bodies[0].get("schema") if bodies else None, sort_keys=True))
        events = content.get(EVENTS, {}).get("schema")
        if events is not None and set(events) != {"$ref"}:
            yield "the events that it streams have no schema of their own in components.schemas."
    if len(results) > 1:
        codes = ", ".join(str(code) for code, _ in good)
        yield f"its replies {codes} have different bodies, and the template knows one result."
