"""The parts that the content of a message, or the output of a tool, is made of.

Written for the editor: `Content.` completes to every kind of part there is, and each method takes
exactly what that kind can hold. They return the generated models, so a part that was built here and
one that was read from a conversation are the same thing.

The models are imported inside the methods. Making a client must not cost the classes of all items.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeAlias

from .._request.validation import check_id, check_list, check_text, describe, invalid
from ..errors import InvalidArgumentError
from .files import data_url, read_path

if TYPE_CHECKING:
    from openai_conversations_api import models as m

    InputPart: TypeAlias = m.InputContent
    OutputPart: TypeAlias = m.OutputTextContent | m.RefusalContent

_URL_SCHEMES = ("https://", "http://", "data:")


class Content:
    """Makes the parts of a message: `Content.text`, `Content.image`, `Content.file`, and so on."""

    @staticmethod
    def text(text: str) -> m.InputTextContent:
        """A text from a user, a developer or the system.

        Raises:
            InvalidArgumentError: `text` is no string.
        """
        from openai_conversations_api.models import InputTextContent

        return InputTextContent(text=check_text(text, "text"))

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
        """An image. Give exactly one of `url`, `file_id`, `path` and `data`.

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
        from openai_conversations_api.models import InputImageContent

        image_url = _image_url(url=url, file_id=file_id, path=path, data=data, mime_type=mime_type)
        if image_url is None:
            return InputImageContent(file_id=check_id(file_id, "file_id"), detail=detail)
        return InputImageContent(image_url=image_url, detail=detail)

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
        """A file, such as a PDF. Give exactly one of `url`, `file_id`, `path` and `data`.

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
        from openai_conversations_api.models import InputFileContent

        source = _one_of(url=url, file_id=file_id, path=path, data=data)
        file_data: str | None = None
        if path is not None:
            data, name = read_path(path, "path")
            filename = filename or name
        elif data is not None and not filename:
            raise invalid("filename", "a name for the file given as data", filename)
        if data is not None:
            file_data = data_url(data, argument=source, name=filename or "", mime_type=mime_type)
        return InputFileContent(
            file_id=None if file_id is None else check_id(file_id, "file_id"),
            file_url=None if url is None else _check_url(url),
            file_data=file_data,
            filename=None if filename is None else check_text(filename, "filename"),
            detail=detail,
        )

    @staticmethod
    def output_text(text: str) -> m.OutputTextContent:
        """A text from the assistant, without annotations, for `MessageItem.assistant(…, id=…)`.

        Raises:
            InvalidArgumentError: `text` is no string.
        """
        from openai_conversations_api.models import OutputTextContent

        return OutputTextContent(text=check_text(text, "text"), annotations=[], logprobs=[])

    @staticmethod
    def refusal(text: str) -> m.RefusalContent:
        """The assistant's words in declining, for `MessageItem.assistant(…, id=…)`.

        Raises:
            InvalidArgumentError: `text` is no string.
        """
        from openai_conversations_api.models import RefusalContent

        return RefusalContent(refusal=check_text(text, "text"))

    @staticmethod
    def screenshot(
        *,
        url: str | None = None,
        file_id: str | None = None,
        path: str | os.PathLike[str] | None = None,
        data: bytes | None = None,
        mime_type: str | None = None,
    ) -> m.ComputerScreenshotImage:
        """What the screen showed, for `ComputerCallOutputItem.create`. Arguments as `image`.

        Raises:
            InvalidArgumentError: as `image`.
        """
        from openai_conversations_api.models import ComputerScreenshotImage

        image_url = _image_url(url=url, file_id=file_id, path=path, data=data, mime_type=mime_type)
        if image_url is None:
            return ComputerScreenshotImage(file_id=check_id(file_id, "file_id"))
        return ComputerScreenshotImage(image_url=image_url)


def input_parts(parts: Iterable[str | InputPart], argument: str) -> list[InputPart]:
    """A list of input parts, in which a bare string stands for a text.

    Raises:
        InvalidArgumentError: `parts` is a bare string, is empty, or holds something else; the
            message names it (`parts[2]`).
    """
    given = check_list(parts, argument, "a list of content parts")
    made = [_input_part(part, f"{argument}[{index}]") for index, part in enumerate(given)]
    if not made:
        raise InvalidArgumentError(argument, expected="at least one part", received="none")
    return made


def _input_part(part: object, argument: str) -> InputPart:
    if isinstance(part, str):
        return Content.text(part)
    from openai_conversations_api import models as m

    kinds = (m.InputTextContent, m.InputImageContent, m.InputFileContent, m.RawObject)
    if isinstance(part, kinds):
        return part
    expected = "a string, or what Content.text, Content.image or Content.file gives"
    raise invalid(argument, expected, part)


def _image_url(
    *,
    url: str | None,
    file_id: str | None,
    path: str | os.PathLike[str] | None,
    data: bytes | None,
    mime_type: str | None,
) -> str | None:
    """The URL of an image from whichever source is given; None if that is `file_id`."""
    source = _one_of(url=url, file_id=file_id, path=path, data=data)
    if url is not None:
        return _check_url(url)
    name = ""
    if path is not None:
        data, name = read_path(path, "path")
    if data is None:
        return None
    made = data_url(data, argument=source, name=name, mime_type=mime_type)
    if not made.startswith("data:image/"):
        found = made[len("data:") : made.index(";")]
        raise InvalidArgumentError(
            source,
            expected="an image (PNG, JPEG, GIF or WebP), or its mime_type",
            received=f"{describe(data)} of type {found}",
        )
    return made


def _one_of(**sources: object) -> str:
    """The name of the one source that was given."""
    given = [name for name, value in sources.items() if value is not None]
    if len(given) != 1:
        received = " and ".join(given) or "none of them"
        names = ", ".join(sources)
        raise InvalidArgumentError(names, expected="exactly one of them", received=received)
    return given[0]


def _check_url(url: object) -> str:
    if not isinstance(url, str) or not url.lower().startswith(_URL_SCHEMES):
        raise invalid("url", "a URL that starts with https://, http:// or data:", url)
    return url
