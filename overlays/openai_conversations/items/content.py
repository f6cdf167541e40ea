"""The parts that the content of a message, or the output of a tool, is made of.

Written for the editor: `Content.` completes to every kind of part there is, and each method takes
exactly what that kind can hold. They return the generated models, so a part that was built here and
one that was read from a conversation are the same thing.
"""

from __future__ import annotations

import base64
import mimetypes
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from openai_conversations_api import models as m

from .._request.validation import (
    check_id,
    check_list,
    check_text,
    describe,
    describe_path,
    invalid,
    mismatch,
)
from ..errors import InvalidArgumentError
from .maker import Maker

_URL_SCHEMES = ("https://", "http://", "data:")
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
)


class Content(metaclass=Maker):
    """Makes the parts of a message: `Content.text`, `Content.image`, `Content.file`, and so on.

    A text that is not a string is an `InvalidArgumentError`.
    """

    _classes = ("InputTextContent", "OutputTextContent", "InputImageContent", "InputFileContent")

    @staticmethod
    def text(text: str) -> m.InputTextContent:
        """Make a text from a user, a developer or the system."""
        return m.InputTextContent(text=check_text(text, "text"))

    @staticmethod
    def image(
        *,
        url: str | None = None,
        file_id: str | None = None,
        path: str | os.PathLike[str] | None = None,
        data: bytes | None = None,
        mime_type: str | None = None,
        detail: m.ImageDetail = "auto",
    ) -> m.InputImageContent:
        """Make an image from exactly one of `url`, `file_id`, `path` and `data`.

        Args:
            url: where the service can fetch it (`https://…`), or a ready `data:` URL.
            file_id: the id of an uploaded file.
            path: a file on this machine. It is read now and sent as a data URL.
            data: the image's bytes, sent as a data URL.
            mime_type: of `path` or `data`; without it, the first bytes and the name tell.
            detail: how closely the model looks: `"low"`, `"high"`, `"auto"` or `"original"`.

        Raises:
            InvalidArgumentError: not exactly one source, a file that cannot be read, or bytes that
                are not an image.
        """
        image_url = _image_url(mime_type, url=url, file_id=file_id, path=path, data=data)
        return m.InputImageContent(image_url=image_url, file_id=_id_or_none(file_id), detail=detail)

    @staticmethod
    def file(
        *,
        url: str | None = None,
        file_id: str | None = None,
        path: str | os.PathLike[str] | None = None,
        data: bytes | None = None,
        filename: str | None = None,
        mime_type: str | None = None,
        detail: m.FileInputDetail | None = None,
    ) -> m.InputFileContent:
        """Make a file, such as a PDF, from exactly one of `url`, `file_id`, `path` and `data`.

        Args:
            url: where the service can fetch it.
            file_id: the id of an uploaded file.
            path: a file on this machine. It is read now and sent as a data URL.
            data: the file's bytes, sent as a data URL; needs `filename`.
            filename: the name that the model sees; `path` supplies it if it is left out.
            mime_type: of `path` or `data`; without it, the first bytes and the name tell.
            detail: how closely the model looks: `"low"`, `"high"` or `"auto"`.

        Raises:
            InvalidArgumentError: not exactly one source, a file that cannot be read, or `data`
                without `filename`.
        """
        source, data, name = _one_source(url=url, file_id=file_id, path=path, data=data)
        filename = filename or name or filename
        if source == "data" and not filename:
            raise invalid("filename", "a name for the file given as data", filename)
        file_data = None
        if data is not None:
            file_data = data_url(data, argument=source, name=filename or "", mime_type=mime_type)
        return m.InputFileContent(
            file_id=_id_or_none(file_id),
            file_url=None if url is None else _check_url(url),
            file_data=file_data,
            filename=None if filename is None else check_text(filename, "filename"),
            detail=detail,
        )

    @staticmethod
    def output_text(text: str) -> m.OutputTextContent:
        """Make a text from the assistant without annotations, for `MessageItem.assistant(id=…)`."""
        return m.OutputTextContent(text=check_text(text, "text"), annotations=[], logprobs=[])

    @staticmethod
    def refusal(text: str) -> m.RefusalContent:
        """Make the assistant's words in declining, for `MessageItem.assistant(…, id=…)`."""
        return m.RefusalContent(refusal=check_text(text, "text"))

    @staticmethod
    def screenshot(
        *,
        url: str | None = None,
        file_id: str | None = None,
        path: str | os.PathLike[str] | None = None,
        data: bytes | None = None,
        mime_type: str | None = None,
    ) -> m.ComputerScreenshotImage:
        """Make a picture of the screen, for `ComputerCallOutputItem.create`.

        Arguments and errors as of `image`.
        """
        image_url = _image_url(mime_type, url=url, file_id=file_id, path=path, data=data)
        return m.ComputerScreenshotImage(image_url=image_url, file_id=_id_or_none(file_id))


def input_parts(parts: Iterable[str | m.InputContent], argument: str) -> list[m.InputContent]:
    """Return a list of input parts; a bare string among them stands for a text.

    Raises:
        InvalidArgumentError: `parts` is a string, is empty, or holds something else (`parts[2]`).
    """
    expected = "a string, or a part made by Content.text, Content.image or Content.file"
    given = [Content.text(p) if isinstance(p, str) else p for p in check_parts(parts, argument)]
    return check_each(given, m.InputContent, argument, expected)


def output_parts(
    parts: Iterable[str | m.OutputMessageContent], argument: str
) -> list[m.OutputMessageContent]:
    """Return a list of the assistant's parts, as `input_parts`."""
    expected = "a string, or a part made by Content.output_text or Content.refusal"
    checked = check_parts(parts, argument)
    given = [Content.output_text(p) if isinstance(p, str) else p for p in checked]
    return check_each(given, m.OutputMessageContent, argument, expected)


def check_parts(parts: object, argument: str) -> list[Any]:
    """Return the parts as a list; raises `InvalidArgumentError` for none, and for no list."""
    given = check_list(parts, argument, "a list of content parts")
    if not given:
        raise InvalidArgumentError(argument, expected="at least one part", received="none")
    return given


def check_each(given: list[Any], kinds: Any, argument: str, expected: str) -> list[Any]:
    """Return the list if all in it are of the generated union `kinds`; an error names the one."""
    for index, part in enumerate(given):
        if not isinstance(part, kinds):
            raise invalid(f"{argument}[{index}]", expected, part)
    return given


def _image_url(mime_type: str | None, **sources: Any) -> str | None:
    """Return the URL of an image from the one source that is given; None if that is `file_id`."""
    source, data, name = _one_source(**sources)
    if data is None:
        return _check_url(sources["url"]) if source == "url" else None
    made = data_url(data, argument=source, name=name, mime_type=mime_type)
    if not made.startswith("data:image/"):
        found = made[len("data:") : made.index(";")]
        raise InvalidArgumentError(
            source,
            expected="an image (PNG, JPEG, GIF or WebP), or its mime_type",
            received=f"{describe(data)} of type {found}",
        )
    return made


def _one_source(**sources: Any) -> tuple[str, bytes | None, str]:
    """Return which one source was given, its bytes if they are here, and the name of its file."""
    given = [name for name, value in sources.items() if value is not None]
    if len(given) != 1:
        received = " and ".join(given) or "none of them"
        names = ", ".join(sources)
        raise InvalidArgumentError(names, expected="exactly one of them", received=received)
    data, name = (sources["data"], "") if given != ["path"] else _read_path(sources["path"])
    return given[0], data, name


def _id_or_none(file_id: object) -> str | None:
    return None if file_id is None else check_id(file_id, "file_id")


def _check_url(url: object) -> str:
    if not isinstance(url, str) or not url.lower().startswith(_URL_SCHEMES):
        raise invalid("url", "a URL that starts with https://, http:// or data:", url)
    return url


def _read_path(path: str | os.PathLike[str]) -> tuple[bytes, str]:
    """Read a file; return its bytes and its name without folders."""
    name: object = getattr(path, "__fspath__", lambda: path)()
    if not isinstance(name, str) or not name:
        raise invalid("path", "the path of a file", path)
    try:
        data = Path(name).read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        received = f"{describe_path(name)} ({reason})"
        raise mismatch("path", "the path of a file that can be read", received) from None
    if not data:
        raise mismatch("path", "a file that is not empty", describe_path(name))
    return data, Path(name).name


def data_url(data: object, *, argument: str, name: str = "", mime_type: str | None = None) -> str:
    """Return `data` as `data:<media type>;base64,<data>`.

    A `mime_type` is taken as it is; without it, the first bytes and the name of the file decide.

    Raises:
        InvalidArgumentError: `data` is empty or not bytes, or `mime_type` is not `type/subtype`.
    """
    if not isinstance(data, bytes | bytearray) or not data:
        raise invalid(argument, "bytes that are not empty", data)
    found = detect_mime_type(bytes(data[:16]), name) if mime_type is None else mime_type
    major, slash, minor = found.partition("/")
    if not (major and slash and minor) or "," in found or not found.isprintable():
        raise invalid("mime_type", "a media type such as 'image/png'", mime_type)
    return f"data:{found};base64,{base64.b64encode(data).decode('ascii')}"


def detect_mime_type(head: bytes, name: str = "") -> str:
    """Return the media type of a file from its first 16 bytes, else from the ending of its name.

    The bytes decide where they tell, so that a JPEG called `photo.png` is sent as what it is.
    """
    for signature, mime_type in _SIGNATURES:
        if head.startswith(signature):
            return mime_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    # The library's own table: that of the machine could give another type elsewhere.
    guessed, _ = mimetypes.MimeTypes(filenames=()).guess_type(name)
    return guessed or "application/octet-stream"
