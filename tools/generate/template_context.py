"""What the templates see: classes, aliases and tables with their source ready to be written.

All decisions are made here, in Python, so that the templates only lay out.
"""

import re
import textwrap
from dataclasses import dataclass

from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.schema.untrusted_string import UntrustedString
from openapi_python_client.strings import safe_for_docstring

from tools.errors import ToolError

from .decoding import Decoding
from .names import OWN, attribute_name, json_name, plain_text
from .parse import Parsed
from .types import ANY, NONE, RAW, Array, Enum, Node, OneOf, Types, flat, holds_models, literal

WIDTH = 92


@dataclass(frozen=True)
class Field:
    """One field of a class."""

    attribute: str
    key: str
    required: bool
    annotation: str
    default: str | None
    constant: str | None
    local: str
    decoded: str
    encoded: str
    doc: str


@dataclass(frozen=True)
class ModelView:
    """One class of the models package."""

    name: str
    module: str
    doc: str
    bases: tuple[str, ...]
    fields: tuple[Field, ...]
    constants: tuple[str, ...]
    helpers: tuple[str, ...]
    others: str | None
    others_decoded: str

    @property
    def required_keys(self) -> tuple[str, ...]:
        """The JSON names of the fields that an object must have."""
        return tuple(f.key for f in self.fields if f.required)


@dataclass(frozen=True)
class AliasView:
    """A named schema that is not a class: a union, an enumeration, a list, a dictionary."""

    name: str
    module: str
    doc: str
    annotation: str
    imports: tuple[str, ...]
    decoded: str
    constants: tuple[str, ...]
    helpers: tuple[str, ...]


class Views:
    """Makes the views of one parsed document."""

    def __init__(self, parsed: Parsed) -> None:
        self.parsed = parsed
        self.types = Types(parsed)
        self.decoding = Decoding(self.types)
        classes = [model.class_info for model in parsed.data.models]
        classes += [parsed.named(component) for component in parsed.components]
        self.modules = {str(info.name): str(info.module_name) for info in classes}
        named = (n for n in self.types.models if not self.types.is_map(n))
        self.models = [self._model(name) for name in sorted(named)]
        self.aliases = [self._alias(c, n) for c, n in sorted(self.types.aliases.items())]

    @property
    def names(self) -> dict[str, str]:
        """Every public name of the models package, and its module."""
        views: list[ModelView | AliasView] = [*self.models, *self.aliases]
        return dict(sorted((view.name, view.module) for view in views))

    def imports(self, names: set[str]) -> tuple[str, ...]:
        """Return the lines by which a module of the models package imports names of it."""
        lines = [f"from .{self.modules[n]} import {n}" for n in sorted(names - {RAW})]
        return (*lines, *([f"from ..types import {RAW}"] if RAW in names else []))

    def _model(self, name: str) -> ModelView:
        props = self.types.fields(name)
        fields = [self._field(name, prop) for prop in props]
        self._check_attributes(name, fields)
        others = self.types.others(name)
        others_decoded = self.decoding.expression(others, "each", f"{name}.others")
        code = " ".join([*(f"{f.decoded} {f.encoded}" for f in fields), others_decoded])
        names = {field.attribute for field in fields}
        bases = (base for base, needs, own in _READINGS if needs <= names and own not in names)
        return ModelView(
            name=name,
            module=self.modules[name],
            doc=doc_text(self.types.models[name].description, name),
            bases=(*bases, "Model"),
            fields=tuple(sorted(fields, key=lambda f: f.default is not None)),
            constants=self.constants(code),
            helpers=helpers_in(code),
            others=None if others == ANY else self.types.annotation(others),
            others_decoded=others_decoded,
        )

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
            constant = repr(node.values[0]) if len(node.values) == 1 else None
        default = constant if constant and key in ("type", "object") else None
        if not prop.required:
            annotation += "" if NONE in flat([node]) or annotation == "Any" else " | None"
            default = default or "None"
        raw = f"raw[{key!r}]"
        decoded = self.decoding.expression(node, raw, f"{model}.{attribute}")
        if prop.required and decoded.startswith(_LISTS):
            # most lists of annotations and log probabilities are empty: a page is 8 % faster
            decoded = f"{decoded.replace(raw, 'v')} if (v := {raw}) else v"
        return Field(
            attribute=attribute,
            key=key,
            required=prop.required,
            annotation=annotation,
            default=default,
            constant=constant,
            local=f"{attribute}_" if attribute in _LOCALS else attribute,
            decoded=decoded,
            encoded=_encoded(node, f"self.{attribute}"),
            doc=doc_text(prop.description, width=88),
        )

    def _alias(self, component: str, name: str) -> AliasView:
        prop = self.parsed.components[component]
        node = self.types.node(prop)
        parts = node.members if isinstance(node, OneOf) else (node,)
        if isinstance(node, Enum):
            parts = (Enum(node.values),)
        annotation = self.types.annotation(OneOf(parts), "")
        # a word of a constant that is a class's name too is an import that ruff takes out again
        used = {*re.findall(r"\w+", annotation)} & {*self.types.names_of_all, RAW} - {name}
        decoded = self.decoding.expression(node, "value", name)
        return AliasView(
            name=name,
            module=self.modules[name],
            doc=doc_text(prop.description, name),
            annotation=annotation,
            imports=self.imports(used),
            decoded=decoded,
            constants=self.constants(decoded),
            helpers=helpers_in(decoded),
        )

    def constants(self, code: str) -> tuple[str, ...]:
        words = set(code.replace("(", " ").replace(",", " ").split())
        return tuple(sorted(t.name for t in self.decoding.tables.values() if t.name in words))


_HELPERS: tuple[str, ...] = (
    *("decode_each", "decode_many", "decode_model", "decode_models", "decode_one"),
    *("decode_values", "encode", "encode_list"),
)

# Names that a parsing method uses itself.
_LOCALS = {"v", "cls", "extra", "left", "len", "new", "raw", *_HELPERS}


# The bases of `_reading.py`: the fields that each needs, and the name that must be free.
_READINGS = (
    ("HasCreated", {"created_at"}, "created"),
    ("HasText", {"role", "content"}, "text"),
    ("HasOutputText", {"output", "instructions"}, "output_text"),
)


def _encoded(node: Node, value: str) -> str:
    lists = [part for part in flat([node]) if isinstance(part, Array)]
    if any(map(holds_models, lists)):
        return f"encode_list({value})"
    return f"encode({value})" if holds_models(node) else value


_LISTS = ("decode_many(", "decode_models(")


def helpers_in(code: str) -> tuple[str, ...]:
    return tuple(helper for helper in _HELPERS if f"{helper}(" in code)


def doc_text(text: UntrustedString | str | None, fallback: str = "", width: int = WIDTH) -> str:
    """Return a description made safe for a docstring and wrapped; the name if it is empty."""
    safe = safe_for_docstring(" ".join(plain_text(text).split())) or (
        f"`{fallback}`." if fallback else ""
    )
    if safe.endswith('"'):  # it would close the docstring
        safe = f'{safe[:-1]}\\"'
    return "\n".join(textwrap.wrap(safe, width, break_long_words=False))
