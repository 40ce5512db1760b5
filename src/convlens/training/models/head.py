"""The last layer fitted to the classes."""

from dataclasses import replace

from convlens.ir.edit import Change, changed, made, with_settings
from convlens.ir.errors import UsageError
from convlens.ir.graph import Graph, Node, Ref
from convlens.ir.spec import Shape, show_shape
from convlens.passes.facts import facts

ENDS = ("softmax", "log_softmax", "sigmoid", "log_sigmoid")
"""What a network may end with that the loss does itself, on the values before it."""

PASSED = ("flatten", "reshape", "adaptive_avg_pool", "avg_pool", "mean", "squeeze", "dropout", "relu", "identity")
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
            f"network {graph.name!r} gives {show_shape(found)} for one example; classification takes {show_shape((1, classes))}, "
            "one value for each class\n  fix: a global pooling and a linear layer at its end"
        )
    return fitted, width


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


def _last(graph: Graph) -> Node:
    by_name = {node.name: node for node in graph}
    node = by_name.get(graph.outputs[0].node)
    while node is not None and node.op.name in PASSED:
        node = by_name.get(node.inputs[0].node)
    if node is None or node.op.name not in ("linear", "conv"):
        shown = f"it ends with {node.op.name} {node.name!r}" if node else "it has no layer with weights"
        raise UsageError(
            f"network {graph.name!r} has no last layer that could be fitted to the classes: {shown}\n"
            "  fix: a linear layer at its end"
        )
    return node
