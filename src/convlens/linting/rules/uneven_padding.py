"""G07: padding of which strided layers read more on the left than on the right."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from convlens.arith.congruence import Congruence
from convlens.ir.graph import Node
from convlens.lang.messages import marked
from convlens.lang.remark import Remark, remark
from convlens.linting.finding import Finding, Fix
from convlens.linting.grid import Grid, grids, number
from convlens.linting.network import Network
from convlens.linting.padded import padded
from convlens.linting.rule import Rule
from convlens.linting.sizes import class_words, either, size_evidence
from convlens.passes.program import Axis, programs
from convlens.passes.sizes import fitting


class UnevenPadding(Rule):
    """Strided layers read more of their padding on the left than on the right.

    ## Why
    Where (n + left + right - dilation*(kernel-1) - 1) is no multiple of the stride, the windows stop before the right end and
    leave out the last pixels there; up to the width of the padding these are zeros that were added for nothing. The map is
    then no longer centred in the picture, and every such layer adds its own part, times the stride before it: the coarsest
    map of a ResNet at 224x224 pixels starts at pixel 0 and ends at pixel 192, 31 pixels before the end.

    It depends on the size alone. With stride 2, an odd kernel and the same padding on both sides, every even size has a
    remainder of 1. Sizes at which all layers come out even are repeated with the stride of the whole network: 225, and all
    n = 1 (mod 32), for a ResNet.

    ## Bad
        input x: 1x3x32x32
        a = conv(x, out=8, kernel=3x3, stride=2, padding=1)  # G07
        b = relu(a)
        c = conv(b, out=8, kernel=3x3, stride=2, padding=1)  # G07
        output c

    ## Good
        input x: 1x3x33x33
        a = conv(x, out=8, kernel=3x3, stride=2, padding=1)
        b = relu(a)
        c = conv(b, out=8, kernel=3x3, stride=2, padding=1)
        output c

    ## Source
    Alsallakh et al., Mind the Pad: CNNs can develop blind spots, ICLR 2021. The places are exact, by the formulas of Araujo,
    Norris, Sim, Distill 2019, doi 10.23915/distill.00021.

    ## Exceptions
    Pixels of the picture itself that no window reads are G08; the padding of TensorFlow's SAME, whose sides differ, is G18.
    The sizes are those of a network whose reshapes and resizes follow its input, even where this one states their sizes.
    """

    code = "G07"
    name = "uneven-padding"
    severity = "info"
    status = "stable"

    def check(self, net: Network) -> Iterator[Finding]:
        for kind, axes in _alike(net, _uneven(net)).items():
            names, grid = [name for name, _ in kind.layers], kind.grid
            yield self.found(
                names, _message(kind), evidence=_evidence(kind, axes), fixes=_fixes(net, names, kind.sizes, grid.size)
            )


class _Kind(NamedTuple):
    """What a finding says; axes that are alike have one."""

    input: str
    layers: tuple[tuple[str, int], ...]
    grid: Grid
    sizes: Congruence | None


def _message(kind: _Kind) -> Remark:
    grid = kind.grid
    one = marked(
        "{node} samples {size} pixels from {first} to {last}, {before} px from one border and {behind} px from the other: "
        "a strided layer reads less of its padding on the right"
    )
    many = marked(
        "{node} samples {size} pixels from {first} to {last}, {before} px from one border and {behind} px from the other: "
        "{count} strided layers read less of their padding on the right"
    )
    return remark(
        one if len(kind.layers) == 1 else many,
        node=grid.ref.node, size=grid.size, first=str(grid.first), last=str(grid.last),
        before=str(grid.first), behind=str(grid.size - 1 - grid.last), count=len(kind.layers),
    )  # fmt: skip


def _evidence(kind: _Kind, axes: list[int]) -> dict[str, Any]:
    grid = kind.grid
    return {
        "axes": axes,
        "size": grid.size,
        "layers": dict(kind.layers),
        "asymmetry": number(grid.asymmetry),
        "grid": {"node": grid.ref.node, "first": number(grid.first), "last": number(grid.last)},
        "clean": None if kind.sizes is None else size_evidence(kind.sizes, grid.size),
    }


def _uneven(net: Network) -> dict[Axis, list[tuple[Node, int]]]:
    """By input axis: the layers whose windows leave out padding on the right, and how many pixels of it."""
    found: dict[Axis, list[tuple[Node, int]]] = {}
    for node, each in net.windows:
        if all(slide.stride == 1 for slide in each):
            continue
        places = net.sampling.of(node.inputs[0])
        for slide in padded(net, node, each):
            place = places[slide.axis]
            if place is not None and slide.stride > 1 and 0 < slide.remainder <= slide.right:
                found.setdefault(place[:2], []).append((node, slide.remainder))
    return found


def _alike(net: Network, uneven: dict[Axis, list[tuple[Node, int]]]) -> dict[_Kind, list[int]]:
    if not uneven:
        return {}
    found, made = grids(net), programs(net.graph, net.facts, uneven)
    alike: dict[_Kind, list[int]] = {}
    for key, layers in uneven.items():
        if key in found:
            grid = found[key]
            at = made.map_of(grid.ref, grid.axis)
            sizes = fitting(made.of[key], at[1]) if at is not None and at[0] == key else None
            kind = _Kind(key[0], tuple((node.name, left_out) for node, left_out in layers), grid._replace(axis=0), sizes)
            alike.setdefault(kind, []).append(key[1])
    return alike


def _fixes(net: Network, names: list[str], sizes: Congruence | None, size: int) -> list[Fix]:
    fixes = []
    if sizes is not None and size not in sizes:
        words = marked("an input of {sizes} pixels, where this map is centred ({which})")
        fixes.append(Fix(remark(words, sizes=either(sizes, size), which=class_words(sizes))))
    odd = [slide for name in names for slide in net.slides(net.graph[name]) if slide.stride % 2 == 0 and slide.reach % 2]
    if odd:
        words = marked("an even kernel at an even stride, such as kernel 4, stride 2, padding 1: centred at even sizes")
        fixes.append(Fix(remark(words)))
    return fixes
