"""E05: one place of the network needs far more memory than the rest."""

from collections.abc import Iterator
from statistics import median_low

from convlens.arith.units import memory
from convlens.lang.messages import marked
from convlens.lang.remark import remark
from convlens.linting.finding import Finding, Fix
from convlens.linting.network import Network
from convlens.linting.rule import Rule
from convlens.passes.liveness import peak

TIMES = 4
"""A peak that is so many times what half of the layers need is worth knowing."""


class PeakActivation(Rule):
    """Few layers need far more activation memory than the others.

    ## Why
    The memory for activations must hold the largest moment of a run: the maps that are still needed while one layer runs.
    Where the first layers, at full size, need several times what the rest needs, they alone decide which machine is large
    enough. What is counted is one inference in the order of the network, with each map freed when nothing needs it any more.

    ## Bad
        input x: 1x3x128x128
        a = conv(x, out=64, kernel=3x3, padding=1)  # E05
        p = max_pool(a, kernel=8x8)
        b = conv(p, out=64, kernel=3x3, padding=1)
        c = conv(b, out=64, kernel=3x3, padding=1)
        d = conv(c, out=64, kernel=3x3, padding=1)
        e = conv(d, out=64, kernel=3x3, padding=1)
        output e

    ## Good
        input x: 1x3x128x128
        a = conv(x, out=16, kernel=8x8, stride=8)
        b = conv(a, out=64, kernel=3x3, padding=1)
        c = conv(b, out=64, kernel=3x3, padding=1)
        d = conv(c, out=64, kernel=3x3, padding=1)
        e = conv(d, out=64, kernel=3x3, padding=1)
        output e

    ## Source
    Lin et al., MCUNetV2, arXiv:2110.15352, section 1: the first blocks of MobileNetV2 need 8 times the memory of the rest,
    and running them patch by patch takes that away. The factor of 4 from which this is a note is ours.
    """

    code = "E05"
    name = "peak-activation"
    severity = "info"
    status = "preview"

    def check(self, net: Network) -> Iterator[Finding]:
        if not net.live.at:
            return
        most, typical = peak(net.live), median_low(net.live.at.values())
        if most.peak_node and most.peak_bytes >= TIMES * typical:
            own = sum(spec.bytes for spec in net.facts.nodes[most.peak_node].outputs)
            yield self.found(
                most.peak_node,
                remark(
                    marked(
                        "{peak} of activations are needed at once here, {times} times what half of the layers need ({typical}); "
                        "its own output is {share} % of it"
                    ),
                    peak=memory(most.peak_bytes), times=f"{most.peak_bytes / typical:.1f}", typical=memory(typical),
                    share=f"{100 * own / most.peak_bytes:.0f}",
                ),
                evidence={"peak_bytes": most.peak_bytes, "median_bytes": typical, "output_bytes": own},
                fixes=[Fix(remark(marked("fewer channels or an earlier stride there, or these layers run patch by patch")))],
            )  # fmt: skip
