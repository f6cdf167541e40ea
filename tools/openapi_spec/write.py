"""Write YAML that people can read and compare, and replace files all or none.

Block style throughout, one entry a line, so that a change upstream is a small diff here. Strings
that YAML 1.1 readers would take for something else (`on`, `no`, dates, `1_000`) are quoted: not
everybody who reads the result reads YAML 1.2.
"""

import io
import os
import re
import tempfile
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.representer import SafeRepresenter

from tools.errors import ToolError
from tools.openapi_spec.values import Json

_LOOKS_OTHERWISE = re.compile(
    r"(?i:y|n|yes|no|on|off|true|false|null|~|=|<<)|[-+.]?[\d.][-+\d_.:,eExXoOa-fA-F]*"
    r"(?:[Tt ].*)?|[-+]?\.(?i:inf|nan)|"
)


class _Representer(SafeRepresenter):
    """Plain data only; no anchors, so that equal parts are written out each time."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _string(representer: Any, text: str) -> Any:
    style = '"' if _LOOKS_OTHERWISE.fullmatch(text) else None
    return representer.represent_scalar("tag:yaml.org,2002:str", text, style=style)


# ruamel.yaml's own annotations leave much unsaid; `Any` keeps that inside of this file.
_representer: Any = _Representer
_representer.add_representer(str, _string)


def to_yaml(document: Json, header: str = "") -> str:
    """`document` as YAML 1.2, below `header` as a comment."""
    yaml: Any = YAML(typ="safe", pure=True)
    yaml.Representer = _representer
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False
    yaml.allow_unicode = True
    yaml.width = 10_000  # a folded line would spread one change over several
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = io.StringIO()
    yaml.dump(document, out)
    comment = "".join(f"# {line}\n" if line else "#\n" for line in header.splitlines())
    return comment + out.getvalue()


def replace(files: dict[Path, str]) -> list[Path]:
    """Give the files these contents, all or none; return those that changed.

    Everything is written beside its place first, so that a full disk or a missing permission is
    met before anything is replaced; should a replacement fail all the same, the ones before it are
    taken back.
    """
    before = {path: path.read_bytes() if path.exists() else None for path in files}
    changed = [path for path, text in files.items() if before[path] != text.encode()]
    ready: list[tuple[Path, Path]] = []
    done: list[Path] = []
    try:
        for path in changed:
            ready.append((_beside(path, files[path].encode()), path))
        for new, path in ready:
            new.replace(path)
            done.append(path)
    except OSError as error:
        for path in done:
            _restore(path, before[path])
        raise ToolError(f"{error.filename}: cannot be written ({error.strerror}).") from None
    finally:
        for new, _ in ready:
            new.unlink(missing_ok=True)
    return changed


def _beside(path: Path, content: bytes) -> Path:
    """A new file with this content in the folder of `path`, with the permissions of `path`."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(name).chmod(path.stat().st_mode if path.exists() else 0o644)
    return Path(name)


def _restore(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
