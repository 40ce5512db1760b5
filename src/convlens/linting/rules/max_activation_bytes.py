"""B03: more bytes of activations than allowed."""

from collections.abc import Iterator

from convlens.lang.messages import marked
from convlens.linting.budgets import excess, told
from convlens.linting.finding import Finding
from convlens.linting.network import Network
from convlens.linting.rule import Rule


class MaxActivationBytes(Rule):
    """More bytes of activations than the budget allows.

    ## Why
    All maps that the layers write, together, are what a training step has to keep or make again, and what one inference
    moves at least. What is a view of another map, or is written in its place, takes nothing.

    ## Bad
        #: max_activation_bytes 200000
        input x: 1x3x32x32
        a = conv(x, out=16, kernel=3x3, padding=1)
        r = relu(a)
        b = conv(r, out=32, kernel=3x3, padding=1)  # B03
        output b

    ## Good
        #: max_activation_bytes 300000
        input x: 1x3x32x32
        a = conv(x, out=16, kernel=3x3, padding=1)
        r = relu(a)
        b = conv(r, out=32, kernel=3x3, padding=1)
        output b

    ## Source
    The budget is the project's own (``max_activation_bytes``); what is counted: docs/memory.md.
    """

    code = "B03"
    name = "max-activation-bytes"
    severity = "error"
    status = "stable"

    def check(self, net: Network) -> Iterator[Finding]:
        budget = net.options.max_activation_bytes
        if budget is None:
            return
        parts = {name: sum(spec.bytes for spec in known.outputs) for name, known in net.facts.nodes.items()}
        yield from told(
            self,
            excess(parts, budget, net.live.total_bytes),
            marked(
                "{figure} bytes of activations are {over} ({share} %) more than the budget of {budget}; this layer writes {part}"
            ),
            marked("an earlier stride, fewer channels, or activations in place"),
        )
