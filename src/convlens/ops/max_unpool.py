"""The partial inverse of maximum pooling."""

from typing import Any

from convlens.arith.axis import IDENTITY, transposed
from convlens.ir.backward import Saved, Wanted
from convlens.ir.errors import ShapeError
from convlens.ir.op import Along, Inputs, Outputs, Read, along
from convlens.ir.setting import OptionalIndices, PerAxis, PerAxisLikeKernel, Pixels
from convlens.ir.spec import Shape, TensorSpec, show_shape
from convlens.ir.spelling import Codec, data, setting, spell
from convlens.ops._weightless import Weightless
from convlens.ops._window import batch_of, channel_axis, spatial


def _space_of(value: Any, axes: int) -> Any:
    """PyTorch takes the whole output's shape or its spatial axes alone."""
    if not isinstance(value, tuple | list):
        return value
    return tuple(value[2:]) if len(value) == axes + 2 else tuple(value)


_OUTPUT_SIZE = Codec(_space_of, lambda value, axes: value)
_SETTINGS = (setting("kernel_size", "kernel"), setting("stride", default=None), setting("padding", default=0))


class MaxUnpool(Weightless, name="max_unpool"):
    """Put every value where the indices of the second input say, and zeros everywhere else.

    ============  ==========================================================================================  ==========
    shape         ``(n - 1)*stride - left - right + kernel``, or ``size`` less than one stride away from it   pixels
    element-wise  none: values only move                                                                      operations
    ============  ==========================================================================================  ==========

    The stride is the kernel unless it is given. The indices are taken to be those of a maximum pooling with the same
    settings: then an output reads only the windows that it lies in. Backward keeps the indices.
    Source: torch.nn.MaxUnpool2d; ONNX operator MaxUnpool-22.

    >>> x = (TensorSpec((1, 64, 112, 112)), TensorSpec((1, 64, 112, 112), "int64"))
    >>> str(MaxUnpool(kernel=(2, 2)).infer(x)[0])
    '1x64x224x224'
    """

    kernel: PerAxis
    stride: PerAxisLikeKernel = None
    padding: Pixels = 0
    size: OptionalIndices = None

    arity = (2, 2)
    view = False
    spellings = (
        spell("torch.nn", "MaxUnpool{n}d", *_SETTINGS),
        spell("torch", "max_unpool{n}d", data("input"), data("indices"), *_SETTINGS,
              setting("output_size", "size", None, codec=_OUTPUT_SIZE)),
    )  # fmt: skip

    def outputs(self, xs: Inputs) -> Outputs:
        x, indices = xs
        sizes = self.sizes(x)
        if indices.dims != x.dims:
            raise ShapeError(f"the indices {indices} and the values {x} differ", f"indices of {show_shape(x.dims)}")
        return (x.with_dims((*batch_of(self, x), x.dims[channel_axis(self, x)], *sizes)),)

    def sizes(self, x: TensorSpec) -> Shape:
        """Sizes of the spatial axes afterwards, or `ShapeError`."""
        steps = self.stride or self.kernel
        rows = zip(spatial(self, x), self.kernel, steps, self.padding, strict=True)
        implied = tuple((n - 1) * step - sum(pad) + kernel for n, kernel, step, pad in rows)
        found = self.size or implied
        if len(found) != self.axes:
            raise ShapeError(f"size has {len(found)} entries for {self.axes} spatial axes", f"{self.axes} entries")
        for axis, (size, natural, step) in enumerate(zip(found, implied, steps, strict=True)):
            least, most = max(natural - step + 1, 1), natural + step - 1
            if most < 1 or (self.size is None and size < 1):
                raise ShapeError(f"the padding leaves {natural} pixels of spatial axis {axis} of the output", "less padding")
            if not least <= size <= most:
                raise ShapeError(
                    f"size {size} on spatial axis {axis}, but a pooling that makes {x} reads {least} to {most} pixels there",
                    f"a size from {least} to {most}",
                )
        return found

    def saved(self, xs: Inputs, wanted: Wanted) -> Saved:
        """The indices."""
        return Saved(inputs=(1,))

    def elementwise(self, xs: Inputs) -> int:
        return 0

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        first = channel_axis(self, xs[0]) + 1
        rows = enumerate(zip(self.kernel, self.stride or self.kernel, self.padding, strict=True), first)
        space = tuple(along(axis, lambda k=k, s=s, low=low: transposed(k, s, low)) for axis, (k, s, (low, _)) in rows)  # type: ignore[misc]  # a default binds the loop's value
        read: Read = (*(Along(axis, IDENTITY) for axis in range(first)), *space)
        return ((read, read),)
