"""The text of a call with other arguments. What is not changed stays as it was written."""

import ast
from collections.abc import Mapping
from typing import Any

from convlens.importers.calls.syntax import Call
from convlens.importers.calls.tensorflow import OLD_NAMES
from convlens.sweeps.settings import Signature


def rewritten(signature: Signature, changed: Mapping[str, Any]) -> str:
    """The text of the call with these arguments; one that it does not write yet comes behind the others."""
    call = signature.call
    tree: Any = ast.parse(call.text, mode="eval").body
    source = [ast.get_source_segment(call.text, node) or "" for node in tree.args]
    named = {str(k.arg): ast.get_source_segment(call.text, k.value) or "" for k in tree.keywords}
    current_name = {OLD_NAMES.get(name, name): name for name in named} | {name: name for name in named}
    for at, arg in enumerate(signature.arguments):
        if arg.theirs not in changed:
            continue
        if at < len(source):
            source[at] = repr(changed[arg.theirs])
        else:
            named[current_name.get(arg.theirs, arg.theirs)] = repr(changed[arg.theirs])
    return f"{call.name}({', '.join([*source, *(f'{name}={text}' for name, text in named.items())])})"


def written(signature: Signature, argument: str) -> Any:
    """What the call says now for an argument; its default where it says nothing."""
    arguments = [arg.theirs for arg in signature.arguments]
    at = arguments.index(argument)
    call = signature.call
    return call.args[at] if at < len(call.args) else _named(call).get(argument, signature.arguments[at].default)


def _named(call: Call) -> dict[str, Any]:
    return {OLD_NAMES.get(name, name): value for name, value in call.kwargs.items()} | call.kwargs
