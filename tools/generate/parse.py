"""The generator's own parser, run on our document, with every warning turned into an error.

openapi-python-client drops what it cannot express and says so in a warning. Here a warning ends
the run (the command line's `--fail-on-warning`). The parser runs twice: the first pass shows the
names it would give, the second gets `class_overrides` that take the numbers out of them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from openapi_python_client import schema as oai
from openapi_python_client.config import ClassOverride, Config, ConfigFile, MetaType
from openapi_python_client.parser.errors import GeneratorError
from openapi_python_client.parser.openapi import EndpointCollection, GeneratorData
from openapi_python_client.parser.properties import (
    Class,
    ModelProperty,
    Parameters,
    Schemas,
    build_schemas,
)
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.schema.openapi_schema_pydantic.components import Components
from openapi_python_client.schema.untrusted_string import UntrustedString
from pydantic import ValidationError

from tools.errors import ToolError
from tools.fetch import fetch
from tools.openapi_spec.names import ADDED, FILE
from tools.plain import parse as plain

COMPONENTS = "/components/schemas/"
CONFIG = "generator-config.yaml"

_FOLLOWS = "Could not find reference in parsed models or enums"


@dataclass(frozen=True)
class Parsed:
    """What the generator understood: its own data, and the component schemas by their names."""

    data: GeneratorData
    components: dict[str, PropertyProtocol]
    config: Config
    notices: tuple[str, ...] = ()

    def named(self, component: str) -> Class:
        """Return the class, or name and module of the alias, that stands for a component schema."""
        info: Class | None = getattr(self.components[component], "class_info", None)
        return info or Class.from_string(string=component, config=self.config)

    def names(self) -> set[str]:
        """Return every public name of the models package."""
        names = {str(model.class_info.name) for model in self.data.models}
        return names | {str(self.named(component).name) for component in self.components}


def parse(document: dict[str, Any], config_path: Path) -> Parsed:
    """Parse `document` with the settings of `config_path`.

    Raises ToolError, naming the schema or operation and the file to change, for anything that the
    generator would have dropped.
    """
    settings = _settings(config_path)
    settings.class_overrides = _numberless(_run(document, settings))
    parsed = _run(document, settings)
    notices = tuple(
        f"{name}: a public name with a number that tells nothing. Give it a name in {FILE}."
        for name in sorted(parsed.names())
        if ADDED.search(name)
    )
    return replace(parsed, notices=notices)


def _settings(path: Path) -> ConfigFile:
    content = plain(fetch(str(path)), path.name)
    try:
        settings = ConfigFile.model_validate({} if content is None else content)
    except ValidationError as error:
        raise ToolError(f"{path.name}: {_first(error)}") from None
    if settings.class_overrides:
        raise ToolError(f"{path.name}: class_overrides: schemas get their names in {FILE}.")
    return settings


def _first(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"{'/'.join(map(str, first['loc']))}: {first['msg']}."


@contextmanager
def _readable_names() -> Iterator[None]:
    """Let errors show names: a string of the document prints as an address in memory otherwise."""
    UntrustedString.__str__ = UntrustedString.get_untrusted_value  # type: ignore[assignment]
    try:
        yield
    finally:
        del UntrustedString.__str__


@_readable_names()
def _run(document: dict[str, Any], settings: ConfigFile) -> Parsed:
    config = Config.from_sources(
        settings, MetaType.NONE, Path("spec/openapi.yaml"), "utf-8", False, Path("generated")
    )
    try:
        openapi = oai.OpenAPI.model_validate(document)
    except ValidationError as error:
        raise ToolError(f"spec/openapi.yaml: not an OpenAPI document at {_first(error)}") from None
    components = openapi.components or Components()
    schemas = build_schemas(components=components.schemas or {}, schemas=Schemas(), config=config)
    endpoints, schemas, parameters = EndpointCollection.from_data(
        data=openapi.paths,
        schemas=schemas,
        parameters=Parameters(),
        request_bodies=components.requestBodies or {},
        responses=components.responses or {},
        config=config,
    )
    failures: list[GeneratorError] = [*schemas.errors, *parameters.errors]
    failures += [e for collection in endpoints.values() for e in collection.parse_errors]
    if failures:
        raise ToolError(_explain(failures))
    data = GeneratorData(
        title=openapi.info.title,
        description=openapi.info.description,
        version=openapi.info.version,
        endpoint_collections_by_tag=endpoints,
        models=[p for p in schemas.classes_by_name.values() if isinstance(p, ModelProperty)],
        errors=[],
        enums=[],
    )
    by_name: dict[str, PropertyProtocol] = {
        path.get_untrusted_value().removeprefix(COMPONENTS): prop
        for path, prop in schemas.classes_by_reference.items()
    }
    return Parsed(data, by_name, config)


def _explain(failures: list[GeneratorError]) -> str:
    reasons: list[str] = []
    for failure in failures:
        parts = (failure.header.rstrip(": "), failure.detail)
        text = ": ".join(" ".join(part.split()) for part in parts if part)
        if text not in reasons:
            reasons.append(text)
    # what refers to a schema that failed fails too, and tells nothing more
    reasons = [text for text in reasons if _FOLLOWS not in text] or reasons
    return (
        "openapi-python-client cannot express this document, so something would be lost. "
        + " | ".join(reasons)
        + ". Add an action to spec/fixes.overlay.yaml that changes the named schema, with the "
        f"reason, or a line to {FILE} when two names clash."
    )


def _numberless(parsed: Parsed) -> dict[str, ClassOverride]:
    """Return overrides without the numbers that only the generator or upstream's tooling added.

    `PromptType0` (the object inside a nullable schema `Prompt`) becomes `Prompt`, and `Thing2`
    (from a component `Thing-2`, or one called so) becomes `Thing`, where nothing else is so named.
    """
    taken = {
        str(parsed.named(name).name)
        for name, prop in parsed.components.items()
        if not _is_nullable_object(prop)
    }
    taken |= {str(model.class_info.name) for model in parsed.data.models}
    result: dict[str, ClassOverride] = {}
    for name in sorted(taken):
        bare = ADDED.sub("", name)
        if bare != name and bare not in taken:
            taken.add(bare)
            result[name] = ClassOverride.model_validate({"class_name": bare})
    return result


def _is_nullable_object(prop: PropertyProtocol) -> bool:
    inner = getattr(prop, "inner_properties", [])
    kinds = sorted(type(p).__name__ for p in inner)
    return kinds == ["ModelProperty", "NoneProperty"]
