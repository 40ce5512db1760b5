"""G03: overlaps that add up over several layers, or that no transposed convolution makes."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from convlens.arith.pattern import Pattern, ratio
from convlens.arith.units import times
from convlens.ir.graph import Node
from convlens.ir.op import Op
from convlens.ir.spec import show_shape
from convlens.lang.messages import marked
from convlens.lang.remark import Remark, remark
from convlens.linting.carried import Imprint
from convlens.linting.enlarging import fixes
from convlens.linting.finding import Finding, Fix
from convlens.linting.network import Network
from convlens.linting.overlap import has_holes
from convlens.linting.rule import Rule

STACKED = marked(
    "{count} layers overlap unevenly, one on the other: at the network's output some pixels are reached over {ratio} times as "
    "many paths as others, in a pattern of {period} pixels along an axis"
)
FOLDED = marked(
    "windows of {kernel} at stride {stride} are added up unevenly: at the network's output some pixels get {ratio} times as much "
    "as others, in a pattern of {period} pixels along an axis"
)
HOLES = marked(
    "the windows that {fold} adds up leave gaps: some pixels of the network's output get nothing at all, in a pattern of "
    "{period} pixels along an axis"
)


class Case(NamedTuple):
    """Layers whose overlaps reach the output together, and what they leave there."""

    nodes: tuple[Node, ...]
    end: Imprint


class ComposedOverlap(Rule):
    """Uneven overlaps of several layers that compound, or of windows that are added up.

    ## Why
    A transposed convolution whose kernel is no multiple of its stride reaches some pixels over more paths than others. The
    next one sums up what is uneven already: kernel 3 and stride 2 gives 2 to 1 along an axis, twice in a row 3 to 1, three
    times 5 to 1, in a pattern that is two, four, eight pixels wide. In an image this is squared. ``fold``, which adds up
    windows, does the same where its kernel is no multiple of its stride.

    The paths are counted through the whole network, with all weights taken as one and away from the borders. Branches
    that meet are brought to the same mean before.

    ## Bad
        input x: 1x64x8x8
        a = conv_transpose(x, out=32, kernel=3x3, stride=2, padding=1, output_padding=1)  # G03
        b = relu(a)
        c = conv_transpose(b, out=3, kernel=5x5, stride=2, padding=2, output_padding=1)  # G03
        output c

    ## Good
        input x: 1x64x8x8
        a = conv_transpose(x, out=32, kernel=4x4, stride=2, padding=1)
        b = relu(a)
        c = conv_transpose(b, out=3, kernel=6x6, stride=2, padding=2)
        output c

    ## Source
    Odena, Dumoulin, Olah, Deconvolution and Checkerboard Artifacts, Distill 2016, doi 10.23915/distill.00003: stacked
    layers often compound. The numbers are exact counts.
    """

    code = "G03"
    name = "composed-overlap"
    severity = "warn"
    status = "stable"
    instead_of = ("G01",)

    def check(self, net: Network) -> Iterator[Finding]:
        for case in _cases(net):
            yield self._about(net, case)

    def _about(self, net: Network, case: Case) -> Finding:
        numbers = case.end.worst
        return self.found(
            [node.name for node in case.nodes],
            _message(case.nodes, numbers),
            evidence={
                "ratio": _contrast(numbers), "period": len(numbers), "counts": list(numbers),
                "taps": {node.name: list(map(list, net.overlap(node))) for node in case.nodes},
            },
            fixes=_fixes(net, case.nodes),
        )  # fmt: skip


def _cases(net: Network) -> list[Case]:
    """Ends that share a layer are one case, told by the worst of them; so are those whose layers have the same settings."""
    found: list[Case] = []
    for end in sorted(net.imprints.ends, key=lambda end: ratio(end.worst), reverse=True):
        nodes = tuple(node for node in map(net.graph.__getitem__, end.layers) if _tells_of(net, node))
        if 0 in end.worst and any(_leaves_holes(net, net.graph[name]) for name in end.layers):
            continue  # what has no input has it from there
        if not (end.stacked and len(nodes) > 1) and all(node.op.name != "fold" for node in nodes):
            continue
        again = next((at for at, case in enumerate(found) if _same(case.nodes, nodes)), None)
        if again is None:
            found.append(Case(nodes, end))
        else:
            found[again] = Case(found[again].nodes + nodes, found[again].end)
    return [Case(tuple(node for node in net.nodes if node in case.nodes), case.end) for case in found]


def _tells_of(net: Network, node: Node) -> bool:
    """A transposed convolution that leaves holes is what transposed-holes (G02) tells of."""
    return not _leaves_holes(net, node)


def _leaves_holes(net: Network, node: Node) -> bool:
    return node.op.name != "fold" and has_holes(net.overlap(node))


def _same(a: tuple[Node, ...], b: tuple[Node, ...]) -> bool:
    return bool({node.name for node in a} & {node.name for node in b}) or _ops(a) == _ops(b)


def _ops(nodes: tuple[Node, ...]) -> set[Op]:
    return {node.op for node in nodes}


def _contrast(numbers: Pattern) -> str:
    return "inf" if 0 in numbers else str(ratio(numbers))


def _message(nodes: tuple[Node, ...], numbers: Pattern) -> Remark:
    ops = _ops(nodes)
    if 0 in numbers:
        return remark(HOLES, fold=next(node.name for node in nodes if node.op.name == "fold"), period=len(numbers))
    told: dict[str, Any] = {"ratio": times(ratio(numbers)), "period": len(numbers)}
    if len(ops) > 1 or any(op.name != "fold" for op in ops):
        return remark(STACKED, count=len(nodes), **told)
    given = nodes[0].op.settings()
    return remark(FOLDED, kernel=show_shape(given["kernel"]), stride=show_shape(given["stride"]), **told)


def _fixes(net: Network, nodes: tuple[Node, ...]) -> list[Fix]:
    folds = [node for node in nodes if node.op.name == "fold"]
    if not folds:
        return list(fixes(net, nodes))
    words = marked("windows whose size is a multiple of their stride, or a division by what {fold} makes of ones")
    return [Fix(remark(words, fold=folds[0].name))]
