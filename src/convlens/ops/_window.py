"""Operators that slide a window over the spatial axes: convolution and pooling."""

from math import gcd
from typing import Any

from convlens.arith.axis import AxisMap, window
from convlens.arith.padding import outputs, sides, span
from convlens.ir.errors import ShapeError
from convlens.ir.op import UNKNOWN, WHOLE, Along, AxisRead, Inputs, Op, Outputs, Read, Shapes, along
from convlens.ir.spec import Shape, TensorSpec, show_shape
from convlens.lang.messages import marked
from convlens.lang.sentence import Sentence, either

Sides = tuple[int, int]


def channel_axis(op: Op, x: TensorSpec) -> int:
    """Where the channels are: axis 1 of N, C, space; axis 0 of an input without a batch."""
    axes = op.axes
    if x.rank not in (axes + 1, axes + 2):
        spatial = max(x.rank - 2, 1)
        wanted = "x".join([str(getattr(op, op.leading)[0])] * spatial)
        message = (
            marked(
                "{kernel} has 1 spatial axis, so the input must have {batched} axes (N, C, space), or {single} without a batch; "
                "the input {x} has {rank}"
            )
            if axes == 1
            else marked(
                "{kernel} has {axes} spatial axes, so the input must have {batched} axes (N, C, space), or {single} without a "
                "batch; the input {x} has {rank}"
            )
        )
        raise ShapeError(
            Sentence(message, kernel=op.leading, axes=axes, batched=axes + 2, single=axes + 1, x=x, rank=x.rank),
            Sentence("{kernel}={wanted}, or another input", kernel=op.leading, wanted=wanted) if x.rank > 1 else "",
        )
    return x.rank - axes - 1


def spatial(op: Op, x: TensorSpec) -> Shape:
    """The sizes of the spatial axes."""
    return x.dims[channel_axis(op, x) + 1 :]


def batch_of(op: Op, x: TensorSpec) -> Shape:
    return x.dims[: channel_axis(op, x)]


class Window(Op):
    """Settings and facts of every operator whose output ``y`` reads ``y*stride - padding + dilation*j``."""

    kernel: tuple[int, ...]
    stride: tuple[int, ...] | None
    padding: Any
    dilation: tuple[int, ...]
    ceil_mode: bool = False

    def steps(self) -> tuple[int, ...]:
        """The stride of each axis."""
        return self.stride or self.kernel

    def pads(self, x: TensorSpec) -> tuple[Sides, ...]:
        """Pixels added on each side of each axis for this input."""
        sizes = spatial(self, x)
        rules = (self.padding,) * len(sizes) if isinstance(self.padding, str) else self.padding
        return tuple(map(sides, rules, sizes, self.kernel, self.steps(), self.dilation))

    def windows(self, x: TensorSpec) -> Shape:
        """How many windows fit along each axis, or `ShapeError`."""
        counts = []
        for axis, (size, kernel, stride, dilation, pad) in enumerate(
            zip(spatial(self, x), self.kernel, self.steps(), self.dilation, self.pads(x), strict=True)
        ):
            reach = span(kernel, dilation)
            count = outputs(size, reach, stride, pad, ceil_mode=self.ceil_mode)
            if count < 1 or (size + sum(pad) < reach and not (self.ceil_mode and count >= 1)):
                raise _does_not_fit(x, axis, size, kernel, dilation, pad)
            counts.append(count)
        return tuple(counts)

    def window_reads(self, x: TensorSpec, channels: AxisRead) -> Read:
        """Same place in the batch, ``channels`` as given, a window on each spatial axis."""
        first = channel_axis(self, x)
        maps = zip(self.kernel, self.steps(), self.pads(x), self.dilation, strict=True)
        lead: Read = tuple(Along(axis, window(1)) for axis in range(first))
        return (*lead, channels, *(_slide(first + 1 + i, k, s, p, d) for i, (k, s, (p, _), d) in enumerate(maps)))


def _slide(axis: int, kernel: int, stride: int, left: int, dilation: int) -> AxisRead:
    return along(axis, lambda: window(kernel, stride, left, dilation))


def group_channels(axis: int, channels: int, out: int, groups: int) -> AxisRead:
    """Which input channels an output channel reads: all of them, or those of its group."""
    if groups == 1:
        return WHOLE
    read, made = channels // groups, out // groups
    if made > 1024:
        return UNKNOWN
    return Along(axis, AxisMap(made, read, (((0, read - 1),),) * made))


def check_groups(groups: int, channels: int, out: int) -> None:
    """``groups`` must divide the channels on both sides."""
    for message, count in (
        (marked("groups={groups} does not divide the {count} input channels"), channels),
        (marked("groups={groups} does not divide the {count} output channels"), out),
    ):
        if count % groups:
            both = gcd(channels, out)
            legal = [str(g) for g in range(1, min(both, 4096) + 1) if both % g == 0]
            shown = ", ".join(legal[:6] + ["..."] * (len(legal) > 6))
            fix = Sentence("groups one of {groups}", groups=shown) if len(legal) > 1 else "groups=1"
            raise ShapeError(Sentence(message, groups=groups, count=count), fix)


def _does_not_fit(x: TensorSpec, axis: int, size: int, kernel: int, dilation: int, pad: Sides) -> ShapeError:
    reach, padded = span(kernel, dilation), size + sum(pad)
    missing = reach - padded
    fixes: list[str] = [
        Sentence("padding {padding} on each side", padding=(missing + sum(pad) + 1) // 2),
        Sentence("an input of at least {size}", size=size + missing),
    ]
    if dilation > 1 and kernel > 1 and padded > kernel:
        fixes.insert(0, Sentence("dilation {dilation}", dilation=(padded - 1) // (kernel - 1)))
    if padded > 0:
        fixes.insert(0, Sentence("kernel {kernel}", kernel=(padded - 1) // dilation + 1))
    return ShapeError(
        Sentence(
            "on spatial axis {axis} a kernel of {kernel}{dilated} covers {reach}, but the input {shape} padded by {left}+{right} "
            "is {padded} wide",
            axis=axis, kernel=kernel, reach=reach, shape=show_shape(x.dims), left=pad[0], right=pad[1], padded=padded,
            dilated=Sentence(" with dilation {dilation}", dilation=dilation) if dilation > 1 else "",
        ),
        either(fixes),
    )  # fmt: skip


def check_given(xs: Inputs, weights: Shapes) -> None:
    """Weights that arrive as inputs must have the shapes that parameters would have."""
    for given, (name, shape) in zip(xs[1:], weights.items(), strict=False):
        if given.dims != shape:
            needed = show_shape(shape)
            raise ShapeError(
                Sentence("its {name} is {given}, but the input {x} needs {shape}", name=name, given=given, x=xs[0], shape=needed),
                Sentence("a {name} of {shape}, or another input", name=name, shape=needed),
            )


def half_kernel_limit(op: Window, xs: Inputs, _axes: int) -> None:
    """PyTorch's pooling refuses padding over half the kernel, dilated or not. Source: torch.nn.MaxPool2d."""
    for pad, kernel in zip(op.pads(xs[0]), op.kernel, strict=True):
        half = kernel // 2
        if max(pad) > half:
            raise ShapeError(
                Sentence(
                    "padding {padding} is more than half of the kernel {kernel}; PyTorch refuses this",
                    padding=max(pad),
                    kernel=kernel,
                ),
                Sentence("padding of at most {padding}", padding=half),
            )


def whole_kernel_limit(op: Window, xs: Inputs, _axes: int) -> None:
    """In 3 dimensions PyTorch compares the kernel with the input before padding it. Source: torch.nn.AvgPool3d."""
    for axis, (size, kernel) in enumerate(zip(spatial(op, xs[0]), op.kernel, strict=True)):
        if op.axes == 3 and size < kernel:
            raise ShapeError(
                Sentence(
                    "on spatial axis {axis} the kernel {kernel} is larger than the unpadded {size}; PyTorch refuses this",
                    axis=axis,
                    kernel=kernel,
                    size=size,
                ),
                Sentence("kernel of at most {kernel}", kernel=size),
            )


def pooled(op: Window, x: TensorSpec) -> Outputs:
    """The output of a pooling layer: as many channels, one value a window."""
    where = channel_axis(op, x)
    counts = op.windows(x)
    return (x.with_dims((*x.dims[: where + 1], *counts)),)


def padded_bytes(op: Op, x: TensorSpec, pads: tuple[Sides, ...]) -> int:
    """Bytes of the input after padding."""
    lead = x.dims[: channel_axis(op, x) + 1]
    return x.with_dims((*lead, *(size + sum(pad) for size, pad in zip(spatial(op, x), pads, strict=True)))).bytes
