"""G21: a resize whose pixels lie no whole ratio apart."""

from collections.abc import Iterator
from fractions import Fraction

from convlens.ir.edit import with_settings
from convlens.ir.graph import Node
from convlens.lang.messages import marked
from convlens.lang.remark import Remark, remark
from convlens.linting.edits import with_ops
from convlens.linting.finding import Finding, Fix
from convlens.linting.network import Network
from convlens.linting.resizing import Resize, uneven_resizes
from convlens.linting.rule import Rule


class AlignCorners(Rule):
    """A resize whose pixels lie no whole ratio apart.

    ## Why
    With align_corners the outer pixels of both maps are put on each other, so n pixels that become m lie (n-1)/(m-1) apart
    instead of n/m. Twice as large is then 27/55 for a map of 28 pixels and 13/27 for one of 14: the step depends on the size,
    and a map that was halved before does not come back to where it was. A scale that is no whole number has the same effect.

    What is seen at one place then meets what was seen at another, by up to half a pixel of the smaller map, and at another
    input size by another distance.

    ## Bad
        input x: 1x3x56x56
        a = max_pool(x, kernel=2x2)
        b = interpolate(a, scale=[2, 2], mode="bilinear", align_corners=true)  # G21
        output b

    ## Good
        input x: 1x3x56x56
        a = max_pool(x, kernel=2x2)
        b = interpolate(a, scale=[2, 2], mode="bilinear")
        output b

    ## Source
    torch.nn.Upsample, whose documentation warns that with align_corners the output depends on the input size. The steps are
    exact.

    ## Exceptions
    Sizes at which the step is whole: from 17 to 33 pixels align_corners gives exactly 1/2, and maps that an odd kernel with
    stride 2 halved, as at input sizes n = 1 (mod 32), come back to their places.
    """

    code = "G21"
    name = "align-corners"
    severity = "info"
    status = "preview"

    def check(self, net: Network) -> Iterator[Finding]:
        uneven = uneven_resizes(net)
        by_corners = {node: each for node, each in uneven.items() if node.op.settings()["align_corners"]}
        by_size = {node: each for node, each in uneven.items() if node not in by_corners}
        if by_corners:
            words = marked("align_corners puts the pixels of {size} resized to {out} {ratio} of a pixel apart, not {plain}")
            yield self._finding(by_corners, words, _without_corners(by_corners))
        if by_size:
            words = marked("{size} pixels resized to {out} lie {ratio} of a pixel apart: neither this nor its inverse is whole")
            whole = Fix(remark(marked("a size that is a multiple of the map's, or a whole part of it")))
            yield self._finding(by_size, words, [whole])

    def _finding(self, nodes: dict[Node, list[Resize]], words: str, fixes: list[Fix]) -> Finding:
        names, first = [node.name for node in nodes], next(iter(nodes.values()))[0]
        evidence = {node.name: [_of_one(resize) for resize in each] for node, each in nodes.items()}
        return self.found(names, _message(words, first), evidence={"resizes": evidence}, fixes=fixes)


def _of_one(resize: Resize) -> dict[str, int | str]:
    return {"axis": resize.axis, "size": resize.size, "out": resize.out, "ratio": str(resize.ratio)}


def _message(words: str, resize: Resize) -> Remark:
    plain = Fraction(resize.size, resize.out)
    return remark(words, size=resize.size, out=resize.out, ratio=str(resize.ratio), plain=str(plain))


def _without_corners(nodes: dict[Node, list[Resize]]) -> list[Fix]:
    """Only where the plain ratio is whole: else it would be as uneven as before."""
    whole = all(resize.out % resize.size == 0 or resize.size % resize.out == 0 for each in nodes.values() for resize in each)
    plain = {node.name: with_settings(node.op, align_corners=False) for node in nodes}
    return [Fix(remark(marked("align_corners=False")), (lambda graph: with_ops(graph, plain)) if whole else None)]
