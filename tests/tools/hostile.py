"""Documents that try to become code: texts, and the places of a document that hold them."""

import json
from collections.abc import Callable
from typing import Any
from unicodedata import normalize
from urllib.parse import unquote

from .hostile_run import MARK

CALL = f"{MARK}()"

TEXTS = [
    *(f"{q}+{CALL}+{q}" for q in ("'", '"', "'''", '"""', "\\'", '\\"', '\\"""', '""""', "\\\\'")),
    *(f'{q}\n{CALL}\n{q}"' for q in ('"""', "'''", "", "\\", "#", ":", "\\\\")),
    *(f"x{end}{CALL}{end}" for end in "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029\t"),
    *(f"{{{CALL}}}", f"{{{{{CALL}}}}}", f"{{x!r:{{{CALL}}}}}", f"{{(x:={CALL})}}", f"${{{CALL}}}"),
    *(f"{{% set x = {CALL} %}}", f"{{{{ x.__class__({CALL}) }}}}", f"{{# {CALL} #}}", "{{", "}}"),
    *(f"{{% endif %}}{CALL}", f"{{%+ raw %}}{CALL}{{% endraw %}}", f"# {CALL}", f"`{CALL}`"),
    *("# noqa", "# fmt: off", "# type: ignore", "# ruff: noqa", "# pyright: strict", "%s %(x)s"),
    *(f");{CALL};(", f"]+[{CALL}]+[", f"}}|{{{CALL}}}|{{", f",{CALL},", f"={CALL}", f":{CALL}\n"),
    *(f"lambda: {CALL}", f'f"{{{CALL}}}"', f"__import__('os').system('{MARK}')", CALL),
    *(
        f"a\0{CALL}",
        f"\x1b[31m{CALL}",
        f"\u202e{CALL}\u2066",
        f"\u200b{CALL}\u200d",
        f"\ufeff{CALL}",
    ),
    *(
        f"\\N{{BULLET}}{CALL}",
        "\\u0027",
        "\\x22",
        "\\",
        "\\\\",
        "x\\",
        "\\\n",
        "'",
        '"',
        '""',
        '"""',
    ),
    *("__class__", "__init__", "__annotations__", "__slots__", "__builtins__", "__x", "_", "__"),
    *(
        "self",
        "cls",
        "client",
        "import",
        "class",
        "None",
        "True",
        "type",
        "match",
        "models",
        "params",
    ),
    *("Any", "Literal", "Model", "Extra", "Dispatch", "decode", "encode", "str", "dict", "print"),
    *("\ufb01x", "\uff3f\uff3fclass\uff3f\uff3f", "größe", "\U0001d4ec", "a\u0301", "\u0390"),
    *(
        "",
        " ",
        "\u00a0",
        "1",
        "-1",
        "0x1",
        "1e9",
        "...",
        "*",
        "../x",
        "/etc",
        "C:\\x",
        "a/b",
        "%2e%2E",
    ),
    *(
        f"<script>{CALL}</script>",
        f"[x](javascript:{CALL})",
        f"<!--{CALL}-->",
        "a" * 300,
        "A" * 300,
    ),
    *(f"{'a' * 100} {CALL}", "\\" * 77 + CALL, '\\"' * 50 + CALL, "é" * 150),
]


def base() -> dict[str, Any]:
    """Return a document with one of everything that the generator writes."""
    text = {"type": "string"}
    kind = {"type": "string", "enum": ["a"]}
    thing = {"$ref": "#/components/schemas/Thing"}
    response = {"200": {"description": "OK", "content": {"application/json": {"schema": thing}}}}
    events = {"schema": {"$ref": "#/components/schemas/Event"}}
    part = {"name": "thing_id", "in": "path", "required": True, "schema": text}
    event = {
        "oneOf": [thing, {"$ref": "#/components/schemas/Other"}],
        "discriminator": {"propertyName": "type", "mapping": {"a": thing["$ref"]}},
    }
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Hostile", "version": "1"},
        "servers": [{"url": "https://example.test/v1"}],
        "security": [{"Key": []}],
        "tags": [{"name": "Things"}],
        "paths": {
            "/things": {
                "post": {
                    "operationId": "createThing",
                    "tags": ["Things"],
                    "requestBody": {
                        "required": True,
                        "content": {"application/json": {"schema": thing}},
                    },
                    "responses": response,
                }
            },
            "/things/{thing_id}": {
                "get": {
                    "operationId": "getThing",
                    "tags": ["Things"],
                    "parameters": [
                        part,
                        {"name": "q", "in": "query", "schema": kind},
                        {"name": "X-H", "in": "header", "schema": text},
                    ],
                    "responses": response,
                }
            },
            "/things/{thing_id}/events": {
                "post": {
                    "operationId": "listen",
                    "tags": ["Things"],
                    "parameters": [part],
                    "responses": {
                        "200": {
                            "description": "OK",
                            "content": {
                                "application/json": {"schema": thing},
                                "text/event-stream": events,
                            },
                        }
                    },
                }
            },
        },
        "components": {
            "securitySchemes": {"Key": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                "Thing": {
                    "type": "object",
                    "required": ["type", "kind"],
                    "properties": {
                        "type": kind,
                        "kind": {"$ref": "#/components/schemas/Kind"},
                        "inner": {"type": "object", "properties": {"x": text}},
                        "events": {
                            "type": "array",
                            "items": {"$ref": "#/components/schemas/Event"},
                        },
                        "free": {"type": "object", "additionalProperties": text},
                    },
                },
                "Other": {
                    "type": "object",
                    "required": ["type", "x"],
                    "properties": {"type": {"const": "b"}, "x": text},
                },
                "Kind": {"type": "string", "enum": ["k", "l"]},
                "Event": event,
            },
        },
    }
    whole: dict[str, Any] = json.loads(json.dumps(document))  # nothing of it is shared
    return whole


Put = Callable[[dict[str, Any], str], None]


def _keyword(place: str, keyword: str) -> Put:
    """Return what puts a text at a keyword of the part at `place`, steps between blanks."""

    def put(document: dict[str, Any], text: str) -> None:
        part: Any = document
        for step in place.split():
            part = part[int(step) if step.isdecimal() and isinstance(part, list) else step]
        if isinstance(part.get(keyword), list):
            part[keyword] = [*part[keyword][:-1], text]
        else:
            part[keyword] = text

    return put


def _rename(place: str, old: str) -> Put:
    """Return what calls a key of the part at `place` by a text."""

    def put(document: dict[str, Any], text: str) -> None:
        part: Any = document
        for step in place.split():
            part = part[step]
        renamed = [(text if key == old else key, value) for key, value in part.items()]
        part.clear()
        part.update(renamed)

    return put


def _path(document: dict[str, Any], text: str) -> None:
    _rename("paths", "/things/{thing_id}/events")(document, f"/things/{{thing_id}}/{text}")


def _part_of_path(document: dict[str, Any], text: str) -> None:
    _rename("paths", "/things/{thing_id}")(document, f"/things/{{{text}}}")
    document["paths"][f"/things/{{{text}}}"]["get"]["parameters"][0]["name"] = text


def _required(document: dict[str, Any], text: str) -> None:
    thing = document["components"]["schemas"]["Thing"]
    thing["properties"][text] = {"$ref": "#/components/schemas/Event"}
    thing["required"].append(text)


def _mapping(document: dict[str, Any], text: str) -> None:
    schemas = document["components"]["schemas"]
    schemas["Thing"]["properties"]["type"] = {"type": "string"}
    schemas["Event"]["discriminator"]["mapping"] = {text: "#/components/schemas/Thing"}


def _component(document: dict[str, Any], text: str) -> None:
    _rename("components schemas", "Other")(document, text)
    step = text.replace("~", "~0").replace("/", "~1")
    document["components"]["schemas"]["Event"]["oneOf"][1] = {
        "$ref": f"#/components/schemas/{step}"
    }


def _scheme(document: dict[str, Any], text: str) -> None:
    _rename("components securitySchemes", "Key")(document, text)
    document["security"] = [{text: []}]


_GET = "paths /things/{thing_id} get"
_POST = "paths /things post"
_LISTEN = "paths /things/{thing_id}/events post"
_THING = "components schemas Thing"
PLACES: dict[str, Put] = {
    "title": _keyword("info", "title"),
    "version": _keyword("info", "version"),
    "description": _keyword("info", "description"),
    "server": lambda d, text: _keyword("servers 0", "url")(d, f"https://example.test/{text}"),
    "whole server": _keyword("servers 0", "url"),
    "tag": _keyword(_GET, "tags"),
    "declared tag": _keyword("tags 0", "name"),
    "path": _path,
    "part of path": _part_of_path,
    "operationId": _keyword(_GET, "operationId"),
    "summary": _keyword(_GET, "summary"),
    "description of operation": _keyword(_LISTEN, "description"),
    "query": _keyword(f"{_GET} parameters 1", "name"),
    "query enum": _keyword(f"{_GET} parameters 1 schema", "enum"),
    "query description": _keyword(f"{_GET} parameters 1", "description"),
    "query title": _keyword(f"{_GET} parameters 1 schema", "title"),
    "header": _keyword(f"{_GET} parameters 2", "name"),
    "header description": _keyword(f"{_GET} parameters 2", "description"),
    "media type": _rename(f"{_LISTEN} responses 200 content", "text/event-stream"),
    "json media type": lambda d, text: _rename(f"{_POST} requestBody content", "application/json")(
        d, f"application/{text}+json"
    ),
    "response code": _rename(f"{_LISTEN} responses", "200"),
    "response description": _keyword(f"{_GET} responses 200", "description"),
    "property": _rename(f"{_THING} properties", "inner"),
    "required property": _required,
    "keyword": _rename(f"{_THING} properties inner", "properties"),
    "format": _keyword(f"{_THING} properties inner properties x", "format"),
    "pattern": _keyword(f"{_THING} properties inner properties x", "pattern"),
    "default": _keyword(f"{_THING} properties inner properties x", "default"),
    "example": _keyword(f"{_THING} properties inner properties x", "example"),
    "type": _keyword(f"{_THING} properties inner properties x", "type"),
    "const": _keyword(f"{_THING} properties inner properties x", "const"),
    "property description": _keyword(f"{_THING} properties inner", "description"),
    "property title": _keyword(f"{_THING} properties inner", "title"),
    "schema description": _keyword(_THING, "description"),
    "schema title": _keyword(_THING, "title"),
    "default enum": _keyword(f"{_THING} properties type", "default"),
    "enum": _keyword("components schemas Kind", "enum"),
    "enum title": _keyword("components schemas Kind", "title"),
    "enum description": _keyword("components schemas Kind", "description"),
    "kind": _keyword("components schemas Other properties type", "const"),
    "mapping": _mapping,
    "discriminator": _keyword("components schemas Event discriminator", "propertyName"),
    "component": _component,
    "reference": lambda d, text: _keyword(f"{_THING} properties kind", "$ref")(
        d, f"#/components/schemas/{text}"
    ),
    "security scheme": _scheme,
    "also accepts": lambda d, text: d["components"]["schemas"]["Thing"].update(
        {"x-also-accepts": [text]}
    ),
    "extension": lambda d, text: d["components"]["schemas"]["Thing"].update({f"x-{text}": text}),
}


def everywhere(texts: list[str]) -> dict[str, Any]:
    """Return a document that holds every text in each place that is free to hold any text.

    Names begin with letters that tell them apart, as no two may be one name in Python.
    """
    document = base()
    paths, schemas = document["paths"], document["components"]["schemas"]
    get = paths["/things/{thing_id}"]["get"]
    document["info"].update(title=" ".join(texts), description=" ".join(texts))
    values = list(dict.fromkeys(texts))
    get["parameters"][1]["schema"]["enum"] = values
    for number, text in enumerate(values):
        name = "n" + "".join(chr(ord("a") + int(digit)) for digit in str(number))
        name += text[:60]  # a file's name has a limit
        prose = {"description": text, "example": text, "default": text, "pattern": text}
        get["parameters"].append(
            {
                "name": name,
                "in": "query",
                "schema": {"type": "string"},
                "description": text,
                "example": text,
            }
        )
        properties = schemas["Thing"]["properties"]
        properties[name] = {"type": "string", "enum": [text], **prose}
        schemas[f"Kind{number}"] = {"type": "string", "enum": [text, "k"], **prose}
        properties[f"k{number}"] = {"$ref": f"#/components/schemas/Kind{number}"}
        other = {"type": "object", "required": ["type"], "properties": {"type": {"const": name}}}
        schemas[f"Other{number}"] = {**other, "title": f"Other{number}", **prose}
        schemas["Event"]["oneOf"].append({"$ref": f"#/components/schemas/Other{number}"})
        step = "" if ".." in unquote(text) else text.translate({ord("{"): "(", ord("}"): ")"})
        paths[f"/{number}/{step}/{{thing_id}}"] = {
            "delete": {
                "parameters": get["parameters"][:1],
                "responses": {"200": {"description": text, "content": {"application/json": {}}}},
                "operationId": f"delete{number}",
                "tags": [f"tag{number} {normalize('NFKC', text[:60])}"],
                "summary": text,
                "description": f"{text} {text}",
            }
        }
    return document
