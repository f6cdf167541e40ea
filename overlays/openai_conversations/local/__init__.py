"""Local mode: the whole API in this process, with no key and no network.

For development, tests and demonstrations. It has no model of its own, and it is not for production:
it stores what it gets and follows the documented rules. A request takes this way through the files:

    transport, or app behind server      httpx or ASGI  ->  http_messages.ServiceRequest
    service           the key, the table of operations, errors  ->  http_messages.ServiceResponse
    routing           which operation, with its path values, query and body (json_body) checked,
                      and what is newer than the OpenAPI document kept or refused (newer)
    conversations,    the rules of the operations: a JSON object, or the events of a stream
    responses         (response_plan -> response_run -> output_events, with model and tokens)
    stored_items      the items of a request as they are stored (item_schemas, ids)
    store, locks      the tables, in one SQLite database (`_sqlite`)

Each imports from those below it. `fault_injection` is for the pytest plugin alone: it wraps a
service, and the transports take a wrapped one as they take any `Service`.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .chat_completions import ChatCompletions
    from .errors import ServiceError, StoreError
    from .http_messages import ServiceRequest, ServiceResponse
    from .model import LocalModel, ModelCallable, ModelError
    from .service import LocalService

__all__ = [
    "ChatCompletions",
    "LocalModel",
    "LocalService",
    "ModelCallable",
    "ModelError",
    "ServiceError",
    "ServiceRequest",
    "ServiceResponse",
    "StoreError",
]


# Imported when first used: a client names these types and does without SQLite.
_MODULES = ("errors", "http_messages", "model", "service", "chat_completions")


if not TYPE_CHECKING:  # a checker that sees it takes a misspelt name
    from importlib import import_module

    def __getattr__(name: str) -> object:
        for module in _MODULES if name in __all__ else ():
            if hasattr(home := import_module(f"{__name__}.{module}"), name):
                return getattr(home, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
