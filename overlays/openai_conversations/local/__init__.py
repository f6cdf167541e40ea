"""Local mode: the whole API in this process, with no key and no network.

For development, tests and demonstrations. There is no model in it, and it is no service for
production: it keeps what it is given and plays by the documented rules.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .database import StoreError
    from .errors import ServiceError
    from .model import LocalModel, ModelCallable, ModelError
    from .service import LocalService, ServiceReply, ServiceRequest

# Imported when first used: a client names these types and does without SQLite.
_HOMES = {
    "LocalModel": "model",
    "LocalService": "service",
    "ModelCallable": "model",
    "ModelError": "model",
    "ServiceError": "errors",
    "ServiceReply": "service",
    "ServiceRequest": "service",
    "StoreError": "database",
}

__all__ = [
    "LocalModel",
    "LocalService",
    "ModelCallable",
    "ModelError",
    "ServiceError",
    "ServiceReply",
    "ServiceRequest",
    "StoreError",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
