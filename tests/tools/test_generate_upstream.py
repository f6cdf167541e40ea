"""The whole way from OpenAI's own documents, on more than the pinned version."""

import os
import re
import shutil
from pathlib import Path

import pytest

from tools.files import load, to_yaml
from tools.generate.build import build
from tools.openapi_spec import build as build_spec

from .tiny import ROOT

UPSTREAM = Path(os.environ.get("UPSTREAM_DIR", ROOT.parent / "shared" / "upstream"))
DOCUMENTS = sorted(UPSTREAM.glob("*.openapi.json"))


@pytest.mark.skipif(not DOCUMENTS, reason="needs OpenAI's documents in UPSTREAM_DIR")
@pytest.mark.parametrize("source", DOCUMENTS, ids=lambda path: path.name[:10])
def test_nothing_is_lost_of_any_version(tmp_path: Path, source: Path) -> None:
    (tmp_path / "spec").mkdir()
    built = build_spec(load(str(source)), root=ROOT)
    (tmp_path / "spec" / "openapi.yaml").write_text(to_yaml(built.document, ""), "utf-8")
    shutil.copy(ROOT / "spec" / "upstream.lock", tmp_path / "spec")
    shutil.copy(ROOT / "generator-config.yaml", tmp_path)
    made = build(tmp_path, tmp_path / "made")
    assert made.notices == ()
    assert made.summary.startswith("16 of 16 operations, ")
    names = {path.stem for path in (tmp_path / "made").rglob("models/*.py")}
    stable = {"conversation", "conversation_item", "conversation_item_list", "deleted_conversation"}
    assert stable | {"message", "input_item", "response", "response_stream_event"} <= names
    assert not [name for name in names if re.search(r"_(type_)?\d$", name)]
