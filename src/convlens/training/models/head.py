"""The last layer fitted to the classes."""

from collections.abc import Iterator
from dataclasses import replace
from math import prod

from convlens.ir.edit import Change, changed, made, with_settings
from convlens.ir.errors import UsageError
from convlens.ir.graph import Graph, Node, Ref
from convlens.ir.spec import Shape, show_shape
from convlens.lang.sentence import Sentence
from convlens.passes.facts import facts

ENDS = ("softmax", "log_softmax", "sigmoid", "log_sigmoid")
"""What a network may end with that the loss does itself, on the values before it."""

PASSED = (
    "flatten", "reshape", "squeeze", "identity", "dropout", "relu", "batch_norm",
    "adaptive_avg_pool", "adaptive_max_pool", "avg_pool", "max_pool", "reduce",
)  # fmt: skip
"""What may stand between the last layer with weights and the output."""


def with_head(graph: Graph, classes: int) -> tuple[Graph, int]:
    """The graph that ends with one logit for each class, and how many values its last layer gave before.

    Raises `ShapeError` where the layers do not fit the input, `UsageError` where no last layer can be found or its output is
    not (N, classes).

    >>> from convlens.ir.text import parse
    >>> net = parse("input x: 1x4\\nf = linear(x, out=7)\\ns = softmax(f, axis=1)\\noutput s")
    >>> fitted, width = with_head(net, 3)
    >>> [str(ref) for ref in fitted.outputs], width, facts(fitted).nodes["f"].outputs[0].dims
    (['f'], 7, (1, 3))
    """
    _output(graph)
    bare = _without_end(graph)
    last = _last(bare)
    width = int(last.op.settings()["out"])
    fitted = changed(bare, {last.name: Change((made(last, with_settings(last.op, out=classes), last.inputs),), Ref(last.name))})
    found = _output(fitted)
    if found != (1, classes):
        raise UsageError(
            Sentence(
                "network {network} gives {given} for one example; classification takes {wanted}, one value for each class\n"
                "  fix: {fix}",
                network=repr(graph.name), given=show_shape(found), wanted=show_shape((1, classes)), fix=_fix(found, classes),
            )
        )  # fmt: skip
    return fitted, width


def clipped(graph: Graph) -> str:
    """The ReLU behind the last layer of a network that `with_head` took; empty where there is none.

    It gives a class whose scores are all negative no gradient, so that some classes may never be learnt.
    """
    return next((node.name for node in _behind(graph) if node.op.name == "relu"), "")


def _fix(found: Shape, classes: int) -> str:
    pooled = prod(found) == classes
    return Sentence("flatten at its end") if pooled else Sentence("a global pooling and a linear layer at its end")


def _output(graph: Graph) -> Shape:
    ref, known = graph.outputs[0], facts(graph)
    if known.error is not None:
        raise known.error
    return known.nodes[ref.node].outputs[ref.port].dims


def _without_end(graph: Graph) -> Graph:
    by_name = {node.name: node for node in graph}
    ref = graph.outputs[0]
    while ref.node in by_name and by_name[ref.node].op.name in ENDS:
        ref = by_name[ref.node].inputs[0]
    return graph if ref == graph.outputs[0] else pruned(graph, ref)


def pruned(graph: Graph, output: Ref) -> Graph:
    """The part of the graph that this output needs."""
    needed, nodes = {output.node}, []
    for node in reversed(tuple(graph)):
        if node.name in needed:
            nodes.append(node)
            needed.update(ref.node for ref in node.inputs)
    return replace(graph, nodes=tuple(reversed(nodes)), outputs=(output,), held={})


def _behind(graph: Graph) -> Iterator[Node]:
    """From the output back to the last layer with weights, or to whatever else stands there."""
    by_name = {node.name: node for node in graph}
    node = by_name.get(graph.outputs[0].node)
    while node is not None:
        yield node
        node = by_name.get(node.inputs[0].node) if node.op.name in PASSED else None


def _last(graph: Graph) -> Node:
    *_, last = (None, *_behind(graph))
    node = last if last is not None and last.op.name not in PASSED else None
    if node is None or node.op.name not in ("linear", "conv"):
        bare = Sentence("it has no layer with weights")
        shown = Sentence("it ends with {op} {layer}", op=node.op.name, layer=repr(node.name)) if node else bare
        raise UsageError(
            Sentence(
                "network {network} has no last layer that could be fitted to the classes: {shown}\n"
                "  fix: a linear layer at its end",
                network=repr(graph.name), shown=shown,
            )
        )  # fmt: skip
    return node
