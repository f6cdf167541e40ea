"""Compare the operations of the spec with the methods of the facade.

Parameters reach the facade by themselves; a new operation needs a method that a person names.
"""

from openai_conversations._request import operations
from openai_conversations_api._parameters import OPERATIONS, Operation

from tools.errors import ToolError

_ROOM = "overlays/openai_conversations"


def check(spec: dict[str, Operation] = OPERATIONS) -> str:
    """Say how many operations have a method; ToolError says what to write or to take out, where."""
    known = {
        value.id for value in vars(operations).values() if isinstance(value, operations.Operation)
    }
    told = [_to_write(name, spec[name]) for name in spec if name not in known]
    told += [
        f"The document has no {name} any more. Take out its line in "
        f"{_ROOM}/_request/operations.py, its method, its line of the views, and its parameters."
        for name in sorted(known - spec.keys())
    ]
    if told:
        raise ToolError("\n".join(told))
    return f"{len(spec)} operations, each with a method"


def _to_write(name: str, operation: Operation) -> str:
    function = operation.module.rpartition(".")[2]
    return (
        f"{name} ({operation.method} {operation.path}) has no method in the facade. Write\n"
        f'  {_ROOM}/_request/operations.py: {function}: Operation[models.…] = Operation("{name}")\n'
        f"  {_ROOM}/_request/method_params.py: "
        f"class …Params(p.{operation.name}Params, RequestOptions), "
        f"and its name in __all__\n"
        f"  {_ROOM}/_async/: @describe(operations.{function}), a method that takes\n"
        f"    **params: Unpack[p.…Params] and returns self._send(operations.{function}, params),\n"
        f"    and its line in the table of the resource's views; then `make generate`."
    )
