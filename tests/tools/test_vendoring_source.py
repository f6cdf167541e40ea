"""What is vendored is what the sources of the checkout give, and it works wherever it is put."""

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.overlay.scripted_server import CONVERSATION, ScriptedServer, responds
from tools import PACKAGE
from tools.errors import ToolError
from tools.files import contents
from tools.vendoring import RECORD, Source, check, copy_package, place

from .grown import grown
from .vendored import PARTS, ROOT, checkout, is_current, real, run, write


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Copy what a package is vendored from."""
    root = tmp_path / "checkout"
    shutil.copytree(ROOT / "generated" / PACKAGE, root / "generated" / PACKAGE)
    for name in (*PARTS, "spec/openapi.yaml"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    return root


def test_what_goes_along_is_the_package_the_licence_a_page_and_the_document() -> None:
    package = contents(ROOT / "generated" / PACKAGE)
    beside = {"LICENSE", "NOTICE", "README.md", ".gitattributes", "openapi.json"}
    files = real().files
    assert files.keys() == {*package, *beside}
    assert package.items() <= files.items()
    carried = ROOT / "overlays/openai_conversations/_schema/openapi.json"
    assert files["openapi.json"] == carried.read_bytes()


def test_a_generated_folder_that_is_edited_littered_or_lacks_a_file_is_not_vendored(
    root: Path,
) -> None:
    generated = root / "generated" / PACKAGE
    (generated / "types.py").write_text("T = 1\n")
    (generated / "errors.py").unlink()
    write(generated, {".env": "OPENAI_API_KEY=secret\n"})
    said = rf"^generated/{PACKAGE} is not what its sources give: \.env, errors\.py, types\.py\."
    with pytest.raises(ToolError, match=said):
        Source.of(root)


def test_a_stale_generated_folder_is_not_vendored(root: Path) -> None:
    spec = root / "spec/openapi.yaml"
    spec.write_text(spec.read_text("utf-8").replace("title:", "title: x", 1), "utf-8")
    with pytest.raises(ToolError, match=r"give: .*_provenance\.py.*run `make generate`"):
        Source.of(root)


def test_a_checkout_with_other_line_ends_gives_the_same_copy(root: Path) -> None:
    for path in root.rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert Source.of(root).files == real().files
    (root / "NOTICE").unlink()
    with pytest.raises(ToolError, match="NOTICE is not there"):
        Source.of(root)


CALL = """
import json, sys
from importlib import import_module
name, url = sys.argv[1:]
package = import_module(name)
get = import_module(name + ".api.conversations.get_conversation")
with package.Client(url, "t") as client:
    print(json.dumps(get.sync("conv_1", client=client).to_dict()))
"""
LAYOUTS = {
    "a namespace package": ("app", "shop._vendor.talk"),
    "three levels deep": ("app", "shop.clients.http._vendor.talk"),
    "spaces and other scripts": ("my app/наш код/店", "магазин._vendor.talk"),
    "at the top": ("app", "talk"),
}


def called(folder: Path, module: str) -> None:
    """Call an operation of the copy `module` in `folder`, in a process of its own."""
    with ScriptedServer(responds(CONVERSATION)) as server:
        program = f"import sys; sys.argv[1:] = {[module, server.url]!r}\n{CALL}"
        assert json.loads(run(folder, program)) == CONVERSATION


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("is_regular", [False, True])
def test_a_copy_works_wherever_it_is(tmp_path: Path, layout: str, is_regular: bool) -> None:
    folder, module = LAYOUTS[layout]
    *parents, name = module.split(".")
    copy_package(place(tmp_path.joinpath(folder, *parents), name), real())
    if is_regular:
        for depth in range(len(parents)):
            write(tmp_path.joinpath(folder, *parents[: depth + 1]), {"__init__.py": ""})
    called(tmp_path / folder, module)
    assert is_current(tmp_path, real())


def test_a_copy_works_read_only_behind_a_link_and_with_other_line_ends(tmp_path: Path) -> None:
    copy_package(tmp_path / "elsewhere/talk", real())
    for path in (tmp_path / "elsewhere/talk").rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
            path.chmod(0o444)
    (tmp_path / "app/shop").mkdir(parents=True)
    (tmp_path / "app/shop/_vendor").symlink_to(tmp_path / "elsewhere")
    called(tmp_path / "app", "shop._vendor.talk")
    assert is_current(tmp_path / "app/shop/_vendor", real())
    copy_package(place(tmp_path / "app/shop/_vendor"), real(), "httpx2")
    assert (tmp_path / "app/shop/_vendor").is_symlink()
    assert os.listdir(tmp_path / "elsewhere") == ["talk"]
    called(tmp_path / "app", "shop._vendor.talk")


TWO = """
import asyncio, json, sys
from v import new, old
from v.new.api.conversations import create_conversation_items as append_new
from v.old.api.conversations import create_conversation_items as append_old

body = {"items": [], "labels": ["a"]}
decoded = [one.decode("CreateConversationItemsBody", body) for one in (new, old)]
assert decoded[0].labels == decoded[1].labels == ["a"]
assert [one.additional_properties for one in decoded] == [{}, {"labels": ["a"]}]
assert [one.encode(value) for one, value in zip((new, old), decoded)] == [body, body]
message = {"type": "message", "id": "m", "role": "user", "status": "completed", "content": []}
assert type(new.decode("Message", message)) is not type(old.decode("Message", message))
for module in ("client", "errors", "types", "models"):
    assert getattr(new, module) is not getattr(old, module)
assert not issubclass(new.StatusError, old.ApiError)
url = sys.argv[1]
with new.Client(url, "n") as one, old.Client(url, "o") as other:
    append_new.sync("c", client=one, body=decoded[0], dry_run=True)
    append_old.sync("c", client=other, body=decoded[1])
    try:
        append_old.sync("c", client=other, body=decoded[1], dry_run=True)
    except TypeError:
        pass
    for append, client, errors in ((append_new, one, new), (append_old, other, old)):
        try:
            append.sync("c", client=client, body=body)
        except errors.StatusError as error:
            assert error.status_code == 404
shared = {m.__name__ for m in sys.modules.values() if getattr(m, "__file__", "") and
          "/v/" in (m.__file__ or "")}
assert all(name.startswith(("v.new", "v.old")) for name in shared)
print(json.dumps([one.__provenance__["spec_sha256"] for one in (new, old)]))
"""


def test_two_copies_of_different_documents_do_not_touch_each_other(tmp_path: Path) -> None:
    newer = checkout(tmp_path / "newer", grown())
    older = real()
    copy_package(place(tmp_path / "app/v", "new"), newer, "httpx2")
    copy_package(place(tmp_path / "app/v", "old"), older)
    page = {"object": "list", "data": [], "has_more": False, "first_id": "", "last_id": ""}
    fails = responds({"error": {"message": "no"}}, status=404)
    with ScriptedServer(responds(page), responds(page), fails) as server:
        said = run(tmp_path / "app", f"import sys; sys.argv[1:] = [{server.url!r}]\n{TWO}")
        agents = [seen.headers["user-agent"].split("/")[0] for seen in server.requests]
        targets = [seen.target for seen in server.requests[:2]]
    assert json.loads(said) == [one.provenance["spec_sha256"] for one in (newer, older)]
    assert agents == 2 * ["python-httpx2", "python-httpx"]
    assert targets == ["/v1/conversations/c/items?dry_run=true", "/v1/conversations/c/items"]
    found = {one.path.name: one for one in check(tmp_path / "app", newer)}
    assert not found["new"].old
    assert "models/create_conversation_items_body.py" in found["old"].old
    assert json.loads((tmp_path / "app/v/old" / RECORD).read_text())["http"] == "httpx"
