"""`spec/names.yaml`: schemas have their names by where they stand, whatever upstream calls them."""

import copy
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.document import ROOT
from tests.document import document as spec
from tools.errors import ToolError
from tools.generate.gone import gone, successors
from tools.openapi_spec import STRUCTURE, build
from tools.openapi_spec.names import name_schemas, read_names
from tools.openapi_spec.overlay import read_overlay
from tools.openapi_spec.places import places
from tools.values import canonical

from .regenerated import aliased, inlined, reference, renamed, split
from .spec_case import Json, document, folder

NAMES = read_names(ROOT / "spec" / "names.yaml")
TEXT: Json = {"type": "string"}
# Two messages of one type, a union in a union, a list, and null beside a reference.
PART = {"type": "object", "properties": {"type": {"const": "part"}, "text": TEXT}}
ROBOT = {"type": "object", "properties": {"type": {"enum": ["robot"]}, "id": TEXT}}
THING = {
    "allOf": [
        {"type": "object", "properties": {"id": TEXT}},
        {"properties": {"parts": {"type": "array", "items": reference("Parts")}}},
        {"properties": {"main": {"anyOf": [reference("Part"), {"type": "null"}]}}},
    ]
}
PARTS = {"oneOf": [reference("Inner"), TEXT]}
INNER = {"anyOf": [reference("Part"), reference("Robot"), {**ROBOT, "properties": {}}]}
DOCUMENT = document({"Thing": THING, "Parts": PARTS, "Inner": INNER, "Part": PART, "Robot": ROBOT})


def named(names: dict[str, str], given: Json = DOCUMENT) -> dict[str, str]:
    """Return what upstream's schemas are called, by what is in them."""
    before = given["components"]["schemas"]
    after = name_schemas(given, names)[0]["components"]["schemas"]
    bare = {name: re.sub("schemas/[^']*", "", str(whole)) for name, whole in before.items()}
    return {
        name: one
        for name, whole in after.items()
        for one, text in bare.items()
        if text == re.sub("schemas/[^']*", "", str(whole)) and one != name
    }


@pytest.mark.parametrize(
    ("place", "theirs"),
    [
        ("getThing → 200", "Thing"),
        ("Thing.main", "Part"),
        ("getThing → 200.parts[]", "Parts"),
        ("Thing.parts[][type=robot]", "Robot"),
        ("Parts[text]", "Part"),
        ("Parts[id type=robot !text]", "Robot"),
        ("Robot", "Robot"),
    ],
)
def test_a_place(place: str, theirs: str) -> None:
    assert named({"Ours": place}) == {"Ours": theirs}


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ({"Ours": "Thing.gone"}, "Ours: its place matches nothing"),
        ({"Ours": "Parts[!none]"}, "Ours: its place matches 4 schemas"),
        ({"A": "Thing.main", "B": "Parts[text]"}, "B: the schema at its place has the name A"),
        ({"Part": "Parts[type=robot]"}, "add `PartObject: Part` in spec/names.yaml"),
    ],
)
def test_a_line_that_does_not_fit(names: dict[str, str], said: str) -> None:
    with pytest.raises(ToolError) as caught:
        name_schemas(DOCUMENT, names)
    assert said in str(caught.value)
    assert "spec/names.yaml" in str(caught.value)


def test_what_some_versions_lack_is_left_out() -> None:
    names = {"A": "Thing.gone?", "B": "Thing.main?", "C": "Parts[text]?", "D": "getOther → 200"}
    result, skipped = name_schemas(DOCUMENT, names)
    assert [line.split(":")[0] for line in skipped] == [f"the name {name}" for name in "ACD"]
    assert "B" in result["components"]["schemas"]


@pytest.mark.parametrize("text", ["[a]", "A: 1", "A: ' → 200'", "A-b: Thing", "A: Thing.main["])
def test_a_file_that_is_not_one(tmp_path: Path, text: str) -> None:
    path = tmp_path / "names.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ToolError, match=r"spec/names\.yaml"):
        read_names(path)


def test_overlays_are_written_with_names_that_stay() -> None:
    """Find no action on a name that upstream may change, which would stop `make spec`."""
    written: set[str] = set()
    added: set[str] = set()
    for name in STRUCTURE:
        for action in read_overlay(ROOT / "spec" / name):
            text = f"{action.target} {canonical(action.update)}"
            for told in re.findall(r"schemas(?:/\w+|'\]\['\w+'(?:, '\w+')*)", text):
                written |= {*re.findall(r"\w+", told)[1:]}
            if str(action.target) == "$['components']['schemas']":
                added |= {*action.update}
    assert written > {"Response", "ConversationItem", "PromptCacheOptions"}
    # the one that is the fault itself: it stands at no place once the fix has replaced it
    assert written - NAMES.keys() - added == {"FunctionToolCallOutput"}


def test_make_spec_names_before_the_overlays(tmp_path: Path) -> None:
    root = folder(tmp_path)
    (root / "spec" / "names.yaml").write_text("Thing: getThing → 200\n", encoding="utf-8")
    theirs = renamed(document(), "Thing", to="Beta{}".format)
    thing = build(theirs, root=root).document["components"]["schemas"]["Thing"]
    assert thing["additionalProperties"] is False


def test_an_operation_is_found_by_its_route(tmp_path: Path) -> None:
    selection = (ROOT / "spec" / "selection.yaml").read_text("utf-8").split("operations:")[1]
    assert "createResponse: POST /responses" in selection
    text = "repository: a/b\ntitle: T\noperations: [{reason: R., keep: {getThing: GET /other}}]\n"
    text += "rules: [{drop: [x], reason: R.}]\n"
    root = folder(tmp_path, selection=text, fixes="", docs="")
    for name in ("fixes", "docs"):
        (root / "spec" / f"{name}.overlay.yaml").write_text(
            "overlay: 1.0.0\ninfo: {title: T, version: '1'}\nactions:\n"
            "  - {x-name: a, target: $.info, description: d, update: {}}\n"
        )
    given = document()
    given["paths"]["/other"]["get"]["responses"] = {"200": {"description": "OK"}}
    (path,) = build(given, root=root).document["paths"].values()
    assert path["get"]["operationId"] == "getThing"


# The project's own names ----------------------------------------------------------------------


def test_the_document_has_its_names() -> None:
    assert name_schemas(spec(), NAMES) == (spec(), [])


def test_all_names_that_are_used_by_hand_are_pinned() -> None:
    files = [ROOT / "README.md"]
    for room in ("overlays/openai_conversations", "docs", "examples", "tests/typing"):
        files += [
            p
            for p in (ROOT / room).rglob("*")
            if p.suffix in (".py", ".md") and p.name != "mistakes.py"
        ]
    text = "".join(path.read_text("utf-8") for path in files)
    text = re.sub("public names that are gone.*?```", "", text, flags=re.DOTALL)
    used = set(re.findall(r"\b(?:models|m)\.([A-Z]\w+)", text))
    used |= set(re.findall(r"\b(?:params|p)\.([A-Z]\w+(?:Like|Param))\b", text))
    used |= set(re.findall(r"schemas\.([A-Z]\w+)", (ROOT / "spec/fixes.overlay.yaml").read_text()))
    ours = {f"{name}{end}" for name in NAMES for end in ("", "Param", "Like")}
    assert used - ours - {"RawObject", "CreateConversationItemsBody"} == set()


def each(form: Callable[[Json, str], Json | None]) -> Callable[[Json, set[str]], Json]:
    """Return a change that does to each of several schemas what `form` does to one."""

    def change(given: Json, names: set[str]) -> Json:
        given = copy.deepcopy(given)
        for name in sorted(names):
            given = form(given, name) or given
        return given

    return change


FORMS: dict[str, Callable[[Json, set[str]], Json]] = {
    "renamed": lambda given, names: renamed(given, *names, to="Beta{}".format),
    "all renamed": lambda given, _: renamed(given, to="Beta{}".format),
    "written out": each(inlined),
    "behind a reference": each(lambda given, name: aliased(given, name, f"{name}InShort")),
    "split": each(split),
}
SETTINGS = settings(max_examples=2, deadline=None, phases=[Phase.generate])


# Two schemas that say the same and are both written out are one: no place tells them apart.
TWINS = [canonical(schema) for schema in spec()["components"]["schemas"].values()]
ALONE = {n for n, s in spec()["components"]["schemas"].items() if TWINS.count(canonical(s)) == 1}


def several(names: Iterable[str]) -> st.SearchStrategy[set[str]]:
    return st.sets(st.sampled_from(sorted(names)), min_size=5, max_size=9)


@pytest.mark.parametrize("form", FORMS)
@SETTINGS
@given(names=several(NAMES))
def test_a_pinned_name_stays(form: str, names: set[str]) -> None:
    result, _ = name_schemas(FORMS[form](spec(), names), NAMES)
    assert result["components"]["schemas"].keys() >= NAMES.keys()
    if form in ("renamed", "behind a reference"):
        assert result == spec()


@pytest.mark.parametrize("form", ["renamed", "written out"])
@SETTINGS
@given(names=several((places(spec()).keys() & ALONE) - NAMES.keys()))
def test_the_line_that_is_told_gives_the_old_name_back(form: str, names: set[str]) -> None:
    theirs = FORMS[form](spec(), names)
    without, _ = name_schemas(theirs, NAMES)
    assert not without["components"]["schemas"].keys() & names
    lines = {one: place for one, (_, place) in successors(spec(), without).items()}
    kept, _ = name_schemas(theirs, {**NAMES, **lines})
    assert kept["components"]["schemas"].keys() >= spec()["components"]["schemas"].keys()


def test_what_is_said_of_names_that_are_gone() -> None:
    new, _ = name_schemas(renamed(spec(), "WebSearchToolCall", to="New{}".format), NAMES)
    before = {
        "models.WebSearchToolCall",
        "params.WebSearchToolCallParam",
        "models.Gone",
        "models.T",
    }
    after = {"models.NewWebSearchToolCall", "params.NewWebSearchToolCallParam", "models.T"}
    assert gone(before, after, spec(), new) == [
        "public names that are gone: models.WebSearchToolCall (now models.NewWebSearchToolCall)"
        ", params.WebSearchToolCallParam (now params.NewWebSearchToolCallParam); "
        "`WebSearchToolCall: ConversationItem[type=web_search_call]` in spec/names.yaml keeps them"
        ", then `make spec`",
        "public names that are gone: models.Gone; nothing in the document has their place",
    ]
