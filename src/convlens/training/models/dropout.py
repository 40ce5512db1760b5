"""Another share of values that fall in training."""

from convlens.ir.edit import Change, changed, made, with_settings
from convlens.ir.errors import UsageError
from convlens.ir.graph import Graph, Ref
from convlens.lang.sentence import Sentence

_OPS = ("dropout", "alpha_dropout")


def with_dropout(graph: Graph, share: float) -> Graph:
    """The network with this share in every dropout layer. Raises `UsageError` where it has none and the share is not 0.

    >>> from convlens.ir.text import parse
    >>> graph = parse("input x: 1x8\\nd = dropout(x)\\noutput d")
    >>> with_dropout(graph, 0.2)["d"].op.p
    0.2
    """
    found = [node for node in graph if node.op.name in _OPS]
    if share and not found:
        raise UsageError(
            Sentence(
                "the network {network} has no dropout layer\n"
                "  fix: leave dropout out, or write one into the network: d = dropout(x)",
                network=repr(graph.name),
            )
        )
    changes = {node.name: Change((made(node, with_settings(node.op, p=share), node.inputs),), Ref(node.name)) for node in found}
    return changed(graph, changes)
