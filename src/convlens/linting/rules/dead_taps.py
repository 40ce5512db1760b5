"""G12: weights that meet only padding."""

from collections.abc import Iterator
from fractions import Fraction
from math import prod

from convlens.arith.units import grouped, percent
from convlens.ir.graph import Graph
from convlens.ir.spec import show_shape
from convlens.lang.messages import marked
from convlens.lang.remark import remark
from convlens.linting.collapse import Narrow, fewer
from convlens.linting.dead import Live, dead_weights, live_only, strokes
from convlens.linting.edits import before, with_ops
from convlens.linting.finding import Finding, Fix
from convlens.linting.network import Network
from convlens.linting.rule import Rule
from convlens.linting.trials import smallest
from convlens.linting.windows import Slide


class DeadTaps(Rule):
    """Weights that meet only padding.

    ## Why
    Tap j of a kernel is dead on an axis of n pixels where no output o has 0 <= o*stride - padding + j*dilation < n: it is
    multiplied with zeros only. Its weights get a gradient of exactly zero at this input size, whatever the data, and still
    take memory and time. A transposed convolution has such taps where all that they paint is cut off.

    A kernel that is larger than the whole padded input fits nowhere, and the network cannot run.

    ## Bad
        input x: 1x64x14x14
        c = conv(x, out=64, kernel=3x3, padding=18, dilation=18)  # G12
        output c

    ## Good
        input x: 1x64x33x33
        c = conv(x, out=64, kernel=3x3, padding=18, dilation=18)
        output c

    ## Source
    Exact, from the window of each output. The effect: Chen et al., arXiv:1706.05587v3, section 3.2, where a 3x3 kernel of
    a large rate degenerates to 1x1.
    """

    code = "G12"
    name = "dead-taps"
    severity = "warn"
    status = "stable"
    instead_of = ("G20", "X01")

    def check(self, net: Network) -> Iterator[Finding]:
        if net.narrow is not None and not net.narrow.reduced:
            yield self._too_large(net, net.narrow)
        dead = dead_weights(net)
        if dead:
            yield self._dead(net, dead)

    def _too_large(self, net: Network, found: Narrow) -> Finding:
        words = remark(
            marked("this window covers {reach}, more than its whole input of {padded}, padding included"),
            reach=show_shape(found.reach), padded=show_shape(found.padded),
        )  # fmt: skip
        evidence = {"sizes": list(found.sizes), "padded": list(found.padded), "reach": list(found.reach)}
        larger = tuple(n + max(r - p, 0) for n, p, r in zip(found.sizes, found.padded, found.reach, strict=True))
        size = Fix(remark(marked("an input of at least {size} for this layer"), size=show_shape(larger)))
        return self.found(found.node.name, words, severity="error", evidence=evidence, fixes=[*fewer(net.graph), size])

    def _dead(self, net: Network, dead: dict[str, int]) -> Finding:
        slides = {name: strokes(net, net.graph[name]) for name in dead}
        count, total = sum(dead.values()), sum(facts.params for facts in net.facts.nodes.values())
        met = {name: str(prod((slide.met for slide in each), start=Fraction(1))) for name, each in slides.items()}
        return self.found(
            dead,
            remark(
                marked("{count} of {total} parameters ({share} %) meet only padding at this input size and never get a gradient"),
                count=grouped(count), total=grouped(total), share=percent(Fraction(count, total)),
            ),
            evidence={"params": count, "total_params": total, "layers": dead, "met": met},
            fixes=[*_without(net, slides), _larger(net, slides)],
        )  # fmt: skip


def _without(net: Network, slides: dict[str, tuple[Slide, ...]]) -> Iterator[Fix]:
    live = {name: new for name, each in slides.items() if (new := live_only(net.graph[name].op, each))}
    if len(live) == len(slides) and all(net.may_reshape(net.graph[name]) for name in slides):
        words = remark(marked("kernels without the dead taps, which give exactly the same outputs"))
        yield Fix(words, lambda graph: _with(graph, live))


def _with(graph: Graph, live: dict[str, Live]) -> Graph:
    graph = with_ops(graph, {name: new.op for name, new in live.items()})
    for name, new in live.items():
        graph = graph if new.crop is None else before(graph, name, new.crop, "crop")
    return graph


def _larger(net: Network, slides: dict[str, tuple[Slide, ...]]) -> Fix:
    """Words for what is better than a smaller kernel, where more pixels can be had."""
    least = smallest(net.graph, len(next(iter(slides.values()))), _is_alive, _is_alive)
    dilated = any(slide.dilation > 1 for each in slides.values() for slide in each)
    if least is None and dilated:
        return Fix(remark(marked("a larger input, less stride before, or a smaller dilation")))
    if least is None:
        return Fix(remark(marked("a larger input, or less stride before")))
    if dilated:
        return Fix(remark(marked("an input of {size}, less stride before, or a smaller dilation"), size=show_shape(least)))
    return Fix(remark(marked("an input of {size}, or less stride before"), size=show_shape(least)))


def _is_alive(graph: Graph) -> bool:
    net = Network(graph)
    return net.facts.broken is None and not dead_weights(net)
