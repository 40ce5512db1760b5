"""What calls did that were seen before, by value: their nodes are recorded again without reading their arguments anew."""

from typing import Any, NamedTuple

import torch

from convlens.importers.torch.shadow import Shadow
from convlens.importers.torch.trace import Trace
from convlens.ir.graph import Ref
from convlens.ir.op import Op
from convlens.ir.spec import TensorSpec
from convlens.ops._source import Source
from convlens.ops.opaque import Opaque
from convlens.passes.facts import op_facts


class Recorded(NamedTuple):
    """One node, whose ``inputs`` are places among the shadows that the call was given.

    ``in_place`` says that the first of them was written into and returned; where the output is a view of the only input,
    ``undo`` gives the input back.
    """

    op: Op
    inputs: tuple[int, ...]
    output: TensorSpec
    in_place: bool
    undo: Op | None


class Before(NamedTuple):
    """What there was before a call, to find out afterwards what it did."""

    nodes: int
    looks: int
    shadows: list[Shadow]
    refs: list[Ref]
    specs: list[TensorSpec]


def before(trace: Trace, shadows: list[Shadow]) -> Before:
    return Before(len(trace.nodes), trace.looks, shadows, [x.ref for x in shadows], [x.spec for x in shadows])


def what_it_did(trace: Trace, then: Before, result: Any) -> Recorded | None:
    """The one node that the call made of its shadows; None where that alone does not tell what it did."""
    if len(trace.nodes) != then.nodes + 1 or trace.looks != then.looks or type(result) is not Shadow:
        return None
    node = trace.nodes[-1]
    places = {ref: at for at, ref in enumerate(then.refs)}
    if len(places) < len(then.refs) or not places.keys() >= set(node.inputs):
        return None
    if result.ref != Ref(node.name) or isinstance(node.op, Source | Opaque):
        return None
    given = next((at for at, x in enumerate(then.shadows) if x is result), None)
    if given != (0 if node.in_place else None) or not _is_plain(result, then.shadows, given):
        return None
    inputs = tuple([places[ref] for ref in node.inputs])
    outputs = op_facts(node.op, tuple([then.specs[at] for at in inputs])).outputs
    return Recorded(node.op, inputs, result.spec, node.in_place, result.undo) if len(outputs) == 1 else None


def _is_plain(result: Shadow, given: list[Shadow], place: int | None) -> bool:
    """Is it no view, or one that was made now of the only shadow, and that one operator undoes?"""
    return result.base is None or (place is None and len(given) == 1 and result.base is given[0] and result.undo is not None)


def call_key(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any] | None) -> tuple[tuple[Any, ...], list[Shadow]] | None:
    """What a call depends on, and its shadows in order; None where one of its arguments is more than its value.

    Values that are equal need not mean the same: ``x + 1`` of whole numbers is not ``x + 1.0``. So their types are in it.
    """
    key: list[Any] = [func, *kwargs] if kwargs else [func]
    shadows: list[Shadow] = []
    for value in (*args, *kwargs.values()) if kwargs else args:
        kind = type(value)
        if kind is Shadow:
            shadows.append(value)
            key.append(value.spec)
        elif kind in VALUES:
            key += (kind, value)
        elif kind in _SEVERAL:
            key += (kind, len(value))
            for item in value:
                if type(item) is Shadow:
                    shadows.append(item)
                    key.append(item.spec)
                elif type(item) is int:
                    key.append(item)
                else:
                    return None
        else:
            return None
    return (tuple(key), shadows) if shadows else None


VALUES = frozenset({int, float, bool, str, type(None), torch.dtype})
"""Types whose objects say nothing but their value. No object of the user's is kept."""
_SEVERAL = frozenset({list, tuple})
