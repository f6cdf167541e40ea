"""Fetch the bytes of a document from a path or an address, within limits of size and time.

A server may send a document slowly, for ever, compressed a thousandfold, or redirect to somewhere
else. None of that costs more than `LARGEST` bytes and `DEADLINE` seconds.
"""

import asyncio
from pathlib import Path

import httpx

from tools.errors import ToolError

LARGEST = 64 * 2**20
"""Bytes of a document; OpenAI's has 3.4 million."""
DEADLINE = 120.0
"""Seconds for all of a download: addresses, connections, redirects, heads and body."""
REDIRECTS = 5


def fetch(source: str) -> bytes:
    """Return the bytes at a path or an http(s) address.

    Raises:
        ToolError: when there are none, more than `LARGEST`, or not within `DEADLINE` seconds.
    """
    name = shown(source)
    if _is_address(source):
        try:
            data = asyncio.run(_download(source, name))
        except TimeoutError:
            raise ToolError(f"{name}: did not arrive within {DEADLINE:g} seconds.") from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, ImportError) as error:
            # The last three: a proxy or certificate file of the environment that cannot be used.
            raise ToolError(f"{name}: cannot be fetched ({error}).") from None
    else:
        try:
            if Path(source).exists() and not Path(source).is_file():
                raise ToolError(f"{source}: cannot be read (a folder, a pipe or a device).")
            with Path(source).open("rb") as file:
                data = file.read(LARGEST + 1)
        except FileNotFoundError:
            raise ToolError(f"{source}: no such file.") from None
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise ToolError(f"{source}: cannot be read ({reason}).") from None
    _check_size(data, name)
    return data


def shown(source: str) -> str:
    """Return `source` as it may be printed: without user name, password and query."""
    if not _is_address(source):
        return source
    try:
        url = httpx.URL(source)
    except httpx.InvalidURL:
        return "the address given"
    return str(url.copy_with(userinfo=b"", query=None, fragment=None))


async def _download(source: str, name: str) -> bytes:
    """Return the body at an address, after at most `REDIRECTS` redirects."""
    # Redirects are followed here: httpx reads the body of each, whatever its size.
    async with asyncio.timeout(DEADLINE), httpx.AsyncClient(timeout=None) as client:
        request = client.build_request("GET", source, headers={"Accept-Encoding": "identity"})
        for _ in range(REDIRECTS + 1):
            response = await client.send(request, stream=True)
            try:
                if response.next_request is None:
                    return await _body(response, name)
            finally:
                await response.aclose()
            before, request = request.url, response.next_request
            if request.url.scheme not in {"https", before.scheme}:
                raise ToolError(
                    f"{name}: redirects from {before.scheme} to {request.url.scheme}: "
                    f"{shown(str(request.url))}. Give the address of the document itself."
                )
    raise ToolError(f"{name}: redirects more than {REDIRECTS} times.")


async def _body(response: httpx.Response, name: str) -> bytes:
    if response.status_code != 200:
        raise ToolError(
            f"{name}: expected 200 and an OpenAPI document, got "
            f"{response.status_code} {response.reason_phrase}."
        )
    if (coding := response.headers.get("Content-Encoding", "identity")) != "identity":
        raise ToolError(f"{name}: is encoded as {coding}, which was not asked for.")
    data = bytearray()
    async for piece in response.aiter_raw():
        data += piece
        _check_size(data, name)
    return bytes(data)


def _check_size(data: bytes | bytearray, name: str) -> None:
    if len(data) > LARGEST:
        raise ToolError(f"{name}: is larger than {LARGEST // 2**20} MiB.")


def _is_address(source: str) -> bool:
    return source.lower().startswith(("http://", "https://"))
