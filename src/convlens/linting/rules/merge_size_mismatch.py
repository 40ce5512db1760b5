"""G17: branches of different size meet."""

from collections.abc import Iterator
from typing import Literal

from convlens.arith.congruence import Congruence
from convlens.lang.messages import marked
from convlens.lang.remark import Remark, remark
from convlens.linting.finding import Finding, Fix
from convlens.linting.merging import Mismatch, fitted, mismatch, resizers, starts_alike
from convlens.linting.network import Network
from convlens.linting.rule import Rule
from convlens.linting.sizes import class_words, either, running_sizes, size_evidence


class MergeSizeMismatch(Rule):
    """Branches of different size meet.

    ## Why
    Layers with a stride round down, and unpadded ones take a border off. On the way back up, doubling does not give back what
    was rounded away: 25 pixels become 12 and then 24. Where such a map meets the one that it came from, the sizes do not
    match, and every framework stops there.

    Whether it happens depends on the input size alone. The sizes that work are repeated with the stride of the network: all
    multiples of 2^D for a U-Net that pools D times, n = 12 (mod 16) from 188 for the original one, which pads nothing.

    ## Bad
        input x: 1x3x50x50
        a = conv(x, out=8, kernel=3x3, padding=1)
        b = max_pool(a, kernel=2x2)
        c = max_pool(b, kernel=2x2)
        d = conv(c, out=8, kernel=3x3, padding=1)
        e = conv_transpose(d, out=8, kernel=2x2, stride=2)
        f = concat(b, e)  # G17
        g = conv_transpose(f, out=8, kernel=2x2, stride=2)
        h = concat(a, g)
        output h

    ## Good
        input x: 1x3x52x52
        a = conv(x, out=8, kernel=3x3, padding=1)
        b = max_pool(a, kernel=2x2)
        c = max_pool(b, kernel=2x2)
        d = conv(c, out=8, kernel=3x3, padding=1)
        e = conv_transpose(d, out=8, kernel=2x2, stride=2)
        f = concat(b, e)
        g = conv_transpose(f, out=8, kernel=2x2, stride=2)
        h = concat(a, g)
        output h

    ## Source
    Exact, from the shape rule of each operator. Reported by users in segmentation_models.pytorch, issues 57, 93, 196 and 548;
    the sizes of the original: Ronneberger, Fischer, Brox, arXiv:1505.04597, section 2.
    """

    code = "G17"
    name = "merge-size-mismatch"
    severity = "error"
    status = "stable"
    instead_of = ("X01",)

    def check(self, net: Network) -> Iterator[Finding]:
        found = mismatch(net)
        if found is None:
            return
        axis = found.axes[0]
        message = remark(
            marked("branches of different size meet: {sizes} pixels along axis {axis}"),
            sizes=" / ".join(map(str, found.sizes(axis))), axis=axis,
        )  # fmt: skip
        words, sizes = _sizes(net)
        evidence = {"sizes": {str(axis): found.sizes(axis) for axis in found.axes}, "input_sizes": sizes}
        yield self.found(found.node.name, message, evidence=evidence, fixes=[*words, *_fixes(net, found)])


def _sizes(net: Network) -> tuple[list[Fix], dict[str, object]]:
    """The input sizes that work, in words and numbers; none where they cannot be told."""
    wrong: dict[tuple[str, int, Congruence], list[int]] = {}
    now = {item.name: item.spec.dims for item in net.graph.inputs}
    for (name, axis), sizes in running_sizes(net.graph, sorted(net.space)).items():
        if now[name][axis] not in sizes:
            wrong.setdefault((name, now[name][axis], sizes), []).append(axis)
    return [_size_words(*kind, axes) for kind, axes in wrong.items()], {
        name: {"axes": axes, **size_evidence(sizes, size)} for (name, size, sizes), axes in wrong.items()
    }


def _size_words(name: str, size: int, sizes: Congruence, axes: list[int]) -> Fix:
    words = marked("{input} of {sizes} pixels along axis {axes} ({which})")
    shown = ", ".join(map(str, axes))
    return Fix(remark(words, input=name, sizes=either(sizes, size), axes=shown, which=class_words(sizes)))


def _fixes(net: Network, found: Mismatch) -> list[Fix]:
    """Padding first where only the right end is missing, cropping first where a border is."""
    pad = _fix(net, remark(marked("zeros beside the smaller map, before they meet")), "pad")
    crop = _fix(net, remark(marked("a crop of the larger map, before they meet")), "crop")
    resize = [_fix(net, remark(marked("a resize to the size of the map that it meets")), "resize")] * bool(resizers(net, found))
    return [*resize, *([pad, crop] if starts_alike(net, found) else [crop, pad])]


def _fix(net: Network, words: Remark, how: Literal["resize", "pad", "crop"]) -> Fix:
    """A captured network that broke ends there, so nothing can be tried on it."""
    return Fix(words, (lambda graph: fitted(graph, how)) if net.graph.broken is None else None)
