"""Responses that break the rules of HTTP, or use rare ones: one table for all transports.

Each case is the bytes of a response to GET, after which the connection stays open, or is cut. The
next request must get its own response, whatever came. Where aiohttp's parser (llhttp) and h11,
which all other transports have, differ, the case says why; neither is ever a wrong value.
"""

from __future__ import annotations

import gzip
import json
import zlib
from dataclasses import dataclass

from openai_conversations import (
    APIConnectionError,
    APIResponseValidationError,
    ConflictError,
    InternalServerError,
)

from tests.overlay.events import final
from tests.overlay.scripted_server import CONVERSATION

Outcome = type[Exception] | None
"""The class of the error; None for the conversation that the body has."""
BODY = json.dumps(CONVERSATION).encode()
SIZE = str(len(BODY)).encode()
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
LENGTH = b"Content-Length: " + SIZE + b"\r\n"
CHUNK = b"%x\r\n" % len(BODY) + BODY + b"\r\n"
LAST = b"0\r\n\r\n"
NEXT = json.dumps({**CONVERSATION, "id": "conv_2"}).encode()
REFUSED = APIConnectionError
#: With a body that is not that of the operation: empty, most likely.
UNREADABLE = APIResponseValidationError
#: Reasons why aiohttp differs.
STRICTER = "aiohttp refuses a second Content-Length, and one beside Transfer-Encoding"
LENIENT = "llhttp takes it, and gets the same value"
FOLLOWED = "aiohttp refuses a response together with what came after it in the same packet"
LINES = "aiohttp counts lines (10,000 of 100 KiB), h11 bytes (100 KiB)"


@dataclass(frozen=True)
class Case:
    """A response, and what a client should make of it.

    Attributes:
        outcome: That of h11.
        aiohttp: That of aiohttp, if it differs, and `why`.
        cut: Whether the connection ends after the response.
    """

    name: str
    data: bytes
    outcome: Outcome = None
    aiohttp: Outcome | str = "the same"
    why: str = ""
    cut: bool = False

    def expected(self, transport: str) -> Outcome:
        """Return the outcome with a transport."""
        if transport == "aiohttp" and not isinstance(self.aiohttp, str):
            assert self.why
            return self.aiohttp
        return self.outcome


def with_line(line: bytes) -> bytes:
    return OK + line + b"\r\n" + LENGTH + b"\r\n" + BODY


def with_length(length: bytes) -> bytes:
    return OK + b"Content-Length:" + length + b"\r\n\r\n" + BODY


def with_first_line(line: bytes) -> bytes:
    return (OK + LENGTH).replace(b"HTTP/1.1 200 OK", line) + b"\r\n" + BODY


def with_coding(coding: bytes, body: bytes = CHUNK + LAST) -> bytes:
    return OK + b"Transfer-Encoding: " + coding + b"\r\n\r\n" + body


def chunked(body: bytes) -> bytes:
    return with_coding(b"chunked", body)


def encoded(encoding: bytes, body: bytes) -> bytes:
    lines = b"Content-Encoding: " + encoding + b"\r\nContent-Length: %d\r\n\r\n" % len(body)
    return OK + lines + body


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def many(count: int, size: int) -> bytes:
    return b"\r\n".join(b"X-%d: " % number + b"y" * size for number in range(count))


ZIPPED = gzip.compress(BODY)
WHOLE = OK + LENGTH + b"\r\n" + BODY
FORGED = OK + b"Content-Length: 2\r\n\r\n{}"

HEADERS = [
    Case("no more than there must be", b"HTTP/1.1 200\r\n" + LENGTH + b"\r\n" + BODY),
    Case("60 headers", with_line(many(60, 10))),
    Case("1,000 headers", with_line(many(1000, 12))),
    Case("a header of 60,000 bytes", with_line(b"X: " + b"y" * 60_000)),
    Case("a name of 9,000 bytes", with_line(b"y" * 9000 + b": x")),
    Case("a header of 250,000 bytes", with_line(b"X: " + b"y" * 250_000), REFUSED),
    Case("a head of 1 MB", with_line(many(1000, 1000)), REFUSED, None, LINES),
    Case("11,000 headers of 100 bytes", with_line(many(11_000, 100)), REFUSED),
    Case("CR in a value", with_line(b"X: b\rX-Request-Id: forged"), REFUSED),
    Case("LF instead of CRLF", WHOLE.replace(b"\r\n", b"\n")),
    Case("LF instead of one CRLF", with_line(b"X: b\nY: c")),
    Case("a line that goes on", with_line(b"x-request-id: a\r\n b")),
    Case("a first line that goes on", WHOLE.replace(b"Co", b" Co", 1), REFUSED, None, LENIENT),
    Case("NUL in a value", with_line(b"X: a\0b"), REFUSED),
    Case("NUL in a name", with_line(b"X\0: ab"), REFUSED),
    Case("no colon", with_line(b"X Policy on"), REFUSED),
    Case("a blank in a name", with_line(b"X Policy: on"), REFUSED),
    Case("no name", with_line(b": x"), REFUSED),
    Case("a blank before the colon", with_line(b"X : b"), REFUSED),
    Case(
        "a blank before the colon of Content-Length",
        WHOLE.replace(b"Length:", b"Length :"),
        REFUSED,
        None,
        LENIENT,
    ),
    Case("Latin-1 in a value", with_line(b"X: caf\xe9")),
    Case("Latin-1 in a name", with_line(b"X\xe9: x"), REFUSED),
    Case("no value", with_line(b"X:")),
]
FIRST_LINES = [
    Case("HTTP/1.0", with_first_line(b"HTTP/1.0 200 OK")),
    Case("HTTP/9.9", with_first_line(b"HTTP/9.9 200 OK"), None, REFUSED, "llhttp knows versions"),
    Case("HTTP/2", with_first_line(b"HTTP/2 200 OK"), REFUSED),
    Case("http/1.1", with_first_line(b"http/1.1 200 OK"), REFUSED),
    Case("ICY", with_first_line(b"ICY 200 OK"), REFUSED),
    Case("two digits", with_first_line(b"HTTP/1.1 20 OK"), REFUSED),
    Case("four digits", with_first_line(b"HTTP/1.1 2000 OK"), REFUSED),
    Case("no digits", with_first_line(b"HTTP/1.1 abc OK"), REFUSED),
    Case("a status below 100", with_first_line(b"HTTP/1.1 099 OK"), REFUSED),
    Case("a status of 600", with_first_line(b"HTTP/1.1 600 OK"), InternalServerError),
    Case("two blanks", with_first_line(b"HTTP/1.1  200  OK"), REFUSED),
    Case("no reason", with_first_line(b"HTTP/1.1 200 ")),
    Case("Latin-1 in the reason", with_first_line(b"HTTP/1.1 200 D\xe9j\xe0")),
    Case("NUL in the reason", with_first_line(b"HTTP/1.1 200 a\0b"), REFUSED, None, LENIENT),
    Case("an empty line before", b"\r\n" + WHOLE, REFUSED, None, LENIENT),
    Case("another protocol", b"SSH-2.0-OpenSSH_9.0\r\n", REFUSED, cut=True),
    Case("anything", bytes(range(256)) * 4, REFUSED, cut=True),
    Case("HTTP/0.9", BODY, REFUSED, cut=True),
    Case("HTTP/2, settings", b"\0\0\x12\4" + bytes(5) + bytes(18), REFUSED, cut=True),
    Case("HTTP/2, preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", REFUSED),
    Case("nothing", b"", REFUSED, cut=True),
    Case("half a head", OK, REFUSED, cut=True),
]
LENGTHS = [
    Case("one", WHOLE),
    Case("with zeros", with_length(b" 00" + SIZE)),
    Case("the same twice", OK + LENGTH + LENGTH + b"\r\n" + BODY, None, REFUSED, STRICTER),
    Case("a list", with_length(b" " + SIZE + b", " + SIZE), None, REFUSED, STRICTER),
    Case("two that differ", OK + LENGTH + b"Content-Length: 30\r\n\r\n" + BODY, REFUSED),
    Case("a list that differs", with_length(b" 30, " + SIZE), REFUSED),
    *(
        Case(f"the value {value!r}", with_length(b" " + value), REFUSED)
        for value in (b"-5", b"+" + SIZE, b"abc", b"", b"6_8", b"0x44", b"68.0", b"9" * 30)
    ),
    Case("in other digits", with_length(" ٦٨".encode()), REFUSED),
    Case("none", OK + b"\r\n" + BODY, cut=True),
    Case("more than there is", with_length(b" 1000"), REFUSED, cut=True),
    Case("less than there is", with_length(b" 30"), UNREADABLE, REFUSED, FOLLOWED),
    Case("none at all", with_length(b" 0").removesuffix(BODY), UNREADABLE),
    Case("and a coding", OK + LENGTH + with_coding(b"chunked")[len(OK) :], None, REFUSED, STRICTER),
]
CODINGS = [
    Case("chunked", with_coding(b"chunked")),
    Case("CHUNKED", with_coding(b"CHUNKED")),
    *(
        Case(f"the coding {coding!r}", with_coding(coding), REFUSED)
        for coding in (
            b"gzip, chunked",
            b"chunked, chunked",
            b"chunked\r\nTransfer-Encoding: chunked",
            b"identity",
            b"xchunked",
        )
    ),
    Case("an extension", chunked(CHUNK.replace(b"\r\n", b';a=b;c="d"\r\n', 1) + LAST)),
    Case("a long one", chunked(CHUNK.replace(b"\r\n", b";" + b"a" * 30_000 + b"\r\n", 1) + LAST)),
    Case("LF in one", chunked(CHUNK.replace(b"\r\n", b";a\nb\r\n", 1) + LAST), REFUSED, cut=True),
    Case("a trailer", chunked(CHUNK + b"0\r\nX-T: 1\r\n\r\n")),
    Case(
        "a trailer that gives a length",
        chunked(CHUNK + b"0\r\nContent-Length: 3\r\n\r\n"),
        None,
        REFUSED,
        STRICTER,
    ),
    Case("a trailer without a colon", chunked(CHUNK + b"0\r\nnone\r\n\r\n"), REFUSED),
    *(
        Case(f"the size {size!r}", chunked(size + CHUNK[2:] + LAST), REFUSED, cut=True)
        for size in (b"zz", b"-5", b"0x44", b"", b"f" * 22, b"f" * 16, b" 44", b"40", b"ff")
    ),
    Case("a size with zeros", chunked(b"0" * 10 + CHUNK + LAST)),
    Case("a size and a blank", chunked(CHUNK.replace(b"\r\n", b" \r\n", 1) + LAST)),
    Case("LF", chunked((CHUNK + LAST).replace(b"\r\n", b"\n")), REFUSED, cut=True),
    Case("no last chunk", chunked(CHUNK), REFUSED, cut=True),
    Case("half a last chunk", chunked(CHUNK + b"0\r\n"), REFUSED, cut=True),
]
OTHERS = [
    Case("another response behind it", WHOLE + FORGED),
    Case("a piece of one behind it", WHOLE + b"HTTP/1.1 2"),
    Case("100 before", b"HTTP/1.1 100 Continue\r\n\r\n" + WHOLE),
    Case("103 before", b"HTTP/1.1 103 Early\r\nLink: x\r\n\r\n" + WHOLE),
    Case("fifty before", b"HTTP/1.1 102 Processing\r\n\r\n" * 50 + WHOLE),
    Case("101", b"HTTP/1.1 101 Now\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", REFUSED),
    Case("101 alone", b"HTTP/1.1 101 Now\r\n\r\n", REFUSED),
    Case("204", b"HTTP/1.1 204 None\r\n\r\n", UNREADABLE),
    Case("204 with a body", with_first_line(b"HTTP/1.1 204 None"), UNREADABLE, REFUSED, FOLLOWED),
    Case("204, encoded", b"HTTP/1.1 204 None\r\nContent-Encoding: br\r\n\r\n", UNREADABLE),
    Case("205 with a body", with_first_line(b"HTTP/1.1 205 None")),
]
ENCODINGS = [
    Case("gzip", encoded(b"gzip", ZIPPED)),
    Case("GZIP", encoded(b"GZIP", ZIPPED)),
    Case("x-gzip", encoded(b"x-gzip", ZIPPED)),
    Case("deflate", encoded(b"deflate", zlib.compress(BODY))),
    Case("deflate without zlib", encoded(b"deflate", raw_deflate(BODY))),
    Case("identity", encoded(b"identity", BODY)),
    Case("no encoding", encoded(b"", BODY)),
    Case("gzip in two", encoded(b"gzip", gzip.compress(BODY[:9]) + gzip.compress(BODY[9:]))),
    Case("gzip twice", encoded(b"gzip, gzip", gzip.compress(ZIPPED)), REFUSED),
    Case(
        "gzip in two lines",
        encoded(b"gzip\r\nContent-Encoding: gzip", gzip.compress(ZIPPED)),
        REFUSED,
    ),
    Case("br", encoded(b"br", BODY), REFUSED),
    Case("zstd", encoded(b"zstd", BODY), REFUSED),
    Case("an unknown one", encoded(b"utf-8", BODY), REFUSED),
    Case("gzip that is cut", encoded(b"gzip", ZIPPED[:-12]), REFUSED),
    Case("gzip that is wrong", encoded(b"gzip", ZIPPED[:-8] + bytes(8)), REFUSED),
    Case("gzip that goes on", encoded(b"gzip", ZIPPED + b"xxxx"), REFUSED),
    Case("gzip that is none", encoded(b"gzip", BODY), REFUSED),
    Case(
        "an error, encoded",
        encoded(b"gzip", gzip.compress(b'{"error": {}}')).replace(b"200 OK", b"409 No"),
        ConflictError,
    ),
    Case(
        "an error, encoded twice",
        encoded(b"gzip, gzip", gzip.compress(ZIPPED)).replace(b"200 OK", b"409 No"),
        REFUSED,
    ),
]
CASES = [*HEADERS, *FIRST_LINES, *LENGTHS, *CODINGS, *OTHERS, *ENCODINGS]
#: Those after which httpx's own pool, which is below `http_client=`, takes what came after the
#: response for the next one.
BEHIND = {
    "another response behind it",
    "a piece of one behind it",
    "less than there is",
    "204 with a body",
}
#: 10 MB of one byte.
ZEROS = gzip.compress(b"0" * 10_000_000)
STREAM = gzip.compress(
    b"data: " + json.dumps(final("completed")).encode() + b"\n\ndata: [DONE]\n\n"
)
