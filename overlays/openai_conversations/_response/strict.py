"""`strict=True`: a response has to fit the spec, or it is an error.

Off by default, since a service that is one release ahead of this package is the normal case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import APIResponseValidationError

if TYPE_CHECKING:
    import httpx


def check(operation_id: str, data: Any, response: httpx.Response, *, event: bool = False) -> None:
    """Compare a response, or one event of a stream, with the spec.

    Raises:
        APIResponseValidationError: naming the first three places that do not fit.
    """
    from .._schema import operation, problems

    described = operation(operation_id)
    schema = described.event if event else described.responses.get(str(response.status_code))
    if schema is None:
        return
    found = problems(schema, data)
    if not found:
        return
    places = [
        f"{'.'.join(str(step) for step in problem.path) or 'the response'}: {problem.message}"
        for problem in found[:3]
    ]
    more = f" (and {len(found) - 3} more)" if len(found) > 3 else ""
    message = f"the response to {operation_id} does not fit the spec: {'; '.join(places)}{more}"
    raise APIResponseValidationError(response, data, message=message)
