"""G04: sub-pixel kernels that start unlike each other."""

from collections.abc import Iterator, Mapping
from math import prod

from convlens.ir.edit import Change, changed
from convlens.ir.graph import Graph, Node, Ref
from convlens.ir.spec import TensorSpec
from convlens.lang.messages import marked
from convlens.lang.remark import remark
from convlens.linting.finding import Finding, Fix
from convlens.linting.network import Network
from convlens.linting.overlap import is_uneven
from convlens.linting.rule import Rule
from convlens.ops.avg_pool import AvgPool
from convlens.ops.pad import Pad

IMAGE_CHANNELS = (1, 3, 4)
"""Grey, colour, colour with transparency."""


class SubpixelInit(Rule):
    """Sub-pixel layers before an image, whose kernels start unlike each other.

    ## Why
    A pixel shuffle by 2 makes each block of 2x2 pixels with four kernels, one for each place; so does a transposed
    convolution whose kernel is a multiple of its stride. Initialised at random they differ, and the untrained network
    already paints a checkerboard, though the overlap is even. Training may not get rid of it. Alike at the start (ICNR),
    they begin as nearest-neighbour resizing; a mean over one block behind the layer takes the pattern away for good.

    ## Bad
        input x: 1x3x32x32
        c = conv(x, out=12, kernel=3x3, padding=1)
        up = pixel_shuffle(c, factor=2)  # G04
        output up

    ## Good
        input x: 1x3x32x32
        c = conv(x, out=12, kernel=3x3, padding=1)
        up = pixel_shuffle(c, factor=2)
        wide = pad(up, before=[1, 1], after=[0, 0], mode=replicate)
        blur = avg_pool(wide, kernel=2x2, stride=1)
        output blur

    ## Exceptions
    Only outputs of 1, 3 or 4 channels are taken for images, and initial values are no part of a network's structure: where
    they are alike already, there is nothing to do.

    ## Source
    Aitken et al., arXiv:1707.02937; the mean behind the layer: Sugawara, Shiota, Kiya, arXiv:1806.02658.
    """

    code = "G04"
    name = "subpixel-init"
    severity = "info"
    status = "preview"

    def check(self, net: Network) -> Iterator[Finding]:
        blocks = {node.name: block for node in net.of("pixel_shuffle", "conv_transpose") if (block := _block(net, node))}
        if not blocks:
            return
        feeding = _unblurred_before_images(net)
        found = {node.name: blocks[node.name] for node in net.nodes if node.name in blocks and node.name in feeding}
        if not found:
            return
        most = max(map(prod, found.values()))
        yield self.found(
            list(found),
            remark(
                marked("layers before an image that make the pixels of a block by {kernels} kernels which start unlike: {count}"),
                count=len(found), kernels=most,
            ),
            evidence={"kernels": {name: prod(block) for name, block in found.items()}},
            fixes=[
                Fix(remark(marked("start the kernels of one block alike (ICNR)"))),
                Fix(remark(marked("the mean over one block behind each")), lambda graph: _blurred(graph, found)),
            ],
        )  # fmt: skip


def _block(net: Network, node: Node) -> tuple[int, ...]:
    """The pixels that kernels of their own make, along each axis; empty where one kernel makes all, or they do not learn."""
    given = node.op.settings()
    if node.op.name == "pixel_shuffle":
        return (given["factor"],) * 2 if given["factor"] > 1 else ()
    learns = "weight" in net.known(node).param_shapes and "weight" not in node.frozen
    even = not is_uneven(net.overlap(node)) and max(net.known(node).inputs[0].dims[-node.op.axes :]) > 1
    return tuple(given["stride"]) if learns and even and max(given["stride"]) > 1 else ()


def _unblurred_before_images(net: Network) -> set[str]:
    """The nodes from which an output image is reached past no blur and no stride, which take the pattern away."""
    waiting = [ref.node for ref in net.ends if _is_image(net.spec(ref))]
    feeding: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in feeding or name not in net.facts.nodes:
            continue
        feeding.add(name)
        node = net.graph[name]
        if not _blurs(net, node):
            waiting += [ref.node for ref in node.inputs]
    return feeding


def _is_image(spec: TensorSpec) -> bool:
    return spec.rank in (4, 5) and spec.dims[1] in IMAGE_CHANNELS and min(spec.dims[2:]) > 1


def _blurs(net: Network, node: Node) -> bool:
    slides = net.slides(node)
    return any(slide.stride > 1 or (node.op.name == "avg_pool" and slide.kernel > 1) for slide in slides)


def _blurred(graph: Graph, blocks: Mapping[str, tuple[int, ...]]) -> Graph:
    return changed(graph, {name: _with_mean(graph[name], block) for name, block in blocks.items()})


def _with_mean(node: Node, block: tuple[int, ...]) -> Change:
    """Behind the node, a mean over one block; copies of the first row and column keep the size."""
    pad = Pad(before=tuple(n - 1 for n in block), after=(0,) * len(block), mode="replicate")
    wide = Node(f"{node.name}.wide", pad, (Ref(node.name),), module=node.module)
    blur = Node(f"{node.name}.blur", AvgPool(kernel=block, stride=(1,)), (Ref(wide.name),), module=node.module)
    return Change((node, wide, blur), Ref(blur.name))
