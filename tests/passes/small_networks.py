"""Random small networks with branches, how PyTorch runs them with positive weights, and which pixels each step reads.

`run` and `taps` share no code with convlens's axis maps: the one multiplies, the other walks over the taps one by one.
"""

from collections.abc import Callable, Iterable
from fractions import Fraction
from math import ceil, floor, prod
from typing import Any

import torch
import torch.nn.functional as F
from hypothesis import strategies as st

from convlens.ir.errors import ConvlensError
from convlens.ir.graph import Graph, Input, Node, Ref
from convlens.ir.op import Op, lookup
from convlens.ir.spec import TensorSpec
from tests.strategies import Draw, ints, per_axis

MOST = {1: 20, 2: 9}


class Sketch:
    """A network that grows node by node; a step that does not fit is left out."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.axes = len(shape) - 2
        self.nodes: list[Node] = []
        self.shapes = {"x": shape}

    def add(self, name: str, settings: dict[str, Any], *inputs: str) -> str:
        """The new node's name, or that of its first input where the operator refuses, or the map would grow too large."""
        try:
            op = lookup(name)(**settings)
            (out,) = op.infer(tuple(TensorSpec(self.shapes[i]) for i in inputs))
        except ConvlensError:
            return inputs[0]
        if max(out.dims[1:]) > MOST[self.axes] * 2 or max(out.dims[2:]) > MOST[self.axes]:
            return inputs[0]
        node = Node(f"{name}{len(self.nodes)}", op, tuple(map(Ref, inputs)))
        self.nodes.append(node)
        self.shapes[node.name] = out.dims
        return node.name

    def graph(self, output: str) -> Graph:
        return Graph("random", (Input("x", TensorSpec(self.shapes["x"])),), tuple(self.nodes), (Ref(output),))


@st.composite
def networks(draw: Draw, axes: int) -> Graph:
    """Three to seven steps on an image of one or two axes."""
    sketch = Sketch((1, draw(ints(1, 3)), *per_axis(draw, axes, 3, MOST[axes])))
    at = "x"
    for _ in range(draw(ints(3, 7))):
        at = draw(st.sampled_from(_STEPS))(draw, sketch, at)
    return sketch.graph(at)


def _window(draw: Draw, axes: int) -> dict[str, Any]:
    pads = tuple(per_axis(draw, 2, 0, 2) for _ in range(axes))
    return {"kernel": per_axis(draw, axes, 1, 3), "stride": per_axis(draw, axes, 1, 2), "padding": pads}


def _conv(draw: Draw, sketch: Sketch, at: str) -> str:
    channels = sketch.shapes[at][1]
    groups = draw(st.sampled_from([1, channels]))
    settings = _window(draw, sketch.axes) | {"dilation": per_axis(draw, sketch.axes, 1, 2), "groups": groups}
    return sketch.add("conv", settings | {"out": groups * draw(ints(1, 2)), "bias": False}, at)


def _transposed(draw: Draw, sketch: Sketch, at: str) -> str:
    """In two dimensions every output reads something: where one axis reads nothing, the other cannot be seen."""
    settings = _window(draw, sketch.axes) | {"out": draw(ints(1, 2)), "bias": False}
    if sketch.axes == 1:
        settings |= {"dilation": per_axis(draw, 1, 1, 3), "stride": per_axis(draw, 1, 1, 3)}
    else:
        settings["stride"] = tuple(min(k, s) for k, s in zip(settings["kernel"], settings["stride"], strict=True))
    return sketch.add("conv_transpose", settings, at)


def _pool(draw: Draw, sketch: Sketch, at: str) -> str:
    settings = _window(draw, sketch.axes) | {"ceil_mode": draw(st.booleans())}
    if draw(st.booleans()):
        return sketch.add("max_pool", settings | {"dilation": per_axis(draw, sketch.axes, 1, 2)}, at)
    return sketch.add("avg_pool", settings, at)


def _adaptive(draw: Draw, sketch: Sketch, at: str) -> str:
    name = draw(st.sampled_from(["adaptive_avg_pool", "adaptive_max_pool"]))
    return sketch.add(name, {"size": per_axis(draw, sketch.axes, 1, 7)}, at)


def _resize(draw: Draw, sketch: Sketch, at: str) -> str:
    mode = draw(st.sampled_from(["nearest", "nearest-exact", "linear" if sketch.axes == 1 else "bilinear"]))
    settings: dict[str, Any] = {"mode": mode, "align_corners": mode.endswith("linear") and draw(st.booleans())}
    if draw(st.booleans()):
        return sketch.add("interpolate", settings | {"size": per_axis(draw, sketch.axes, 1, 12)}, at)
    scale = tuple(draw(st.sampled_from([2.0, 2.0, 3.0, 1.5, 0.5])) for _ in range(sketch.axes))
    return sketch.add("interpolate", settings | {"scale": scale}, at)


def _pad(draw: Draw, sketch: Sketch, at: str) -> str:
    before, after = per_axis(draw, sketch.axes, -2, 2), per_axis(draw, sketch.axes, -2, 2)
    return sketch.add("pad", {"before": before, "after": after}, at)


def _slice(draw: Draw, sketch: Sketch, at: str) -> str:
    on = tuple(range(2, 2 + sketch.axes))
    stops = tuple(sketch.shapes[at][axis] for axis in on)
    starts, steps = tuple(draw(ints(0, n - 1)) for n in stops), per_axis(draw, sketch.axes, 1, 2)
    return sketch.add("slice", {"on": on, "starts": starts, "stops": stops, "steps": steps}, at)


def _shuffle(draw: Draw, sketch: Sketch, at: str) -> str:
    name = draw(st.sampled_from(["pixel_shuffle", "pixel_unshuffle"]))
    if sketch.axes < 2:
        return sketch.add("relu", {}, at)
    wide = sketch.add("conv", {"out": 4, "kernel": (1, 1), "bias": False}, at) if name == "pixel_shuffle" else at
    return sketch.add(name, {"factor": 2}, wide)


def _gate(draw: Draw, sketch: Sketch, at: str) -> str:
    pooled = sketch.add("adaptive_avg_pool", {"size": (1,) * sketch.axes}, at)
    return sketch.add("mul", {}, at, pooled)


def _branches(draw: Draw, sketch: Sketch, at: str) -> str:
    ends = [at, at]
    for side in (0, 1):
        for _ in range(draw(ints(0, 2))):
            ends[side] = draw(st.sampled_from(_SIMPLE))(draw, sketch, ends[side])
    first, second = (sketch.shapes[end] for end in ends)
    common = tuple(map(min, first[2:], second[2:]))
    on = tuple(range(2, 2 + sketch.axes))
    cut = [sketch.add("slice", {"on": on, "starts": (0,) * sketch.axes, "stops": common}, end) for end in ends]
    return sketch.add("add" if first[1] == second[1] else "concat", {}, *cut)


_SIMPLE = [_conv, _conv, _transposed, _pool, _resize, _pad, _slice]
_STEPS: list[Callable[[Draw, Sketch, str], str]] = [*_SIMPLE, _branches, _branches, _adaptive, _shuffle, _gate]


def run(graph: Graph, x: torch.Tensor) -> torch.Tensor:
    """The network with random positive weights; a maximum is a sum here, so that every pixel of a window has a gradient."""
    values = {"x": x}
    for node in graph:
        values[node.name] = _RUN[node.op.name](node.op, *(values[ref.node] for ref in node.inputs))
    return values[graph.outputs[0].node]


def _positive(*shape: int) -> torch.Tensor:
    return 0.5 + torch.rand(shape, dtype=torch.float64)


def _slid(x: torch.Tensor, op: Any, weight: torch.Tensor, groups: int, outputs: tuple[int, ...]) -> torch.Tensor:
    """A convolution whose padding is written out; rows and columns that ceil mode adds are zeros on the right."""
    kernel, strides = op.kernel, op.steps()
    needed = [(o - 1) * s + d * (k - 1) + 1 for o, s, d, k in zip(outputs, strides, op.dilation, kernel, strict=True)]
    pads = []
    for axis in reversed(range(len(kernel))):
        left = op.padding[axis][0]
        pads += [left, needed[axis] - left - x.shape[2 + axis]]
    convolve = (F.conv1d, F.conv2d)[len(kernel) - 1]
    return convolve(F.pad(x, pads), weight, stride=strides, dilation=op.dilation, groups=groups)


def _run_window(op: Any, x: torch.Tensor) -> torch.Tensor:
    (out,) = op.infer((TensorSpec(tuple(x.shape)),))
    groups = getattr(op, "groups", x.shape[1])
    return _slid(x, op, _positive(out.dims[1], x.shape[1] // groups, *op.kernel), groups, out.dims[2:])


def _run_transposed(op: Any, x: torch.Tensor) -> torch.Tensor:
    paint = (F.conv_transpose1d, F.conv_transpose2d)[op.axes - 1]
    y = paint(x, _positive(x.shape[1], op.out, *op.kernel), stride=op.stride, dilation=op.dilation)
    return F.pad(y, [-n for pair in reversed(op.padding) for n in pair])


def _run_adaptive(op: Any, x: torch.Tensor) -> torch.Tensor:
    return (F.adaptive_avg_pool1d, F.adaptive_avg_pool2d)[op.axes - 1](x, op.size)


def _run_resize(op: Any, x: torch.Tensor) -> torch.Tensor:
    corners = op.align_corners if op.mode.endswith("linear") else None
    return F.interpolate(x, op.size, op.scale, op.mode, align_corners=corners)


def _run_pad(op: Any, x: torch.Tensor) -> torch.Tensor:
    return F.pad(x, [n for pair in reversed(list(zip(op.before, op.after, strict=True))) for n in pair])


def _run_slice(op: Any, x: torch.Tensor) -> torch.Tensor:
    steps = op.steps * len(op.on) if len(op.steps) == 1 else op.steps
    return x[(slice(None), slice(None), *map(slice, op.starts, op.stops, steps))]


_RUN: dict[str, Callable[..., torch.Tensor]] = {
    "conv": _run_window, "max_pool": _run_window, "avg_pool": _run_window, "conv_transpose": _run_transposed,
    "adaptive_avg_pool": _run_adaptive, "adaptive_max_pool": _run_adaptive, "interpolate": _run_resize, "pad": _run_pad,
    "slice": _run_slice, "pixel_shuffle": lambda op, x: F.pixel_shuffle(x, op.factor),
    "pixel_unshuffle": lambda op, x: F.pixel_unshuffle(x, op.factor), "relu": lambda op, x: F.relu(x),
    "add": lambda op, x, y: x + y, "mul": lambda op, x, y: x * y, "concat": lambda op, *xs: torch.cat(xs, op.axis),
}  # fmt: skip


def gradients(graph: Graph) -> torch.Tensor:
    """Which pixels have a gradient: ``[output pixel..., input pixel...]``, over all channels."""
    shape = graph.inputs[0].spec.dims
    x = _positive(*shape).requires_grad_()
    y = run(graph, x).sum(dim=(0, 1))
    rows = torch.eye(prod(y.shape), dtype=torch.float64).reshape(-1, *y.shape)
    (read,) = torch.autograd.grad(y, x, rows, is_grads_batched=True, allow_unused=False)
    return (read != 0).any(dim=2).any(dim=1).reshape(*y.shape, *shape[2:])


def taps(op: Any, axis: int, y: int, size: int, out: int) -> Iterable[int]:
    """The positions that output ``y`` reads on one spatial axis of ``size`` pixels, outside ones included."""
    match op.name:
        case "conv" | "max_pool" | "avg_pool":
            start = y * op.steps()[axis] - op.padding[axis][0]
            return [start + op.dilation[axis] * j for j in range(op.kernel[axis])]
        case "conv_transpose":
            place = y + op.padding[axis][0]
            far = range(-30, size + 30)
            return [i for i in far for j in range(op.kernel[axis]) if i * op.stride[axis] + op.dilation[axis] * j == place]
        case "adaptive_avg_pool" | "adaptive_max_pool":
            return range(floor(Fraction(y * size, out)), ceil(Fraction((y + 1) * size, out)))
        case "interpolate":
            return _resize_taps(op, axis, y, size, out)
        case "pad":
            return [y - op.before[axis]]
        case "slice":
            return [op.starts[axis] + y * (op.steps * 2)[axis]]
        case "pixel_shuffle":
            return [y // op.factor]
        case "pixel_unshuffle":
            return [y * op.factor + j for j in range(op.factor)]
    return [y if size > 1 else 0]


def _resize_taps(op: Any, axis: int, y: int, size: int, out: int) -> list[int]:
    step = 1 / Fraction(op.scale[axis]) if op.scale else Fraction(size, out)
    if op.mode == "nearest":
        return [floor(y * step)]
    if op.mode == "nearest-exact":
        return [floor((y + Fraction(1, 2)) * step)]
    if op.align_corners:
        position = y * Fraction(size - 1, out - 1) if out > 1 else Fraction(0)
    else:
        position = (y + Fraction(1, 2)) * step - Fraction(1, 2)
    return [floor(position)] if position.denominator == 1 else [floor(position), floor(position) + 1]


class Seen:
    """The input pixels behind one position, and whether any step on the way read beyond the edge of a map."""

    def __init__(self, pixels: frozenset[int], inside: bool) -> None:
        self.pixels = pixels
        self.inside = inside

    @classmethod
    def through(cls, parts: list["Seen"], inside: bool) -> "Seen":
        return cls(frozenset().union(*(p.pixels for p in parts)), inside and all(p.inside for p in parts))


def reached(graph: Graph, axis: int) -> list[Seen]:
    """For each output position on one spatial axis: what it reaches, walked tap by tap."""
    size = graph.inputs[0].spec.dims[2 + axis]
    seen = {"x": [Seen(frozenset([i]), inside=True) for i in range(size)]}
    shapes = {"x": graph.inputs[0].spec}
    for node in graph:
        xs = tuple(shapes[ref.node] for ref in node.inputs)
        (shapes[node.name],) = node.op.infer(xs)
        out = shapes[node.name].dims[2 + axis]
        seen[node.name] = [_reached_at(node.op, axis, y, out, [seen[ref.node] for ref in node.inputs]) for y in range(out)]
    return seen[graph.outputs[0].node]


def _reached_at(op: Op, axis: int, y: int, out: int, sources: list[list[Seen]]) -> Seen:
    parts, inside = [], True
    for source in sources:
        places = list(taps(op, axis, y, len(source), out))
        inside = inside and all(0 <= i < len(source) for i in places)
        parts += [source[i] for i in places if 0 <= i < len(source)]
    return Seen.through(parts, inside)
