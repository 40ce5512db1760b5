"""A stride in another layer of the same chain: one whose kernel is large enough to read every pixel."""

from collections.abc import Callable

from convlens.arith.axis import IDENTITY
from convlens.arith.padding import outputs
from convlens.ir.graph import Node
from convlens.ir.op import Along, Op
from convlens.linting.network import Network
from convlens.linting.refit import with_windows
from convlens.linting.windows import Slide

MOST = 64
"""So many layers of a chain are looked at."""


def moved(net: Network, node: Node) -> dict[str, Op]:
    """Two layers in the place of ``node``, a kernel of 1, and a neighbour that takes its stride; empty where none can.

    A layer before it then computes only what was used, and the network stays the same function; one behind it sees more.
    """
    slides = net.slides(node)
    if any(s.stride > 1 and (s.kernel > 1 or s.left or s.right) for s in slides):
        return {}
    for step in (_before(net), net.after):
        taker = _taker(net, node, step)
        new = [] if taker is None else _strided(net.slides(taker), slides, behind=step == net.after)
        if taker is not None and new:
            plain = [slide._replace(stride=1) for slide in slides]
            return {node.name: with_windows(node.op, plain), taker.name: with_windows(taker.op, new)}
    return {}


def _before(net: Network) -> Callable[[Node], Node | None]:
    """The step to the node that a node reads, if nothing else reads it."""

    def step(node: Node) -> Node | None:
        found = net.before(node)
        return found if found is not None and net.after(found) is node else None

    return step


def _taker(net: Network, node: Node, step: Callable[[Node], Node | None]) -> Node | None:
    """The next convolution with a kernel, if only layers that look at one pixel at a time lie between."""
    at = step(node)
    for _ in range(MOST):
        if at is None or at.name not in net.facts.nodes or len(at.inputs) != 1:
            return None
        if at.op.name == "conv" and any(slide.kernel > 1 for slide in net.slides(at)):
            return at
        if not _in_place(net, at, [slide.axis for slide in net.slides(node)]):
            return None
        at = step(at)
    return None


def _in_place(net: Network, node: Node, axes: list[int]) -> bool:
    known = net.known(node)
    reads = node.op.reads(known.inputs)[0][0]
    return len(known.outputs) == 1 and all(read == Along(axis, IDENTITY) for axis, read in enumerate(reads) if axis in axes)


def _strided(taker: tuple[Slide, ...], slides: tuple[Slide, ...], *, behind: bool) -> list[Slide]:
    """The windows of the taker with the stride of the others; empty where the maps would change, or pixels be skipped."""
    if len(taker) != len(slides):
        return []
    new = []
    for window, slide in zip(taker, slides, strict=True):
        size, out = (slide.size, window.out) if behind else (window.size, slide.out)
        moved = window._replace(size=size, stride=window.stride * slide.stride, out=out)
        if slide.stride > 1 and (window.stride > 1 or moved.seen is not None or _count(moved) != out):
            return []
        new.append(moved if slide.stride > 1 else window)
    return new


def _count(slide: Slide) -> int:
    return outputs(slide.size, slide.reach, slide.stride, (slide.left, slide.right))
