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
    """A parameter; `place` is what stands for it in the generator's path, `segment` its source."""

    name: Code
    place: str
    segment: Code
    key: str
    annotation: Code
    doc: str


@dataclass(frozen=True)
class EndpointView:
    """One operation, ready to be written."""

    name: Code
    method: str
    path: str
    url: Code
    doc: str
    path_arguments: tuple[Argument, ...]
    query_arguments: tuple[Argument, ...]
    header_arguments: tuple[Argument, ...]
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
        operation = self.operation(endpoint)
        result = self.result(endpoint)
        place = f"{endpoint.name}.response"
        decoded = self.views.decoding.expression(result, Code("data"), place)
        events = self._events(operation)
        body = self.body(endpoint)
        required = bool(operation.get("requestBody", {}).get("required"))
        annotation = None
        if body is not None:
            optional = Code("") if required else Code(" | None = None")
            annotation = code("{} | dict[str, Any]{}", types.annotation(body), optional)
        path_arguments = tuple(self._argument(p, operation) for p in endpoint.path_parameters)
        return EndpointView(
            name=identifier(endpoint.name, "The name of an operation"),
            method=endpoint.method.upper(),
            path=path,
            url=_url(path, path_arguments),
            doc=doc_text(f"{plain_text(endpoint.summary)} {plain_text(endpoint.description)}"),
            path_arguments=path_arguments,
            query_arguments=tuple(self._argument(p, operation) for p in endpoint.query_parameters),
            header_arguments=tuple(
                self._argument(p, operation) for p in endpoint.header_parameters
            ),
            body=annotation,
            body_required=required,
            result=types.annotation(result),
            decoded=decoded,
            model=result.name if isinstance(result, Ref) and decoded.startswith(_MODEL) else None,
            events=events,
        )

    def operation(self, endpoint: Endpoint) -> dict[str, Any]:
        """Return the operation as the document has it."""
        return self._operations[endpoint.name, endpoint.method]

    def _argument(self, prop: PropertyProtocol, operation: dict[str, Any]) -> Argument:
        # the generator reads a parameter's schema and leaves the parameter's description out
        described = {p["name"]: p.get("description", "") for p in operation["parameters"]}
        node = self.views.types.node(prop)
        annotation = self.views.types.annotation(node)
        if not prop.required:
            null = NONE in flat([node])
            annotation = code("{} = None" if null else "{} | None = None", annotation)
        name = _argument_name(prop)
        return Argument(
            name,
            f"{{{prop.python_name}}}",
            code("path_segment({}, {}{})", str(name), name, _kinds(node)),
            json_name(prop),
            annotation,
            doc_text(described.get(json_name(prop), ""), width=80),
        )

    def result(self, endpoint: Endpoint) -> Node:
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

    def body(self, endpoint: Endpoint) -> Node | None:
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


def _url(path: str, arguments: tuple[Argument, ...]) -> Code:
    """Return the source of a path: its text, and each argument as one segment of it."""
    sources = {argument.place: argument.segment for argument in arguments}
    parts = [sources.get(part) or literal(part) for part in re.split(r"(\{\w+\})", path) if part]
    return joined(parts, " + ")
