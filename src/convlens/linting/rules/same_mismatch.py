"""G18: strided padding as TensorFlow's SAME has it, where PyTorch's padding would sample other pixels."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from convlens.arith.padding import same
from convlens.ir.edit import with_settings
from convlens.ir.graph import Graph, Node
from convlens.ir.op import Op
from convlens.lang.messages import marked
from convlens.lang.remark import remark
from convlens.linting.edits import with_ops
from convlens.linting.finding import Finding, Fix
from convlens.linting.network import Network
from convlens.linting.padded import pad_before, padded
from convlens.linting.rule import Rule
from convlens.linting.windows import Slide


class SameMismatch(Rule):
    """Strided padding as TensorFlow's SAME has it, where PyTorch's padding would sample other pixels.

    ## Why
    With stride 2 and a 3x3 kernel, SAME pads an even map by 0 on the left and 1 on the right, while padding=1 pads both sides.
    Both give maps of the same size, so nothing breaks, but their windows lie one pixel apart: weights that were trained with
    one convention are put to other pixels by the other, once more in each strided layer.

    A network that pads all its strided layers in one way is as it was meant, and this is only worth knowing when it is ported.
    One that has both kinds among its strided convolutions is very likely a port that was left half done.

    ## Bad
        input x: 1x3x64x64
        a = conv(x, out=8, kernel=3x3, stride=2, padding=1)
        b = conv(a, out=8, kernel=3x3, stride=2, padding=same)  # G18
        c = conv(b, out=8, kernel=3x3, stride=2, padding=1)
        output c

    ## Good
        input x: 1x3x64x64
        a = conv(x, out=8, kernel=3x3, stride=2, padding=1)
        b = conv(a, out=8, kernel=3x3, stride=2, padding=1)
        c = conv(b, out=8, kernel=3x3, stride=2, padding=1)
        output c

    ## Source
    tf.nn.convolution, "SAME"; keras-applications, commit 05ff470, which pads MobileNet by (0, 1) by hand; MMdnn, issue 153,
    tensorflow-onnx, issue 1028, pytorch, issue 67551.

    ## Exceptions
    A pooling layer that says SAME beside convolutions that pad both sides alike, as TensorFlow's own ResNet has it, counts
    for neither side. Padding on the left alone, along one axis, is causal. Even kernels at stride 1 are G09.
    """

    code = "G18"
    name = "same-mismatch"
    severity = "info"
    status = "stable"

    def check(self, net: Network) -> Iterator[Finding]:
        strided = [layer for node, each in net.windows if (layer := _layer(net, node, each)) is not None]
        uneven, even = [layer for layer in strided if layer.uneven], [layer for layer in strided if not layer.uneven]
        if not uneven:
            return
        votes = [layer for layer in uneven if layer.votes]
        yield self._mixed(net, uneven, even, min((votes, even), key=len)) if votes and even else self._alike(uneven, even)

    def _alike(self, uneven: list["_Layer"], even: list["_Layer"]) -> Finding:
        one = marked(
            "a strided layer pads by {left} and {right} as TensorFlow's SAME does; with PyTorch's padding={both} its windows "
            "would lie {away} px to the left"
        )
        many = marked(
            "{uneven} strided layers pad by {left} and {right} as TensorFlow's SAME does; with PyTorch's padding={both} their "
            "windows would lie {away} px to the left"
        )
        message = remark(
            one if len(uneven) == 1 else many,
            away=uneven[0].slide.reach // 2 - uneven[0].slide.left, **_shown(uneven),
        )  # fmt: skip
        return self.found(_names(uneven), message, evidence={"uneven": _sides_of(uneven), "even": _sides_of(even)})

    def _mixed(self, net: Network, uneven: list["_Layer"], even: list["_Layer"], minority: list["_Layer"]) -> Finding:
        message = remark(
            marked(
                "padding is {left} and {right}, as TensorFlow's SAME has it, in {uneven} of {all} strided layers, and {both} on "
                "both sides, as PyTorch has it, in {even}: their windows lie apart"
            ),
            even=len(even), all=len(uneven) + len(even), **_shown(uneven),
        )  # fmt: skip
        fix = Fix(remark(marked("the padding that most of the strided layers have")), _like_most(net, minority))
        evidence = {"uneven": _sides_of(uneven), "even": _sides_of(even)}
        return self.found(_names(minority), message, severity="warn", evidence=evidence, fixes=[fix])


class _Layer(NamedTuple):
    """A strided layer of an odd kernel that pads, with the window of its first such axis."""

    node: Node
    slides: tuple[Slide, ...]
    slide: Slide

    @property
    def uneven(self) -> bool:
        """Do its windows start elsewhere than with half the kernel as padding?"""
        return self.slide.left != self.slide.reach // 2

    @property
    def votes(self) -> bool:
        """Does it tell by which convention the network was made?"""
        return self.node.op.name == "conv" or not isinstance(self.node.op.settings()["padding"], str)


def _layer(net: Network, node: Node, each: tuple[Slide, ...]) -> _Layer | None:
    if all(slide.stride == 1 for slide in each):
        return None
    slides = padded(net, node, each)
    odd = [slide for slide in slides if slide.stride > 1 and slide.reach % 2 and min(slide.left, slide.right) >= 0]
    uneven = [slide for slide in odd if slide.left not in (slide.right, slide.reach // 2)]
    alike = [slide for slide in odd if slide.left == slide.reach // 2 > 0]
    causal = len(uneven) == 1 and uneven[0].right == 0
    by_word = not uneven and isinstance(node.op.settings()["padding"], str)
    return _Layer(node, slides, (uneven or alike)[0]) if (uneven or alike) and not causal and not by_word else None


def _names(layers: list[_Layer]) -> list[str]:
    return [layer.node.name for layer in layers]


def _shown(uneven: list[_Layer]) -> dict[str, int]:
    slide = uneven[0].slide
    return {"left": slide.left, "right": slide.right, "uneven": len(uneven), "both": slide.reach // 2}


def _sides_of(layers: list[_Layer]) -> dict[str, Any]:
    return {layer.node.name: [[slide.left, slide.right] for slide in layer.slides] for layer in layers}


def _like_most(net: Network, minority: list[_Layer]) -> Callable[[Graph], Graph]:
    return lambda graph: with_ops(graph, dict(_repadded(net, layer) for layer in minority))


def _repadded(net: Network, layer: _Layer) -> tuple[str, Op]:
    """The layer, or the node that pads for it, with the other padding."""
    sides = {slide.axis: _other(slide, layer.uneven) for slide in layer.slides}
    pad = pad_before(net, layer.node)
    if pad is None:
        return layer.node.name, with_settings(layer.node.op, padding=tuple(sides.values()))
    own = {slide.axis: (slide.left, slide.right) for slide in net.slides(layer.node)}
    settings, first = pad.op.settings(), net.known(pad).inputs[0].rank - len(pad.op.settings()["before"])
    before, after = (
        [sides[axis][i] - own[axis][i] if axis in sides else now for axis, now in enumerate(settings[side], first)]
        for i, side in enumerate(("before", "after"))
    )
    return pad.name, with_settings(pad.op, before=before, after=after)


def _other(slide: Slide, uneven: bool) -> tuple[int, int]:
    if slide.stride == 1 or slide.reach % 2 == 0:
        return slide.left, slide.right
    if uneven:
        return slide.reach // 2, slide.reach // 2
    return same(slide.size, slide.kernel, slide.stride, slide.dilation)
