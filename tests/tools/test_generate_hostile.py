"""No text of a document becomes code, whatever it is and wherever it stands."""

import json
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

from tools import PACKAGE
from tools.errors import ToolError
from tools.generate.build import build

from . import hostile, hostile_run
from .tiny import ROOT

SEED = 12
PAIRS = 30
BROKEN = 100


def generate(folder: Path, name: str, document: dict[str, Any]) -> ToolError | None:
    """Generate into `folder`/made/`name`; return why not, where the document is refused."""
    root = folder / "roots" / name
    (root / "spec").mkdir(parents=True)
    (root / "spec" / "openapi.yaml").write_text(json.dumps(document), "utf-8")
    shutil.copy(ROOT / "spec" / "upstream.lock", root / "spec")
    (root / "generator-config.yaml").write_text("literal_enums: true\n", "utf-8")
    try:
        build(root, root / "out")
    except ToolError as error:
        return error
    (root / "out" / PACKAGE).rename((folder / "made") / name)
    return None


def run(folder: Path) -> dict[str, Any]:
    """Call all functions of the packages in `folder`; return what each sent."""
    assert not list(hostile_run.found(folder))
    command = [sys.executable, "-W", "error", hostile_run.__file__, str(folder)]
    done = subprocess.run(command, capture_output=True, check=False, cwd=folder)
    assert done.returncode == 0, done.stderr.decode()
    said: dict[str, Any] = json.loads(done.stdout)
    assert said["ran"] == []
    sent: dict[str, Any] = said["sent"]
    return sent


def test_the_equipment_finds_code_of_a_document(tmp_path: Path) -> None:
    package = tmp_path / "made"
    package.mkdir()
    (package / "__init__.py").write_text(f"def f(a='{hostile.CALL}'):\n    return {hostile.CALL}\n")
    assert list(hostile_run.found(tmp_path)) == [f"{package / '__init__.py'}:2"]
    (package / "__init__.py").write_text(f"import os\n{hostile.CALL}\nos.system('true')\n")
    done = subprocess.run(
        [sys.executable, hostile_run.__file__, str(tmp_path)], capture_output=True, check=True
    )
    ran = json.loads(done.stdout)["ran"]
    assert [line.split()[0] for line in ran] == ["exec", "the", "os.system", "made:"]


def test_every_text_in_all_places_at_once(tmp_path: Path) -> None:
    document = hostile.everywhere(hostile.TEXTS)
    (tmp_path / "made").mkdir()
    error = generate(tmp_path, "all_of_them", document)
    assert error is None, error
    sent = run(tmp_path / "made")["all_of_them"]
    operations = {
        operation["operationId"]: (path, operation)
        for path, item in document["paths"].items()
        for operation in item.values()
    }
    paths = {unquote(one["path"]) for one in sent}
    assert paths >= {f"/v1{p}".replace("{thing_id}", "v") for p, _ in operations.values()}
    names = [p["name"] for p in operations["getThing"][1]["parameters"] if p["in"] == "query"]
    (query, *_) = [one["query"] for one in sent if one["path"] == "/v1/things/v"]
    assert parse_qsl(query, strict_parsing=True) == [(name, "v") for name in names]
    (body, *_) = [one["body"] for one in sent if one["path"] == "/v1/things"]
    properties = document["components"]["schemas"]["Thing"]["properties"]
    assert json.loads(body) == dict.fromkeys(properties, "v")


def test_a_broken_document_is_refused(tmp_path: Path) -> None:
    """Put another value in one place of a document: it is a ToolError, or the client is made."""
    draw = random.Random(SEED)
    values = [None, 5, -1.5, True, "x", "", [], {}, [1], ["x"], {"x": 1}, [None], {"$ref": "#/x"}]
    (tmp_path / "made").mkdir()
    refused = 0
    for number in range(BROKEN):
        document = hostile.base()
        part, key = draw.choice(list(spots(document)))
        part[key] = draw.choice(values)
        refused += generate(tmp_path, f"broken_{number}", document) is not None
    assert refused > BROKEN / 2


def spots(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every place in a JSON value, as the object or list and the key or index."""
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from spots(value[key])


def test_texts_in_places_of_their_own(tmp_path: Path) -> None:
    pairs = [(place, text) for place in hostile.PLACES for text in hostile.TEXTS]
    (tmp_path / "made").mkdir()
    made = 0
    for number, (place, text) in enumerate(random.Random(SEED).sample(pairs, PAIRS)):
        document = hostile.base()
        hostile.PLACES[place](document, text)
        made += generate(tmp_path, f"made_{number}", document) is None
    assert made > PAIRS / 3
    run(tmp_path / "made")
