"""B04: more bytes at once than allowed."""

from collections.abc import Iterator

from convlens.lang.messages import marked
from convlens.linting.budgets import excess, told
from convlens.linting.finding import Finding
from convlens.linting.network import Network
from convlens.linting.rule import Rule
from convlens.passes.liveness import peak


class MaxPeakBytes(Rule):
    """More bytes of activations at once than the budget allows.

    ## Why
    The largest moment of a run decides whether the network fits: the maps that are still needed while one layer runs. One
    inference in the order of the network, each map freed when nothing needs it any more.

    ## Bad
        #: max_peak_bytes 150000
        input x: 1x3x32x32
        a = conv(x, out=16, kernel=3x3, padding=1)
        r = relu(a)
        b = conv(r, out=32, kernel=3x3, padding=1)  # B04
        output b

    ## Good
        #: max_peak_bytes 300000
        input x: 1x3x32x32
        a = conv(x, out=16, kernel=3x3, padding=1)
        r = relu(a)
        b = conv(r, out=32, kernel=3x3, padding=1)
        output b

    ## Source
    The budget is the project's own (``max_peak_bytes``); what is counted: docs/memory.md.
    """

    code = "B04"
    name = "max-peak-bytes"
    severity = "error"
    status = "stable"

    def check(self, net: Network) -> Iterator[Finding]:
        budget = net.options.max_peak_bytes
        if budget is None:
            return
        yield from told(
            self,
            excess(net.live.at, budget, peak(net.live).peak_bytes),
            marked("{figure} bytes of activations are needed at once here, {over} ({share} %) more than the budget of {budget}"),
            marked("an earlier stride or fewer channels there, activations in place, or a shortcut freed sooner"),
        )
