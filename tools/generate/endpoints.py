"""What the endpoint template sees: one operation, its arguments, and the halves that are pure."""

import re
from dataclasses import dataclass
from keyword import iskeyword
from typing import Any

from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.strings import PythonIdentifier

from tools.errors import ToolError
from tools.openapi import operations

from .code import Code, code, identifier, joined, literal
from .names import attribute_name, json_name, plain_text, python_name
from .template_context import Views, doc_text
from .types import NONE, Enum, Node, Ref, Scalar, flat, kinds
from .unsupported import EVENTS

_MODEL = "decode_model("  # of a result that is always of one class
# What the endpoint functions call something of their own.
_TAKEN = {"body", "client", "encode", "header", "kwargs", "models", "path_segment", "query"}


@dataclass(frozen=True)
class Argument:
    """A parameter that is not in the body; `segment` is its source as a part of the path."""

    name: Code
    key: str
    location: str
    required: bool
    node: Node
    annotation: Code
    segment: Code
    doc: str


@dataclass(frozen=True)
class EndpointView:
    """One operation, ready to be written; `sent` and `received` are what its bodies hold."""

    id: str
    name: Code
    method: str
    path: str
    url: Code
    doc: str
    arguments: tuple[Argument, ...]
    sent: Node | None
    received: Node
    body: Code | None
    body_required: bool
    result: Code
    decoded: Code
    model: Code | None
    events: Code | None


class Endpoints:
    """Makes the views of all operations of a document."""

    def __init__(self, views: Views, document: dict[str, Any]) -> None:
        self.views = views
        self._operations = {
            (PythonIdentifier(one.name, "field_"), one.method): one.value
            for one in operations(document)
        }

    def view(self, endpoint: Endpoint) -> EndpointView:
        """Return the view of one operation."""
        types = self.views.types
        path = endpoint.path.get_untrusted_value()
        operation = self._operations[endpoint.name, endpoint.method]
        received, sent = self._received(endpoint), self._sent(endpoint)
        place = f"{endpoint.name}.response"
        decoded = self.views.decoding.expression(received, Code("data"), place)
        required = bool(operation.get("requestBody", {}).get("required"))
        body = None
        if sent is not None:
            optional = Code("") if required else Code(" | None = None")
            body = code("{} | dict[str, Any]{}", types.annotation(sent), optional)
        places = {
            "path": endpoint.path_parameters,
            "query": endpoint.query_parameters,
            "header": endpoint.header_parameters,
        }
        arguments = {
            f"{{{prop.python_name}}}": self._argument(prop, location, operation)
            for location, props in places.items()
            for prop in props
        }
        return EndpointView(
            id=operation["operationId"],
            name=identifier(endpoint.name, "The name of an operation"),
            method=endpoint.method.upper(),
            path=path,
            url=_url(path, {stands: one.segment for stands, one in arguments.items()}),
            doc=doc_text(f"{plain_text(endpoint.summary)} {plain_text(endpoint.description)}"),
            arguments=tuple(arguments.values()),
            sent=sent,
            received=received,
            body=body,
            body_required=required,
            result=types.annotation(received),
            decoded=decoded,
            model=(
                received.name if isinstance(received, Ref) and decoded.startswith(_MODEL) else None
            ),
            events=self._events(operation),
        )

    def _argument(
        self, prop: PropertyProtocol, location: str, operation: dict[str, Any]
    ) -> Argument:
        # the generator reads a parameter's schema and leaves the parameter's description out
        described = {p["name"]: p.get("description", "") for p in operation["parameters"]}
        node = self.views.types.node(prop)
        annotation = self.views.types.annotation(node)
        if not prop.required:
            null = NONE in flat([node])
            annotation = code("{} = None" if null else "{} | None = None", annotation)
        name, key = _argument_name(prop), json_name(prop)
        return Argument(
            name=name,
            key=key,
            location=location,
            required=prop.required,
            node=node,
            annotation=annotation,
            segment=code("path_segment({}, {}{})", str(name), name, _kinds(node)),
            doc=doc_text(described.get(key, ""), width=80),
        )

    def _received(self, endpoint: Endpoint) -> Node:
        """Return what a 2xx response holds."""
        for response in endpoint.responses:
            codes = response.status_code.range
            if codes is None or 200 <= codes[0] < 300:
                nothing = response.source["return_type"] == "None"
                return NONE if nothing else self.views.types.node(response.prop)
        raise ToolError(
            f"{endpoint.name}: no 2xx response that the client could return. Add one with an "
            "action in spec/fixes.overlay.yaml."
        )

    def _sent(self, endpoint: Endpoint) -> Node | None:
        """Return what a request holds; None where it has no body."""
        bodies = [body for body in endpoint.bodies if body.body_type == "json"]
        if endpoint.bodies and not bodies:
            raise ToolError(
                f"{endpoint.name}: a body that cannot be JSON, which the endpoint template cannot "
                "send. Add it to tools/templates/endpoint_module.py.jinja, or remove the operation "
                "from spec/selection.yaml."
            )
        return self.views.types.node(bodies[0].prop) if bodies else None

    def _events(self, operation: dict[str, Any]) -> Code | None:
        """Return the name of the schema of the events that the operation streams, if it can."""
        for response in operation["responses"].values():
            schema = response.get("content", {}).get(EVENTS, {}).get("schema", {})
            if "$ref" in schema:
                return identifier(self.views.parsed.named(schema["$ref"].rsplit("/", 1)[1]).name)
        return None


def _argument_name(prop: PropertyProtocol) -> Code:
    """Return the parameter's own name, also of a builtin; with an underscore where it must."""
    bare = python_name(prop).removesuffix("_") or attribute_name(prop)
    return identifier(f"{bare}_" if bare in _TAKEN or iskeyword(bare) else bare)


def _kinds(node: Node) -> Code:
    """Return the types of a part of a path as further arguments; none where it is a string."""
    found: set[Code] = set()
    for one in flat([node]):
        match one:
            case Enum(values):
                found |= set(kinds(values))
            case Scalar(annotation):
                found.add(annotation)
    return joined(code(", {}", kind) for kind in sorted(found)) if found != {"str"} else Code("")


def _url(path: str, segments: dict[str, Code]) -> Code:
    """Return the source of a path: its text, and each argument as one segment of it."""
    parts = [segments.get(part) or literal(part) for part in re.split(r"(\{\w+\})", path) if part]
    return joined(parts, " + ")
