"""G20: maps that have become too small."""

from collections.abc import Iterator

from convlens.ir.graph import Node
from convlens.ir.spec import Shape, show_shape
from convlens.lang.messages import marked
from convlens.lang.remark import remark
from convlens.linting.collapse import Narrow, fewer, smallest_input
from convlens.linting.edits import without
from convlens.linting.finding import Finding, Fix
from convlens.linting.network import Network
from convlens.linting.refit import POOLING
from convlens.linting.rule import Rule
from convlens.linting.trials import images


class SpatialCollapse(Rule):
    """A map that has become too small for what comes next.

    ## Why
    Every stride and every pooling makes the map smaller. Where it is smaller than the next window, the network cannot run
    at this input size; where it is a single pixel, a further pooling has nothing to choose from.

    ## Bad
        input x: 1x3x16x16
        a = conv(x, out=16, kernel=3x3, padding=1)
        p = max_pool(a, kernel=4x4)
        b = conv(p, out=32, kernel=3x3, padding=1)
        q = max_pool(b, kernel=4x4)
        c = conv(q, out=64, kernel=3x3, padding=1, bias=false)
        r = max_pool(c, kernel=2x2)  # G20
        output r

    ## Good
        input x: 1x3x32x32
        a = conv(x, out=16, kernel=3x3, padding=1)
        p = max_pool(a, kernel=4x4)
        b = conv(p, out=32, kernel=3x3, padding=1)
        q = max_pool(b, kernel=4x4)
        c = conv(q, out=64, kernel=3x3, padding=1, bias=false)
        r = max_pool(c, kernel=2x2)
        output r

    ## Source
    Arithmetic. Nikanjam et al., NeuraLint, arXiv:2105.08095: too many down-samplings are among the faults that it finds in
    real programs.
    """

    code = "G20"
    name = "spatial-collapse"
    severity = "error"
    status = "stable"
    instead_of = ("X01",)

    def check(self, net: Network) -> Iterator[Finding]:
        if net.narrow is not None and net.narrow.reduced:
            yield self._ends(net, net.narrow)
        idle = [node for node in net.of(*POOLING) if _is_idle(net, node)]
        if idle:
            yield self._idle(net, idle)

    def _ends(self, net: Network, found: Narrow) -> Finding:
        least = smallest_input(net.graph, len(found.sizes))
        evidence = {
            "sizes": list(found.sizes), "padded": list(found.padded), "reach": list(found.reach),
            "smallest_input": list(least) if least else None,
        }  # fmt: skip
        words = remark(
            marked("cannot run from here on: the map has shrunk to {padded}, padding included, and this window covers {reach}"),
            padded=show_shape(found.padded), reach=show_shape(found.reach),
        )  # fmt: skip
        return self.found(found.node.name, words, evidence=evidence, fixes=[*_larger(least), *fewer(net.graph)])

    def _idle(self, net: Network, nodes: list[Node]) -> Finding:
        words = remark(marked("the map is a single pixel already, so there is nothing to pool"))
        kernels = {node.name: show_shape(tuple(slide.kernel for slide in net.slides(node))) for node in nodes}
        names = list(kernels)
        fix = Fix(remark(marked("the network without this pooling")), lambda graph: without(graph, names))
        return self.found(names, words, severity="warn", evidence={"kernels": kernels}, fixes=[fix])


def _larger(least: Shape | None) -> list[Fix]:
    if least is None:
        return []
    return [Fix(remark(marked("an input of {size}, the smallest that reaches the end"), size=show_shape(least)))]


def _is_idle(net: Network, node: Node) -> bool:
    """A window of several pixels on a map of one, in a network whose input has more."""
    slides = net.slides(node)
    given = [item.spec.dims[-len(slides) :] for item in images(net.graph, len(slides))]
    on_one = all(slide.size == 1 for slide in slides) and any(slide.kernel > 1 for slide in slides)
    return on_one and any(max(dims) > 1 for dims in given)
