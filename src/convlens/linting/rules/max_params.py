"""B01: more parameters than allowed."""

from collections.abc import Iterator
from math import prod

from convlens.lang.messages import marked
from convlens.linting.budgets import excess, told
from convlens.linting.finding import Finding
from convlens.linting.network import Network
from convlens.linting.rule import Rule


class MaxParams(Rule):
    """More parameters than the budget allows.

    ## Why
    A budget holds the network's size where the project wants it: the file that is shipped, the memory of the machine. Every
    parameter counts once, also one that no layer uses.

    ## Bad
        #: max_params 4000
        input x: 1x3x32x32
        a = conv(x, out=16, kernel=3x3, padding=1)
        r = relu(a)
        b = conv(r, out=32, kernel=3x3, padding=1)  # B01
        output b

    ## Good
        #: max_params 6000
        input x: 1x3x32x32
        a = conv(x, out=16, kernel=3x3, padding=1)
        r = relu(a)
        b = conv(r, out=32, kernel=3x3, padding=1)
        output b

    ## Source
    The budget is the project's own (``max_params``); what is counted: docs/conventions.md.
    """

    code = "B01"
    name = "max-params"
    severity = "error"
    status = "stable"

    def check(self, net: Network) -> Iterator[Finding]:
        budget = net.options.max_params
        if budget is None:
            return
        unused = sum(prod(extra.shape) for extra in net.graph.extras if extra.kind == "param")
        yield from told(
            self,
            excess(net.params, budget, sum(net.params.values()) + unused),
            marked("{figure} parameters are {over} ({share} %) more than the budget of {budget}; this layer has {part}"),
            marked("fewer channels, groups, or a smaller head, where the most parameters are"),
        )
