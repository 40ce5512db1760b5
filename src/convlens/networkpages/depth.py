"""How deep is a network? Its layers with weights that stand behind one another."""

from typing import TYPE_CHECKING

from convlens.report.strip.kinds import CONV, LINEAR, RECURRENT, TRANSPOSED, kind_of

if TYPE_CHECKING:
    from convlens.report.summary import Summary

WEIGHTED = (CONV, TRANSPOSED, LINEAR, RECURRENT)


def depth(report: "Summary") -> int:
    """Convolutions, linear and recurrent layers on the longest way through the network, as the 50 of ResNet-50 counts them.

    >>> from convlens.report.summary import summary
    >>> [depth(summary(name)) for name in ("resnet50", "vgg16", "alexnet")]
    [50, 16, 8]
    """
    longest: dict[str, int] = {}
    for node in report.graph:
        known = report.facts.nodes.get(node.name)
        if known is not None:
            before = max((longest.get(ref.node, 0) for ref in node.inputs), default=0)
            longest[node.name] = before + (kind_of(node.op) in WEIGHTED and bool(known.param_shapes or node.ties))
    return max(longest.values(), default=0)
