"""The OpenAPI document at run time: its schemas, its operations, and a validator over both.

Used by the local service (requests are judged by the document itself) and by the strict mode of
the client (replies are).
"""

from .problem import Problem
from .routes import Operation, Parameter, match, methods, operation, operations
from .spec import document, problems, schema, validator
from .validation import Validator

__all__ = [
    "Operation",
    "Parameter",
    "Problem",
    "Validator",
    "document",
    "match",
    "methods",
    "operation",
    "operations",
    "problems",
    "schema",
    "validator",
]
