"""X01: the network cannot run."""

from collections.abc import Iterator

from convlens.lang.messages import marked
from convlens.lang.remark import remark
from convlens.linting.finding import Finding, Fix
from convlens.linting.network import Network
from convlens.linting.rule import Rule


class ShapesDoNotFit(Rule):
    """The network cannot run: a layer cannot take the shape that reaches it.

    ## Why
    Every framework raises an error when this layer is reached. Other rules say more where they know the cause: sizes that
    do not match where branches meet (G17), a map that has become smaller than a kernel (G20), a missing flatten (S09).

    ## Bad
        input x: 1x3x32x32
        c = conv(x, out=16, kernel=3x3)
        d = conv(c, out=16, kernel=3x3, groups=3)  # X01
        output d

    ## Good
        input x: 1x3x32x32
        c = conv(x, out=16, kernel=3x3)
        d = conv(c, out=16, kernel=3x3, groups=4)
        output d

    ## Source
    The shape rule of each operator: docs/reference/operators.md.
    """

    code = "X01"
    name = "shapes-do-not-fit"
    severity = "error"
    status = "stable"

    def check(self, net: Network) -> Iterator[Finding]:
        broken, error = net.facts.broken, net.facts.error
        if broken is None or error is None or broken.op.name == "opaque":
            return
        fixes = [Fix(remark("{fix}", fix=error.fix))] if error.fix else []
        reason = remark(marked("cannot run from here on: {reason}"), reason=error.condition)
        yield self.found(broken.name, reason, evidence={"error": str(error)}, fixes=fixes)
