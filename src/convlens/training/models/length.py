"""Does a network take texts of any length, or of one alone?"""

from typing import Any

import torch
from torch import nn

from convlens.ir.graph import Graph
from convlens.ir.spec import Shape, TensorSpec
from convlens.passes.facts import facts
from convlens.training.models.called import called


def takes_lengths(module: nn.Module, graph: Graph | None, lengths: tuple[int, ...], width: int) -> bool:
    """Does it give (N, width) for texts of all these numbers of columns, with the same weights?

    ``graph`` is None where the module is the user's own code, which is then asked itself.

    >>> from convlens.backends.torch.module import as_module
    >>> from convlens.ir.text import parse
    >>> net = parse('''
    ... input x: 1x9: int64
    ... e = embedding(x, count=5, width=2)
    ... f = flatten(e)
    ... y = linear(f, out=3)
    ... output y''')
    >>> [takes_lengths(as_module(net), net, lengths, 3) for lengths in ((9,), (6, 9))]
    [True, False]
    """
    if graph is None:
        return all(_runs(module, length, width) for length in lengths)
    own = _weights(graph)
    resized = [graph.with_inputs((TensorSpec((1, length), graph.inputs[0].spec.dtype),)) for length in lengths]
    return all(_output(each) == (1, width) and _weights(each) == own for each in resized)


def _runs(module: nn.Module, length: int, width: int) -> bool:
    found = called(module, torch.zeros((2, length), dtype=torch.int64)).output
    return isinstance(found, torch.Tensor) and tuple(found.shape) == (2, width)


def _output(graph: Graph) -> Shape | None:
    """None where the layers do not fit the input."""
    known, ref = facts(graph), graph.outputs[0]
    return known.nodes[ref.node].outputs[ref.port].dims if known.error is None else None


def _weights(graph: Graph) -> dict[str, Any]:
    return {name: each.param_shapes for name, each in facts(graph).nodes.items()}
