"""Overlays find a part of the document however upstream writes it, or say what to change."""

from pathlib import Path

import pytest

from tests.tools.spec_case import FIXES, Json, document, folder, ref
from tools.errors import ToolError
from tools.openapi_spec import build

BY_KIND = """\
  - x-name: by-kind
    target: $.components.schemas[?@.properties.object.enum[0] == 'thing']
    description: the fault
    update: {title: Ours}
"""
BY_REFERENCE = """\
  - x-name: by-reference
    target: $.components.schemas.Thing.properties
    description: the fault
    update: {part: {$ref: '#/components/schemas/Prt'}}
"""


@pytest.mark.parametrize("kind", [{"const": "thing"}, {"enum": ["thing"]}])
def test_a_constant_is_found_either_way_and_stays_as_it_is(tmp_path: Path, kind: Json) -> None:
    thing = {"type": "object", "properties": {"object": {"type": "string", **kind}}}
    made = build(document({"Thing": thing}), root=folder(tmp_path, fixes=FIXES + BY_KIND)).document
    there = made["components"]["schemas"]["Thing"]
    assert there["title"] == "Ours"
    assert there["properties"]["object"] == {"type": "string", **kind}


def test_a_name_that_upstream_changed_is_traced_to_the_action(tmp_path: Path) -> None:
    root = folder(tmp_path, fixes=FIXES + BY_REFERENCE)
    thing = {"type": "object", "properties": {"other": ref("Part")}}
    with pytest.raises(ToolError, match="leads nowhere") as caught:
        build(document({"Thing": thing, "Part": {"type": "string"}}), root=root)
    assert "Nearest: Part" in str(caught.value)
    assert "action `by-reference` of spec/fixes.overlay.yaml" in str(caught.value)
