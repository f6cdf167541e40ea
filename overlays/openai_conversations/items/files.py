"""Bytes and files of the caller's, turned into the data URLs in which an item carries them.

Kept apart from the content parts because it is the only place in the helpers that reads a disk. The
media type is told from the first bytes where a format says what it is, then from the file's name,
so that a JPEG called `photo.png` is still sent as what it is.
"""

from __future__ import annotations

import base64
import mimetypes
import os
from collections.abc import Callable
from pathlib import Path

from .._request.validation import invalid
from ..errors import InvalidArgumentError

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
)
_UNKNOWN = "application/octet-stream"


def read_path(path: str | os.PathLike[str], argument: str) -> tuple[bytes, str]:
    """Reads a file and returns its bytes and its name without folders.

    Raises:
        InvalidArgumentError: `argument` is no path, or the file cannot be read (the message names
            the path and the reason), or it is empty.
    """
    name = _path_text(path)
    if not name:
        raise invalid(argument, "the path of a file", path)
    try:
        data = Path(name).read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InvalidArgumentError(
            argument,
            expected="the path of a file that can be read",
            received=f"{name!r} ({reason})",
        ) from error
    if not data:
        raise InvalidArgumentError(
            argument, expected="a file that is not empty", received=repr(name)
        )
    return data, Path(name).name


def _path_text(path: object) -> str:
    """The path as a string; empty if it is none."""
    fspath: Callable[[], object] | None = getattr(path, "__fspath__", None)
    text = path if fspath is None else fspath()
    return text if isinstance(text, str) else ""


def data_url(data: object, *, argument: str, name: str = "", mime_type: str | None = None) -> str:
    """Encodes `data` as `data:<media type>;base64,<data>`.

    `mime_type` is taken as it is; without it, the first bytes decide, then the ending of `name`,
    then `application/octet-stream`.

    Raises:
        InvalidArgumentError: `data` is no bytes or is empty, or `mime_type` is not of the form
            `type/subtype`.
    """
    if not isinstance(data, bytes | bytearray) or not data:
        raise invalid(argument, "bytes that are not empty", data)
    found = detect_mime_type(bytes(data[:16]), name) if mime_type is None else mime_type
    major, slash, minor = found.partition("/")
    if not (major and slash and minor) or "," in found or not found.isprintable():
        raise invalid("mime_type", "a media type such as 'image/png'", mime_type)
    return f"data:{found};base64,{base64.b64encode(data).decode('ascii')}"


def detect_mime_type(head: bytes, name: str = "") -> str:
    """The media type of a file from its first 16 bytes, else from the ending of its name."""
    for signature, mime_type in _SIGNATURES:
        if head.startswith(signature):
            return mime_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    # A table of the library's own: the one of the machine would give other answers elsewhere.
    guessed, _ = mimetypes.MimeTypes(filenames=()).guess_type(name)
    return guessed or _UNKNOWN
