"""Where callers meet something: operations with their parameters, bodies, responses and headers.

How something is sent is told in one spelling: defaults are filled in, and security schemes stand
for what they are.
"""

from dataclasses import dataclass, field
from typing import Any

from tools.openapi import Operation, resolve
from tools.values import Json, canonical, is_list

SENDERS, READERS = frozenset({"requests"}), frozenset({"responses"})
BOTH, NOBODY = SENDERS | READERS, frozenset[str]()
CODE = frozenset({"code"})
"""The names and constants that people's code holds, which break without a request."""
_CREDENTIAL = ("type", "scheme", "in", "name", "flows", "openIdConnectUrl")
_OWN = {"schema", "content", "required", "name", "in"}
_TOLD = ("deprecated", "servers", "callbacks")


@dataclass(frozen=True)
class Spot:
    """A place where something is met: an operation, parameter, body, response, header or field.

    `needed` is None where nobody has to fill it, so that readers may count on a value as they may
    where it is true; `is_open` where any other string is allowed besides; `about` is what it says
    beside its schema; `added` is the verdict when it comes and nobody has to fill it. A response
    that tells of an error has no sides: nobody breaks.
    """

    place: str
    sides: frozenset[str]
    noun: str = ""
    schema: Json | None = None
    detail: str = ""
    needed: bool | None = None
    is_open: bool = False
    about: Json = field(default_factory=dict[str, Any])
    added: str = "added"


Spots = dict[tuple[str, ...], Spot]
"""The key of a spot begins with the key of the spot that it is in, if any."""


def spots_in(found: Operation, raw: Json) -> Spots:
    """Return an operation and all that is in it, `$ref`s of its own resolved."""
    name, route = found.name, f"{found.method.upper()} {found.path}"
    said = {**raw, **found.item, **found.value}
    about = {key: said[key] for key in _TOLD if key in said}
    about |= {"route": route, "tag": next(iter(listed(found.value.get("tags"))), "default")}
    about["security"] = _security(said, raw)
    spots: Spots = {(name,): Spot(name, BOTH, "operation", detail=route, about=about)}

    def content(key: tuple[str, ...], holder: Json, place: str, sides: frozenset[str]) -> None:
        for mime, media in holder.get("content", {}).items():
            about = {"encoding": _encoding(raw, media)} if sides == SENDERS else {}
            schema = media.get("schema", {})
            spot = Spot(place, sides, f"content {mime}", schema, about=about)
            spots[*key, "content", mime] = spot

    def item(key: tuple[str, ...], one: Json, place: str, sides: frozenset[str], noun: str) -> None:
        about, needed = _styled(one, noun.split()[0]), one.get("required") is True
        spots[key] = Spot(place, sides, noun, one.get("schema"), needed=needed, about=about)
        content(key, one, place, sides)

    for (where, called), one in found.parameters(raw).items():
        place, noun = f"{name}({called})", f"{where} parameter"
        item((name, "0", where, called), one, place, SENDERS, noun)
    if body := resolve(raw, found.value.get("requestBody")):
        place, kinds = f"{name}(body)", ", ".join(body.get("content", {}))
        needed = body.get("required") is True
        spots[name, "1"] = Spot(place, SENDERS, "request body", None, kinds, needed)
        content((name, "1"), body, place, SENDERS)
    for status, response in found.value.get("responses", {}).items():
        met = READERS if status.startswith("2") else NOBODY
        whole, key, place = resolve(raw, response), (name, "2", status), f"{name} → {status}"
        spots[key] = Spot(name, met, f"response {status}", added="added, and may come")
        content(key, whole, place, READERS)
        for header, one in _headers(raw, whole).items():
            item((*key, "header", header), one, f"{place}({header})", READERS, "header")
    return spots


def _headers(raw: Json, holder: Json) -> Json:
    """Return headers by their names in small letters, in which they are the same to HTTP."""
    headers = holder.get("headers", {}).items()
    return {name.lower(): resolve(raw, header) for name, header in headers}


def _styled(one: Json, where: str) -> Json:
    """Return what is said of a parameter, with the `style` and `explode` that go without saying."""
    about = {key: part for key, part in one.items() if key not in _OWN}
    style = about.get("style") or ("form" if where in ("query", "cookie") else "simple")
    return {"explode": style == "form", **about, "style": style}


def _encoding(raw: Json, media: Json) -> Json:
    """Return how each property of a body is written, as far as the document says."""
    return {
        name: {**one, "headers": _headers(raw, one)}
        for name, one in media.get("encoding", {}).items()
        if one
    }


def _security(said: Json, raw: Json) -> list[list[str]]:
    """Return the alternatives of an operation, each as the credentials that it asks for.

    Schemes stand for what they are, whatever they are called.
    """
    schemes = raw.get("components", {}).get("securitySchemes", {})
    alternatives: list[list[str]] = []
    for requirement in listed(said.get("security")):
        asked: list[str] = []
        for name, scopes in requirement.items():
            scheme = {k: v for k, v in resolve(raw, schemes.get(name)).items() if k in _CREDENTIAL}
            if "scheme" in scheme:  # RFC 9110: in letters of any case
                scheme["scheme"] = str(scheme["scheme"]).lower()
            words = [str(scheme.pop(key)) for key in _CREDENTIAL[:4] if key in scheme]
            told = " ".join([*words, *map(canonical, scheme.values())]) or name
            asked += [told, *(f"{told} {scope}" for scope in listed(scopes))]
        alternatives.append(sorted({*asked}))
    return sorted(alternatives) or [[]]


def listed(value: object) -> list[Any]:
    """Return `value` when it is a JSON array, else an empty one."""
    return value if is_list(value) else []
