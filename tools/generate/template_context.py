"""What the templates see: classes, aliases and tables with their source ready to be written.

All decisions are made here, in Python, so that the templates only lay out.
"""

import json
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.schema.untrusted_string import UntrustedString

from tools.errors import ToolError

from .code import Code, code, formatted, identifier
from .code import literal as source_of
from .decoding import Decoding
from .names import OWN, attribute_name, json_name, plain_text
from .parse import Parsed
from .types import (
    ANY,
    NONE,
    Array,
    Enum,
    Node,
    OneOf,
    Ref,
    Types,
    flat,
    holds_models,
    is_text,
    literal,
)

WIDTH = 92


@dataclass(frozen=True)
class Field:
    """One field of a class."""

    attribute: Code
    key: str
    required: bool
    annotation: Code
    default: Code | None
    constant: Code | None
    local: Code
    plain: bool
    decoded: Code
    encoded: Code
    checked: Code
    text: Code
    doc: str

    def written(self, before: str) -> Code:
        """Return the source of `"key":value` as JSON text, with what stands before it."""
        return formatted(f"{before}{json.dumps(self.key, ensure_ascii=False)}:", self.text)


@dataclass(frozen=True)
class Reader:
    """A property that reads the items of one type off `output`."""

    name: Code
    kind: Code
    model: Code


@dataclass(frozen=True)
class ModelView:
    """One class of the models package."""

    name: Code
    doc: str
    bases: tuple[Code, ...]
    fields: tuple[Field, ...]
    readers: tuple[Reader, ...]
    others: Code | None
    others_decoded: Code

    @property
    def required_keys(self) -> tuple[str, ...]:
        """The JSON names of the fields that an object must have."""
        return tuple(f.key for f in self.fields if f.required)

    @property
    def lists(self) -> tuple[str, ...]:
        """The JSON names of required fields that are a list even where they are null or absent."""
        read = _OUTPUT in self.bases
        return tuple(f.key for f in self.fields if read and f.required and f.attribute == "output")


@dataclass(frozen=True)
class AliasView:
    """A named schema that is not a class: a union, an enumeration, a list, a dictionary."""

    name: Code
    doc: str
    annotation: Code
    decoded: Code


class Views:
    """Makes the views of one parsed document."""

    def __init__(self, parsed: Parsed) -> None:
        self.parsed = parsed
        self.types = Types(parsed)
        self.decoding = Decoding(self.types)
        classes = [model.class_info for model in parsed.data.models]
        classes += [parsed.named(component) for component in parsed.components]
        self.modules = {identifier(one.name): identifier(one.module_name) for one in classes}
        named = (n for n in self.types.models if not self.types.is_map(n))
        self.models = [self._model(name) for name in sorted(named)]
        self.aliases = [self._alias(c, n) for c, n in sorted(self.types.aliases.items())]

    @property
    def names(self) -> dict[Code, Code]:
        """Every public name of the models package, and its module."""
        views: list[ModelView | AliasView] = [*self.models, *self.aliases]
        return {name: self.modules[name] for name in sorted(view.name for view in views)}

    def _model(self, name: Code) -> ModelView:
        props = self.types.fields(name)
        fields = [self._field(name, prop) for prop in props]
        self._check_attributes(name, fields)
        others = self.types.others(name)
        others_decoded = self.decoding.expression(others, Code("each"), f"{name}.others")
        names = {field.attribute for field in fields}
        bases = [base for base, needs, own in _READINGS if needs <= names and own not in names]
        return ModelView(
            name=name,
            doc=doc_text(self.types.models[name].description, name),
            bases=(*bases, Code("Model")),
            fields=tuple(sorted(fields, key=lambda f: f.default is not None)),
            readers=tuple(self._readers(props, names)) if _OUTPUT in bases else (),
            others=None if others == ANY else self.types.annotation(others),
            others_decoded=others_decoded,
        )

    def _readers(self, props: list[PropertyProtocol], names: set[Code]) -> Iterator[Reader]:
        output = (self.types.node(prop) for prop in props if attribute_name(prop) == "output")
        lists = [part.item for part in flat(output) if isinstance(part, Array)]
        refs = [member for member in flat(lists) if isinstance(member, Ref)]
        for name, kind in _READERS:
            of_kind = [ref for ref in refs if kind in self.types.constant(ref.name)]
            if of_kind and name not in names:
                yield Reader(name, kind, of_kind[0].name)

    def _check_attributes(self, model: str, fields: list[Field]) -> None:
        keys: dict[str, str] = {}
        for field in fields:
            other = keys.setdefault(field.attribute, field.key)
            taken = field.attribute in self.types.names_of_all | OWN
            if other != field.key or taken:
                raise ToolError(
                    f"Schema {model}: its property {field.key!r} would be called "
                    f"{field.attribute}, as {'a class' if taken else repr(other)} is. Remove or "
                    "rename it with an action in spec/fixes.overlay.yaml."
                )

    def _field(self, model: str, prop: PropertyProtocol) -> Field:
        node = self.types.node(prop)
        attribute, key = attribute_name(prop), json_name(prop)
        annotation = self.types.annotation(node)
        constant = None
        if isinstance(node, Enum) and (len(node.values) == 1 or key == "type"):
            annotation = literal(node.values)  # closed: the field that tells kinds apart
            constant = source_of(node.values[0]) if len(node.values) == 1 else None
        default = constant if constant and key in ("type", "object") else None
        if not prop.required:
            if NONE not in flat([node]) and annotation != "Any":
                annotation = code("{} | None", annotation)
            default = default or NONE.annotation
        local = identifier(f"{attribute}_") if attribute in _LOCALS else attribute
        raw = local if prop.required else code("raw[{}]", key)
        decoded = self.decoding.expression(node, raw, f"{model}.{attribute}")
        plain = decoded == raw
        if decoded.startswith(_LISTS):
            # most lists of annotations and log probabilities are empty: a page is 8 % faster
            held = raw if prop.required else Code("v")
            each = self.decoding.expression(node, held, f"{model}.{attribute}")
            given = raw if prop.required else code("(v := {})", raw)
            decoded = code("{} if {} else {}", each, given, held)
        encoded, checked, text = _encodings(node, attribute, local, required=prop.required)
        return Field(
            attribute=attribute,
            key=key,
            required=prop.required,
            annotation=annotation,
            default=default,
            constant=constant,
            local=local,
            plain=plain,
            decoded=decoded,
            encoded=encoded,
            checked=checked,
            text=text,
            doc=doc_text(prop.description, width=88),
        )

    def _alias(self, component: str, name: Code) -> AliasView:
        prop = self.parsed.components[component]
        node = self.types.node(prop)
        parts = node.members if isinstance(node, OneOf) else (node,)
        if isinstance(node, Enum):
            parts = (Enum(node.values),)
        annotation = self.types.annotation(OneOf(parts), Code(""))
        decoded = self.decoding.expression(node, Code("value"), name)
        return AliasView(
            name=name,
            doc=doc_text(prop.description, name),
            annotation=annotation,
            decoded=decoded,
        )


# Names that a parsing method uses itself.
_LOCALS = {"cls", "extra", "left", "len", "new", "raw", "v", "encode", "decode_each"}
_LOCALS |= {"encode_list", "out", "plain", "plain_list", "plain_model"}
_LOCALS |= {"quote", "type", "write", "write_list", "write_model"}
_LOCALS |= {"decode_many", "decode_model", "decode_models", "decode_one", "decode_values"}

_OUTPUT = Code("HasOutputText")
# The bases of `_reading.py`: the fields that each needs, and the name that must be free.
_READINGS = (
    (Code("HasArguments"), {"name", "arguments"}, "arguments_json"),
    (Code("HasCreated"), {"created_at"}, "created"),
    (Code("HasData"), {"data", "has_more"}, "__len__"),
    (Code("HasText"), {"role", "content"}, "text"),
    (_OUTPUT, {"output", "instructions"}, "output_text"),
)
# The properties of one with `_OUTPUT`, and the `type` of the items that each has.
_READERS = (
    (Code("messages"), Code("message")),
    (Code("function_calls"), Code("function_call")),
    (Code("reasoning_items"), Code("reasoning")),
)


def _encodings(node: Node, attribute: Code, local: Code, *, required: bool) -> tuple[Code, ...]:
    """Return the sources of a field's value: in `to_dict`, in `_plain`, and as JSON text.

    An optional one is in a variable by then. What does not fit one of the last two, as what is not
    a model, raises there, and is left to `to_dict`.
    """
    value = code("self.{}", attribute) if required else local
    read = code("{} := {}", local, value) if required else value
    parts = [part for part in flat([node]) if required or part != NONE]
    texts = [is_text(part) for part in parts]
    if all(isinstance(part, Ref) for part in parts):
        sources = code("encode({})", value), code("{}._plain()", value)
        return *sources, code("write_model({})", value)
    if all(texts):
        checked = code("{} if type({}) is str else plain({})", local, read, local)
        return value, checked, code("quote({})", value)
    if not holds_models(node):
        return value, code("plain({})", value), code("write({})", value)
    encode, plain, write = Code("encode"), Code("plain_model"), Code("write_model")
    if any(isinstance(part, Array) and holds_models(part) for part in parts):
        encode, plain, write = Code("encode_list"), Code("plain_list"), Code("write_list")
    encoded = code("{}({})", encode, value)
    if any(texts):
        checked = code("{} if type({}) is str else {}({})", local, read, plain, local)
        text = code("quote({}) if type({}) is str else {}({})", local, read, write, local)
        return encoded, checked, text
    return encoded, code("{}({})", plain, value), code("{}({})", write, value)


_LISTS = ("decode_many(", "decode_models(")


def doc_text(text: UntrustedString | str | None, fallback: str = "", width: int = WIDTH) -> str:
    """Return a description wrapped; the name if it is empty."""
    prose = " ".join(plain_text(text).split()) or (f"`{fallback}`." if fallback else "")
    return "\n".join(textwrap.wrap(prose, width, break_long_words=False))
