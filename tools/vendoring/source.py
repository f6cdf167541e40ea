"""The package that is handed out: what generate makes, the licence, a page and the document."""

import ast
import json
import re
import runpy
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tools import PACKAGE
from tools.errors import ToolError
from tools.files import check_same, contents
from tools.generate.build import SCHEMA, build
from tools.generate.render import provenance
from tools.values import Json

LICENCES = ("LICENSE", "NOTICE")
VERSION = "overlays/openai_conversations/_version.py"
HTTP = ("httpx", "httpx2")
"""The libraries that a copy can send with, of one interface; the first is what generate names."""
_PAGE = Path(__file__).with_name("README.md")
# Hosts of repositories fold the changes of such files away.
_ATTRIBUTES = b"* linguist-generated\n"


@dataclass(frozen=True)
class Source:
    """What a checkout of this repository, at `root`, hands out.

    Attributes:
        root: the checkout.
        version: the version of this project, which the generated package shares.
        provenance: what the package was generated from, as its `__provenance__` has it.
        files: the files of a copy, by the path each has there.
    """

    root: Path
    version: str
    provenance: dict[str, str]
    files: dict[str, bytes]

    @classmethod
    def of(cls, root: Path) -> "Source":
        """Generate the package of the checkout at `root` anew, and return it with what goes along.

        Raises:
            ToolError: when generated/ is not that package, no file more and none less.
        """
        with tempfile.TemporaryDirectory() as folder:
            build(root, Path(folder))
            name = f"generated/{PACKAGE}"
            check_same(Path(folder) / PACKAGE, root / name, name, "make generate")
            files = contents(Path(folder) / PACKAGE)
            files[SCHEMA] = (Path(folder) / SCHEMA).read_bytes()
        for name in LICENCES:
            if not (root / name).is_file():
                raise ToolError(f"{name} is not there, and a copy must carry it.")
            files[name] = (root / name).read_bytes().replace(b"\r\n", b"\n")
        files["README.md"] = _PAGE.read_bytes().replace(b"\r\n", b"\n")
        files[".gitattributes"] = _ATTRIBUTES
        version = str(runpy.run_path(str(root / VERSION))["__version__"])
        return cls(root, version, provenance(root), files)

    @property
    def document(self) -> Json:
        """The OpenAPI document that the package is made from."""
        document: Json = json.loads(self.files[SCHEMA])
        return document

    def written_for(self, http: str) -> dict[str, bytes]:
        """Return the files of a copy that sends with the library `http`, one of `HTTP`."""
        return {name: rewritten(name, content, http) for name, content in self.files.items()}


def rewritten(name: str, content: bytes, http: str) -> bytes:
    """Return the content of a file with the library `http` in the place of httpx."""
    is_ours = name.endswith(".py") or name == "README.md"
    return re.sub(rb"\bhttpx\b", http.encode(), content) if is_ours else content


def check_imports(files: Mapping[str, bytes], http: str) -> None:
    """Raise ToolError, naming file and line, for the first import that a copy could not satisfy.

    Allowed are the standard library, `http`, attr and attrs, and relative imports that stay inside
    the package.
    """
    allowed = {*sys.stdlib_module_names, http, "attr", "attrs"}
    for name, content in files.items():
        if not name.endswith(".py"):
            continue
        try:
            tree = ast.parse(content)
        except SyntaxError as error:
            raise ToolError(f"{name}, line {error.lineno}: is not Python ({error.msg}).") from None
        for line, module, level in _imports(tree):
            if level > name.count("/") + 1:
                raise ToolError(
                    f"{name}, line {line}: `{'.' * level}{module}` leads out of the package, so a "
                    "copy elsewhere could not find it."
                )
            if level == 0 and module.split(".")[0] not in allowed:
                raise ToolError(
                    f"{name}, line {line}: imports `{module}`. A vendored package may import only "
                    f"the standard library, {http}, attrs and, relatively, itself; correct the "
                    "template it comes from."
                )


def _imports(tree: ast.Module) -> Iterator[tuple[int, str, int]]:
    """Yield line, module and number of leading dots of every import, those by name included."""
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                yield from ((node.lineno, alias.name, 0) for alias in node.names)
            case ast.ImportFrom():
                yield node.lineno, node.module or "", node.level
            case ast.Call(
                func=ast.Name("import_module" | "__import__")
                | ast.Attribute(attr="import_module" | "__import__"),
                args=[ast.Constant(str(given)), *_],
            ):
                module = given.lstrip(".")
                yield node.lineno, module, len(given) - len(module)
            case _:
                pass
