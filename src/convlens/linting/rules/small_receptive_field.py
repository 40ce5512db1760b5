"""G15: outputs that cannot see the whole object."""

from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from math import ceil

from convlens.ir.errors import ConvlensError
from convlens.ir.graph import Node
from convlens.ir.op import Op
from convlens.lang.messages import marked
from convlens.lang.remark import remark
from convlens.linting.dilations import with_dilation
from convlens.linting.edits import with_ops
from convlens.linting.finding import Finding, Fix
from convlens.linting.last_maps import LastMap, last_maps
from convlens.linting.network import Network
from convlens.linting.rule import Rule

POOLS = ("adaptive_avg_pool", "adaptive_max_pool", "avg_pool", "lp_pool", "max_pool", "reduce")
"""They bring all places together without a weight for each, so none of what they read can join what its places see."""

TRIED = 6
"""So many of the last convolutions are tried for a fix."""


class SmallReceptiveField(Rule):
    """No place of the last map sees as far as the object is large.

    ## Why
    What a place of the last map says can only follow from the pixels that it sees. An object that is larger than this window
    is never seen whole; pooling afterwards counts its parts but does not know how they stand to each other. This is looked
    at where the size of the object is given (``object_size``), in pixels of the input.

    ## Bad
        #: object_size 32
        input x: 1x3x64x64
        a = conv(x, out=16, kernel=3x3, stride=2, padding=1)
        b = conv(a, out=32, kernel=3x3, stride=2, padding=1)
        c = conv(b, out=32, kernel=3x3, padding=1)
        d = conv(c, out=32, kernel=3x3, padding=1)  # G15
        output d

    ## Good
        #: object_size 32
        input x: 1x3x64x64
        a = conv(x, out=16, kernel=3x3, stride=2, padding=1)
        b = conv(a, out=32, kernel=3x3, stride=2, padding=1)
        c = conv(b, out=32, kernel=3x3, padding=1)
        d = conv(c, out=32, kernel=3x3, padding=1)
        e = conv(d, out=32, kernel=3x3, padding=1)
        f = conv(e, out=32, kernel=3x3, padding=1)
        output f

    ## Exceptions
    Where a fully connected layer or attention reads all places of the map with a weight for each, everything is seen.

    ## Source
    Araujo, Norris, Sim, Computing Receptive Fields of Convolutional Neural Networks, Distill 2019,
    doi 10.23915/distill.00021. Luo et al., arXiv:1701.04128: what counts is even less than the receptive field.
    """

    code = "G15"
    name = "small-receptive-field"
    severity = "warn"
    status = "preview"

    def check(self, net: Network) -> Iterator[Finding]:
        size = net.options.object_size
        maps = list(last_maps(net)) if size else []
        if not size or not maps or any(m.reader is not None and m.reader.op.name not in POOLS for m in maps):
            return
        last = max(maps, key=lambda found: min(found.sizes))
        wanted = _wanted(net, last, size)
        missing = [max(want - seen, 0) for want, seen in zip(wanted, last.sizes, strict=True)]
        if any(missing):
            words = marked("a place of the last map sees {seen} pixels, less than the object of {size} pixels")
            yield self.found(
                last.node.name,
                remark(words, seen=_by(last.sizes), size=size),
                evidence={"receptive_field": list(last.sizes), "object_size": size, "missing": missing},
                fixes=_fixes(net, last, missing, wanted),
            )


def _wanted(net: Network, last: LastMap, size: int) -> list[int]:
    """What must be seen along each axis: no object is larger than the input."""
    dims = next(item.spec.dims for item in net.graph.inputs if item.name == last.field.input)
    return [min(size, length) for length in dims[2:]]


def _fixes(net: Network, last: LastMap, missing: list[int], wanted: list[int]) -> Iterator[Fix]:
    for layers in _choices(_late_layers(net, last)):
        rate = _rate(net, layers, missing)
        ops = {node.name: with_dilation(node.op, net.slides(node), rate) for node in layers} if rate else {}
        sizes = _seen_with(net, last, ops) if ops else ()
        if sizes and all(size >= want for size, want in zip(sizes, wanted, strict=True)):
            words = marked("dilation {rate} in {layers}, with padding to match: {seen} pixels are seen")
            named = ", ".join(node.name for node in reversed(layers))
            yield Fix(remark(words, rate=rate, layers=named, seen=_by(sizes)), partial(with_ops, ops=ops))
            break
    step = max((ceil(axis.stride or 1) for axis in last.field.axes), default=1)
    words = marked("{count} more layers with kernels of 3 at the end, or a stride of 2 or a dilation earlier")
    yield Fix(remark(words, count=ceil(max(missing) / (2 * step))))


def _by(sizes: tuple[int, ...]) -> str:
    return "x".join(map(str, sizes))


def _late_layers(net: Network, last: LastMap) -> list[Node]:
    """The last convolutions before the map that may look further without a change of shape, the last first."""
    found: list[Node] = []
    node: Node | None = last.node
    while node is not None and len(found) < TRIED:
        slides = net.slides(node)
        may = len(slides) == len(last.field.axes) and all(s.stride == s.dilation == 1 and s.kernel % 2 for s in slides)
        if node.op.name == "conv" and may and max(slide.kernel for slide in slides) > 1:
            found.append(node)
        node = net.before(node)
    return found


def _choices(late: list[Node]) -> Iterator[list[Node]]:
    """One of them, the last first; else the last two, the last three."""
    yield from ([node] for node in late)
    yield from (late[:count] for count in (2, 3) if len(late) >= count)


def _rate(net: Network, layers: list[Node], missing: list[int]) -> int:
    """The smallest dilation with which these layers see what is missing on every axis; 0 where none does."""
    more = [Fraction(0)] * len(missing)
    for node in layers:
        field = net.receptive_fields[node.name]
        for axis, slide in enumerate(net.slides(node)):
            more[axis] += (slide.kernel - 1) * (field.axes[axis].stride or 0) if field else 0
    if any(lack and not gain for lack, gain in zip(missing, more, strict=True)):
        return 0
    return 1 + max(ceil(lack / gain) for lack, gain in zip(missing, more, strict=True) if lack)


def _seen_with(net: Network, last: LastMap, ops: dict[str, Op]) -> tuple[int, ...]:
    """The receptive field with other operators; none where taps would only meet padding, or pixels would be skipped."""
    try:
        changed = Network(with_ops(net.graph, ops))
    except ConvlensError:
        return ()
    dead = any(len(slide.live_taps) < slide.kernel for name in ops for slide in changed.slides(changed.graph[name]))
    field = changed.receptive_fields.get(last.node.name)
    if dead or field is None:
        return ()
    skipped = zip(field.axes, last.field.axes, strict=True)
    holes = any(new.size - new.support > old.size - old.support for new, old in skipped)
    return () if holes else tuple(axis.size for axis in field.axes)
