"""B02: more MACs than allowed."""

from collections.abc import Iterator

from convlens.lang.messages import marked
from convlens.linting.budgets import excess, told
from convlens.linting.finding import Finding
from convlens.linting.network import Network
from convlens.linting.rule import Rule


class MaxMacs(Rule):
    """More multiply-accumulates than the budget allows.

    ## Why
    A budget holds the arithmetic of one inference where the project wants it. One MAC is two operations; what is not known of
    an operator counts nothing.

    ## Bad
        #: max_macs 4000000
        input x: 1x3x32x32
        a = conv(x, out=16, kernel=3x3, padding=1)
        r = relu(a)
        b = conv(r, out=32, kernel=3x3, padding=1)  # B02
        output b

    ## Good
        #: max_macs 6000000
        input x: 1x3x32x32
        a = conv(x, out=16, kernel=3x3, padding=1)
        r = relu(a)
        b = conv(r, out=32, kernel=3x3, padding=1)
        output b

    ## Source
    The budget is the project's own (``max_macs``); what is counted: docs/decisions/0002-what-a-mac-is.md.
    """

    code = "B02"
    name = "max-macs"
    severity = "error"
    status = "stable"

    def check(self, net: Network) -> Iterator[Finding]:
        budget = net.options.max_macs
        if budget is None:
            return
        parts = {name: known.macs or 0 for name, known in net.facts.nodes.items()}
        yield from told(
            self,
            excess(parts, budget),
            marked("{figure} MACs are {over} ({share} %) more than the budget of {budget}; this layer has {part}"),
            marked("an earlier stride, fewer channels or groups, where the most MACs are"),
        )
