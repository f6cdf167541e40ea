"""What the endpoint template sees: one operation, its arguments, and the halves that are pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.schema.untrusted_string import UntrustedString

from tools.errors import ToolError

from .names import attribute_name, json_name
from .types import ANY, NONE, Node, flat
from .views import Views, doc_text, helpers_in

EVENTS = "text/event-stream"


@dataclass(frozen=True)
class Argument:
    """A path or query parameter."""

    name: str
    key: str
    annotation: str
    doc: str


@dataclass(frozen=True)
class EndpointView:
    """One operation, ready to be written."""

    name: str
    method: str
    path: str
    doc: str
    path_arguments: tuple[Argument, ...]
    query_arguments: tuple[Argument, ...]
    body: str | None
    body_required: bool
    body_doc: str
    result: str
    decoded: str
    events: str | None
    imports: tuple[str, ...]
    constants: tuple[str, ...]
    helpers: tuple[str, ...]


class Endpoints:
    """Makes the views of all operations of a document."""

    def __init__(self, views: Views, document: dict[str, Any]) -> None:
        self.views = views
        self._operations = dict(_operations(document))

    def view(self, endpoint: Endpoint) -> EndpointView:
        """The view of one operation."""
        types = self.views.types
        path = endpoint.path.get_untrusted_value()
        operation = self._operations[endpoint.name, endpoint.method]
        result = self._result(endpoint)
        decoded = self.views.decoding.expression(result, "data", f"{endpoint.name}.response")
        events = self._events(operation)
        body = self._body(endpoint)
        nodes = [result, *([body] if body is not None else [])]
        nodes += [types.node(p) for p in endpoint.query_parameters]
        used = set().union(*(types.names(node) for node in nodes))
        if events:
            used.add(events)
        annotation = None if body is None else f"{types.annotation(body)} | dict[str, Any]"
        required = bool(operation.get("requestBody", {}).get("required"))
        if annotation and not required:
            annotation += " | None = None"
        return EndpointView(
            name=str(endpoint.name),
            method=endpoint.method,
            path=path,
            doc=doc_text(f"{_text(endpoint.summary)} {_text(endpoint.description)}"),
            path_arguments=tuple(self._argument(p, operation) for p in endpoint.path_parameters),
            query_arguments=tuple(self._argument(p, operation) for p in endpoint.query_parameters),
            body=annotation,
            body_required=required,
            body_doc="the request body: a model, or the same as a dictionary.",
            result=types.annotation(result),
            decoded=decoded,
            events=events,
            imports=self.views.imports(used, "...models.", "..."),
            constants=self.views.constants(decoded),
            helpers=helpers_in(decoded),
        )

    def _argument(self, prop: PropertyProtocol, operation: dict[str, Any]) -> Argument:
        # the generator reads a parameter's schema and leaves the parameter's description out
        described = {p["name"]: p.get("description", "") for p in operation["parameters"]}
        node = self.views.types.node(prop)
        annotation = self.views.types.annotation(node)
        if not prop.required:
            annotation += " = None" if NONE in flat([node]) else " | None = None"
        return Argument(
            str(prop.python_name).removesuffix("_") or attribute_name(prop),
            json_name(prop),
            annotation,
            doc_text(described.get(json_name(prop), ""), width=80),
        )

    def _result(self, endpoint: Endpoint) -> Node:
        for response in endpoint.responses:
            codes = response.status_code.range
            if codes is None or 200 <= codes[0] < 300:
                node = self.views.types.node(response.prop)
                return NONE if node == ANY else node
        raise ToolError(
            f"{endpoint.name}: no 2xx response that the client could return. Add one with an "
            "action in spec/fixes.overlay.yaml."
        )

    def _body(self, endpoint: Endpoint) -> Node | None:
        if len(endpoint.bodies) > 1 or any(b.body_type != "json" for b in endpoint.bodies):
            raise ToolError(
                f"{endpoint.name}: a body that is not JSON alone, which the endpoint template "
                "cannot send yet. Add it to tools/templates/endpoint_module.py.jinja."
            )
        return self.views.types.node(endpoint.bodies[0].prop) if endpoint.bodies else None

    def _events(self, operation: dict[str, Any]) -> str | None:
        """The name of the schema of the events that the operation streams, if it can."""
        for response in operation["responses"].values():
            schema = response.get("content", {}).get(EVENTS, {}).get("schema", {})
            if "$ref" in schema:
                return str(self.views.parsed.named(schema["$ref"].rsplit("/", 1)[1]).name)
        return None


def _text(value: UntrustedString | None) -> str:
    return value.get_untrusted_value() if value else ""


def _operations(document: dict[str, Any]) -> Iterator[tuple[tuple[str, str], dict[str, Any]]]:
    from openapi_python_client.strings import PythonIdentifier

    for path in document["paths"].values():
        for method, operation in path.items():
            if isinstance(operation, dict) and "operationId" in operation:
                yield (PythonIdentifier(operation["operationId"], "field_"), method), operation
