"""Definitions of tools, and choices among them: `tools=[...]` and `tool_choice=...`.

The kinds are those of the OpenAPI document: a kind that it gains is here after `make generate`.
What is written below is for type checkers and editors.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, overload

from openai_conversations_api import models as m

from .._request.generated import tool_choice_kinds, tool_kinds
from .._request.validation import check_id
from .maker import Maker

if TYPE_CHECKING:
    from .._structured.callable_tool import CallableTool

_P = ParamSpec("_P")
_R = TypeVar("_R")


class _Kinds(Maker):
    """Makes attributes of the kinds of a union: `Tool.shell` makes the model of `shell`."""

    _kinds: Callable[[], dict[str, str]]

    if not TYPE_CHECKING:

        def __getattr__(cls, name: str) -> Any:  # noqa: N805
            model = cls._kinds().get(name)
            if model is None:
                raise AttributeError(f"{cls.__name__} has no {name!r}")
            return partial(getattr(m, model), type=name)

    def __dir__(cls) -> list[str]:  # noqa: N805
        return [*super().__dir__(), *cls._kinds()]


class Tool(metaclass=_Kinds):
    """Makes tools: `Tool.function` of a Python function, the others with their fields as keywords.

        tools=[Tool.function(get_weather), Tool.file_search(vector_store_ids=["vs_1"])]

    A kind that this package does not know can be given as a mapping instead.
    """

    _classes = ("FunctionTool", "WebSearchTool")

    _kinds = staticmethod(tool_kinds)

    if TYPE_CHECKING:
        apply_patch: type[m.ApplyPatchToolParam]
        code_interpreter: type[m.CodeInterpreterTool]
        computer: type[m.ComputerTool]
        computer_use_preview: type[m.ComputerUsePreviewTool]
        custom: type[m.CustomToolParam]
        file_search: type[m.FileSearchTool]
        image_generation: type[m.ImageGenTool]
        local_shell: type[m.LocalShellToolParam]
        mcp: type[m.MCPTool]
        namespace: type[m.NamespaceToolParam]
        programmatic_tool_calling: type[m.ProgrammaticToolCallingParam]
        shell: type[m.FunctionShellToolParam]
        tool_search: type[m.ToolSearchToolParam]

        # The models of these have several `type`s, and so require one.
        @staticmethod
        def web_search(**fields: Any) -> m.WebSearchTool: ...
        @staticmethod
        def web_search_preview(**fields: Any) -> m.WebSearchPreviewTool: ...

    @overload
    @staticmethod
    def function(
        function: Callable[_P, _R], /, *, name: str | None = None, description: str | None = None
    ) -> CallableTool[_P, _R]: ...

    @overload
    @staticmethod
    def function(
        *, name: str | None = None, description: str | None = None
    ) -> Callable[[Callable[_P, _R]], CallableTool[_P, _R]]: ...

    @staticmethod
    def function(
        function: Any = None, /, *, name: str | None = None, description: str | None = None
    ) -> Any:
        """Make a tool of a function, sync or async, a bound method, a partial or a callable object.

        It is a decorator, too: `@Tool.function`, or `@Tool.function(name="…")`. The parameters are
        described by their type hints (`Annotated[str, "a city"]` has a description) and by the
        docstring, in the style of Google, NumPy or Sphinx. One with a default may be null in the
        model's call, which stands for the default. This needs the extra `structured`.

        Args:
            function: to be called. All of its parameters have names and types.
            name: of the tool; without it, the function's.
            description: for the model; without it, the docstring without its sections.

        Raises:
            InvalidArgumentError: a parameter has no strict JSON Schema (`argument` is its place),
                or the extra is not installed.
        """
        from .._structured.callable_tool import CallableTool

        if function is None:
            return partial(Tool.function, name=name, description=description)
        return CallableTool[..., Any].of(function, name=name, description=description)


class ToolChoice(metaclass=_Kinds):
    """Makes values of `tool_choice`, besides `"auto"`, `"none"` and `"required"`.

    `tool_choice=ToolChoice.function("get_weather")` has the model call that function.
    """

    _classes = ("ToolChoiceFunction", "ToolChoiceTypes")

    _kinds = staticmethod(tool_choice_kinds)

    if TYPE_CHECKING:
        allowed_tools: type[m.ToolChoiceAllowed]
        apply_patch: type[m.SpecificApplyPatchParam]
        mcp: type[m.ToolChoiceMCP]
        programmatic_tool_calling: type[m.SpecificProgrammaticToolCallingParam]
        shell: type[m.SpecificFunctionShellParam]

        @staticmethod
        def code_interpreter() -> m.ToolChoiceTypes: ...
        @staticmethod
        def computer() -> m.ToolChoiceTypes: ...
        @staticmethod
        def computer_use_preview() -> m.ToolChoiceTypes: ...
        @staticmethod
        def file_search() -> m.ToolChoiceTypes: ...
        @staticmethod
        def image_generation() -> m.ToolChoiceTypes: ...
        @staticmethod
        def web_search_preview() -> m.ToolChoiceTypes: ...

    @staticmethod
    def function(name: str | m.FunctionTool) -> m.ToolChoiceFunction:
        """Have the model call this function, which is given by its name or as the tool."""
        return m.ToolChoiceFunction(name=_name_of(name))

    @staticmethod
    def custom(name: str | m.CustomToolParam) -> m.ToolChoiceCustom:
        """Have the model call this custom tool, which is given by its name or as the tool."""
        return m.ToolChoiceCustom(name=_name_of(name))


def _name_of(tool: object) -> str:
    return check_id(getattr(tool, "name", tool), "name")
