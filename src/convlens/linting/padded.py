"""The padding of a window together with that of a `pad` node before it: two ways to write one layer."""

from convlens.ir.graph import Node
from convlens.linting.network import Network
from convlens.linting.windows import Slide


def pad_before(net: Network, node: Node) -> Node | None:
    """The node that only pads with a constant for this one; None where there is none."""
    before = net.before(node)
    if before is None or before.op.name != "pad" or before.op.settings()["mode"] != "constant":
        return None
    return before if net.after(before) is node else None


def padded(net: Network, node: Node, slides: tuple[Slide, ...]) -> tuple[Slide, ...]:
    """The windows of a node, with what a `pad` node adds before it as part of their padding."""
    pad = pad_before(net, node)
    if pad is None:
        return slides
    settings = pad.op.settings()
    first = net.known(pad).inputs[0].rank - len(settings["before"])
    sides = dict(enumerate(zip(settings["before"], settings["after"], strict=True), first))
    return tuple(_more(slide, *sides.get(slide.axis, (0, 0))) for slide in slides)


def _more(slide: Slide, left: int, right: int) -> Slide:
    return slide._replace(size=slide.size - left - right, left=slide.left + left, right=slide.right + right)
