"""E06: normalisations that stay in the finished network."""

from collections.abc import Iterator

from convlens.arith.units import memory
from convlens.ir.graph import Node
from convlens.lang.messages import marked
from convlens.lang.remark import remark
from convlens.linting.finding import Finding, Fix
from convlens.linting.network import Network
from convlens.linting.rule import Rule

WEIGHTED = ("conv", "conv_transpose", "linear")


class NormNotFoldable(Rule):
    """Batch normalisations that no layer can take in after training.

    ## Why
    In the finished network a batch normalisation is one factor and one summand for each channel. The convolution or linear
    layer before it can take both in, so that it costs nothing. Where another layer stands before it, or others read what
    is before it, it stays: it reads and writes its whole map. The layer behind can take it in only if it pads with nothing,
    for the zeros of a padding were not shifted.

    ## Bad
        input x: 1x8x32x32
        a = conv(x, out=8, kernel=3x3, padding=1)
        m = concat(x, a)
        n = batch_norm(m)  # E06
        r = relu(n)
        b = conv(r, out=8, kernel=3x3, padding=1)
        output b

    ## Good
        input x: 1x8x32x32
        a = conv(x, out=8, kernel=3x3, padding=1)
        m = concat(x, a)
        b = conv(m, out=8, kernel=3x3, padding=1, bias=false)
        n = batch_norm(b)
        r = relu(n)
        output r

    ## Source
    AIMET, architecture checker: batch normalisation that cannot be folded; Jacob et al., arXiv:1712.05877v1, section 3.2
    (folding).
    """

    code = "E06"
    name = "norm-not-foldable"
    severity = "info"
    status = "stable"

    def check(self, net: Network) -> Iterator[Finding]:
        left = [node for node in net.of("batch_norm") if not _folds_back(net, node) and not _folds_on(net, node)]
        if left:
            moved = sum(2 * net.known(node).outputs[0].bytes for node in left)
            words = marked(
                "{count} of {total} batch normalisations cannot be folded into a neighbour after training; "
                "they read and write {size}"
            )
            total = sum(1 for _ in net.of("batch_norm"))
            yield self.found(
                [node.name for node in left],
                remark(words, count=len(left), total=total, size=memory(moved)),
                evidence={"norms": len(left), "total_norms": total, "bytes": moved},
                fixes=[
                    Fix(
                        remark(marked("the normalisation behind the convolution instead of before it, without a padding between"))
                    )
                ],
            )


def _folds_back(net: Network, node: Node) -> bool:
    """Is it the only reader of a layer with weights of its own, and does it know its statistics?"""
    source = net.before(node)
    if source is None or source.op.name not in WEIGHTED or not node.op.settings()["tracked"]:
        return False
    channels_last = source.op.name == "linear" and net.known(source).outputs[0].rank > 2
    return net.after(source) is node and "weight" in net.known(source).param_shapes and not channels_last


def _folds_on(net: Network, node: Node) -> bool:
    """Is its only reader a layer with weights of its own that pads with nothing?"""
    reader = net.after(node)
    if reader is None or reader.op.name not in WEIGHTED or not node.op.settings()["tracked"]:
        return False
    if reader.name not in net.facts.nodes:
        return True  # the network ends at it
    if reader.op.name == "linear":
        return net.known(reader).inputs[0].rank == 2
    padded = reader.op.name == "conv_transpose" or any(slide.left or slide.right for slide in net.slides(reader))
    return "weight" in net.known(reader).param_shapes and not padded
