"""B05: a receptive field below the least that is wanted."""

from collections.abc import Iterator

from convlens.lang.messages import marked
from convlens.lang.remark import remark
from convlens.linting.finding import Finding, Fix
from convlens.linting.last_maps import last_maps
from convlens.linting.network import Network
from convlens.linting.rule import Rule


class MinReceptiveField(Rule):
    """The last map sees less than the project wants.

    ## Why
    A change of kernels, strides or dilations may make the receptive field smaller without any other figure changing. What
    counts is the smallest axis of the last map before a global pooling, a flatten or attention; where there are several
    outputs, the one that sees the most.

    ## Bad
        #: min_receptive_field 8
        input x: 1x3x32x32
        a = conv(x, out=16, kernel=3x3, padding=1)
        b = conv(a, out=32, kernel=3x3, padding=1)  # B05
        output b

    ## Good
        #: min_receptive_field 8
        input x: 1x3x32x32
        a = conv(x, out=16, kernel=3x3, stride=2, padding=1)
        b = conv(a, out=32, kernel=3x3, padding=1)
        c = conv(b, out=32, kernel=3x3, padding=1)
        output c

    ## Source
    The budget is the project's own (``min_receptive_field``).
    """

    code = "B05"
    name = "min-receptive-field"
    severity = "error"
    status = "stable"

    def check(self, net: Network) -> Iterator[Finding]:
        least = net.options.min_receptive_field
        if least is None:
            return
        last = max(last_maps(net), key=lambda found: min(found.sizes), default=None)
        if last is not None and min(last.sizes) < least:
            figure = min(last.sizes)
            words = marked("the receptive field here, {figure} pixels, is {under} ({share} %) less than the {budget} wanted")
            yield self.found(
                last.node.name,
                remark(words, figure=figure, under=least - figure, share=f"{100 * (least - figure) / least:.1f}", budget=least),
                evidence={"figure": figure, "budget": least, "under": least - figure, "axes": list(last.sizes)},
                fixes=[Fix(remark(marked("larger kernels, a dilation, an earlier stride or more layers before")))],
            )
