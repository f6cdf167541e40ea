"""Local mode: the whole API in this process, with no key and no network.

For development, tests and demonstrations. There is no model in it, and it is no service for
production: it keeps what it is given and plays by the documented rules.
"""

from .database import StoreError
from .errors import ServiceError
from .model import LocalModel, ModelCallable, ModelError
from .service import LocalService, ServiceReply, ServiceRequest

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
