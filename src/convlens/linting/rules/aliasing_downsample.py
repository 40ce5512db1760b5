"""G16: layers that skip places without smoothing first."""

from collections.abc import Iterator

from convlens.ir.edit import with_settings
from convlens.ir.graph import Graph, Node
from convlens.ir.op import Op, lookup
from convlens.lang.messages import marked
from convlens.lang.remark import remark
from convlens.linting.edits import before, behind, with_ops
from convlens.linting.finding import Finding, Fix
from convlens.linting.network import Network
from convlens.linting.rule import Rule

KEEPS = ("dropout", "identity", "pad")
"""They may stand between the smoothing and the stride."""


class AliasingDownsample(Rule):
    """A stride without smoothing before it: a shifted picture gives another answer.

    ## Why
    A map that changes from pixel to pixel cannot be told from a slow one when only every second pixel is kept. So a stride
    in a convolution or a max pooling makes the output depend on where the object happens to lie. A fixed blur before the
    places are skipped, or an average pooling in place of the stride, takes this away.

    ## Bad
        input x: 1x3x32x32
        a = conv(x, out=16, kernel=3x3, stride=2, padding=1)  # G16
        b = max_pool(a, kernel=3x3, stride=2, padding=1)  # G16
        output b

    ## Good
        input x: 1x3x32x32
        blur = avg_pool(x, kernel=3x3, stride=1, padding=1)
        a = conv(blur, out=16, kernel=3x3, stride=2, padding=1)
        p = max_pool(a, kernel=3x3, stride=1, padding=1)
        b = avg_pool(p, kernel=3x3, stride=2, padding=1)
        output b

    ## Source
    Zhang, Making Convolutional Networks Shift-Invariant Again, ICML 2019, arXiv:1904.11486. Its code,
    github.com/adobe/antialiased-cnns, states for ResNet-50 on ImageNet 76.16 to 77.41 % top-1, and 89.20 to 91.32 % of
    shifted pictures that are classified alike.
    """

    code = "G16"
    name = "aliasing-downsample"
    severity = "info"
    status = "preview"

    def check(self, net: Network) -> Iterator[Finding]:
        rough = [node for node, slides in net.windows if any(s.stride > 1 and s.out > 1 for s in slides) and _is_rough(net, node)]
        if rough:
            names = [node.name for node in rough]
            words = marked(
                "strides without a blur before them: {count}; they keep one place in several, so small shifts change the answer"
            )
            fix = marked("a blur before each: a 3x3 average of stride 1, and behind a max pooling one with its stride")
            yield self.found(
                names,
                remark(words, count=len(rough)),
                evidence={"layers": len(rough)},
                fixes=[Fix(remark(fix), lambda graph: _smoothed(graph, names))],
            )


def _is_rough(net: Network, node: Node) -> bool:
    """Averages smooth by themselves, and so does a fixed depthwise kernel."""
    if node.op.name == "avg_pool" or _is_fixed_blur(net, node):
        return False
    source = net.before(node)
    while source is not None and source.op.name in KEEPS:
        source = net.before(source)
    return source is None or not _is_blur(net, source)


def _is_blur(net: Network, node: Node) -> bool:
    looks = any(slide.kernel > 1 for slide in net.slides(node)) and all(slide.stride == 1 for slide in net.slides(node))
    return looks and (node.op.name == "avg_pool" or _is_fixed_blur(net, node))


def _is_fixed_blur(net: Network, node: Node) -> bool:
    """A depthwise convolution whose weight is not trained: frozen, or a constant that arrives as an input."""
    if node.op.name != "conv":
        return False
    groups = node.op.settings()["groups"]
    if groups == 1 or groups != net.known(node).inputs[0].dims[net.slides(node)[0].axis - 1]:
        return False
    given = net.before(node, 1)
    return "weight" in node.frozen or (given is not None and given.op.name == "constant")


def _smoothed(graph: Graph, names: list[str]) -> Graph:
    for name in names:
        graph = _with_blur_behind(graph, name) if graph[name].op.name == "max_pool" else _with_blur_before(graph, name)
    return graph


def _with_blur_before(graph: Graph, name: str) -> Graph:
    return before(graph, name, _average(graph[name].op.axes, 1), "blur")


def _with_blur_behind(graph: Graph, name: str) -> Graph:
    """The same pooling at every place, then an average that skips places: as many outputs as before, in the same places."""
    op = graph[name].op
    dense = with_ops(graph, {name: with_settings(op, stride=1)})
    return behind(dense, name, _average(op.axes, op.settings()["stride"]), "blur")


def _average(axes: int, stride: "int | tuple[int, ...]") -> Op:
    return lookup("avg_pool")(kernel=(3,) * axes, stride=stride, padding=1, count_include_pad=False)
