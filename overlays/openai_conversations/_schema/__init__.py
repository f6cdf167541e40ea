"""The OpenAPI document at run time: its schemas, its operations, and a validator for both.

The local service judges requests by it, the strict mode of the client judges responses. The modules
import each other in one direction: `document` -> `validation` -> `unions` -> `values`.
"""
