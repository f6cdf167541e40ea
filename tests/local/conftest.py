"""Every response of every local service in these tests is checked against the document.

The check sits where the service responds, so it sees what goes out whichever way in a test takes. A
response may be made on another thread, so what is wrong is kept and reported at the end of the
test.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from openai_conversations.local.service import LocalService, ServiceRequest, ServiceResponse

from tests.contract.checker import check_error, check_response


def problems(request: ServiceRequest, response: ServiceResponse, content: bytes) -> list[str]:
    """Return what is wrong with a response, or with one chunk of a streamed one."""
    if response.status >= 400:
        found = check_error(content)
    else:
        url = httpx.URL("http://local", path="/v1" + request.path)
        media_type = dict(response.headers).get("content-type", "").partition(";")[0]
        found = check_response(request.method, url, response.status, media_type, content)
    return [f"{request.method} {request.path} -> {response.status} {problem}" for problem in found]


@pytest.fixture(autouse=True)
def responses_fit_the_document(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail a test in which a local service sent something that the document does not allow."""
    wrong: list[str] = []
    handle = LocalService.handle

    def watched(chunks: Iterator[bytes], request: ServiceRequest, response: ServiceResponse) -> Any:
        try:
            for chunk in chunks:
                # The service puts whole events into each.
                wrong.extend(problems(request, response, chunk))
                yield chunk
        finally:
            chunks.close()  # type: ignore[attr-defined]

    def checked(self: LocalService, request: ServiceRequest) -> ServiceResponse:
        response = handle(self, request)
        headers = {name.lower(): value for name, value in response.headers}
        if not headers.get("x-request-id"):
            wrong.append(f"{request.method} {request.path} -> {response.status}: no x-request-id")
        if isinstance(response.body, bytes):
            wrong.extend(problems(request, response, response.body))
        else:
            response.body = watched(response.body, request, response)
        return response

    monkeypatch.setattr(LocalService, "handle", checked)
    yield
    assert not wrong, "\n".join(wrong)
