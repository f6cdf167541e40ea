"""The ways from text to source, and the guard that lets nothing else into a generated file."""

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment

from tools.errors import ToolError
from tools.generate import code as module
from tools.generate.code import Code, code, docstring, formatted, guard, identifier, joined, literal

from . import hostile

# whatever a string can hold, half surrogates as well, and more often what ends a string
TEXT = st.text(st.one_of(st.sampled_from("\"'\\\n{}x"), st.characters()))
PAIRS = st.lists(st.tuples(TEXT, st.integers()), max_size=3)


@pytest.fixture(scope="module")
def guarded() -> Environment:
    environment = Environment()
    guard(environment)
    return environment


@given(TEXT)
def test_prose_is_read_back_between_the_quotes_of_a_docstring(text: str) -> None:
    for begin, end in (("", ""), ("a ", " b"), ("", "\n"), ("a\n", "")):
        assert ast.literal_eval(f'"""{begin}{docstring(text)}{end}"""') == begin + text + end
    assert ast.literal_eval(f'"""{docstring(text, 4)}"""') == text.replace("\n", "\n    ")


@given(TEXT, TEXT)
def test_two_texts_side_by_side_are_read_back(one: str, other: str) -> None:
    assert ast.literal_eval(f'"""{docstring(one)}{docstring(other)}"""') == one + other


@given(TEXT)
def test_the_text_of_an_f_string_is_read_back(text: str) -> None:
    for expression in (Code("each"), Code("f(each)")):
        source = formatted(text, expression)
        assert eval(source, {"each": "{1}", "f": str}) == text + "{1}"


@given(PAIRS)
def test_values_are_read_back(value: list[tuple[str, int]]) -> None:
    for one in (value, dict(value), tuple(value), [text for text, _ in value]):
        assert ast.literal_eval(literal(one)) == one
        assert ast.literal_eval(code("[{}, {}]", one, Code("1"))) == [one, 1]


@pytest.mark.parametrize("value", [object(), float("nan"), float("inf"), Path("x"), ast.Pass()])
def test_what_has_no_source_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        literal(value)


def test_every_hostile_text_is_one_value_or_no_name() -> None:
    for text in hostile.TEXTS:
        assert ast.literal_eval(literal(text)) == text
        try:
            name = identifier(text)
        except ToolError:
            continue
        (node,) = ast.parse(name).body
        assert isinstance(node, ast.Expr)
        assert isinstance(node.value, ast.Name)
        assert node.value.id == text


@pytest.mark.parametrize(
    "template",
    [
        *("{{ text }}", '"{{ text }}"', "{{ text | upper }}", "{{ text ~ 'a' }}", "{{ missing }}"),
        *(
            "{{ [text] | join }}",
            "{{ [text, source] | join(', ') }}",
            "{{ text if 1 else source }}",
        ),
        "{% macro m(x) %}{{ x }}{% endmacro %}{{ m(text) }}",
        "{% set x %}{{ text }}{% endset %}{{ x }}",
        "{% filter docstring %}{{ text }}{% endfilter %}",
        "{% for each in text %}{{ each }}{% endfor %}",
        "{{ 'constant' }}",
        "{{ source ~ text }}",
        "{{ 1.5 }}",
        "{{ none }}",
    ],
)
def test_a_template_writes_no_text_as_it_is(guarded: Environment, template: str) -> None:
    with pytest.raises(TypeError, match="is not Code"):
        guarded.from_string(template).render(text=hostile.CALL, source=Code("f()"))


@pytest.mark.parametrize(
    ("template", "written"),
    [
        ("{{ source }}", "f()"),
        ("{{ text | literal }}", "'pWn_x()'"),
        ('"""{{ text | docstring }}"""', '"""pWn_x()"""'),
        ("{{ 'a' | identifier }}", "a"),
        ("{{ [source, source] | join(', ') }}", "f(), f()"),
        ("{% macro m(x) %}{{ x }};{% endmacro %}{{ m(source) }}", "f();"),
        ("{% set x %}<{{ source }}>{% endset %}{{ x }}", "<f()>"),
        ("{{ 1 }}{{ true }}", "1True"),
    ],
)
def test_a_template_writes_source(guarded: Environment, template: str, written: str) -> None:
    made = guarded.from_string(template).render(text=hostile.CALL, source=Code("f()"))
    assert made == written
    assert type(made) is Code


def test_parts_are_source_or_become_literals() -> None:
    assert code("{}[{}]", Code("raw"), "a'b") == 'raw["a\'b"]'
    assert joined([Code("a"), Code("b")], ", ") == "a, b"
    with pytest.raises(TypeError):
        joined([Code("a"), "b"])
    with pytest.raises(ToolError, match="A name, 'ﬁ', cannot be a name in Python"):
        identifier("ﬁ")
    with pytest.raises(ToolError, match="The tag, 'aaa"):
        identifier("a" * 201, "The tag")


def test_source_is_made_of_constants_elsewhere() -> None:
    """Find a call of `Code` or `code` with a form that is not a constant."""
    calls = 0
    for file in sorted(Path(module.__file__).parent.glob("*.py")):
        if file.name == "code.py":
            continue
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Code", "code"):
                calls += 1
                first = node.args[0]
                forms = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
                place = f"{file.name}:{node.lineno}"
                assert all(isinstance(form, ast.Constant) for form in forms), place
    assert calls > 30
