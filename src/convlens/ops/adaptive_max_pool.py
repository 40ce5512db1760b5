"""Maximum pooling to a given output size."""

from convlens.ir.op import Inputs, Outputs, Read
from convlens.ir.setting import Bool, PerAxisOrZero
from convlens.ir.spec import TensorSpec
from convlens.ir.spelling import const, data, ignored, setting, spell
from convlens.ops._adaptive import ZERO_FOR_NONE, Adaptive
from convlens.ops._backward import keeps_indices


class AdaptiveMaxPool(Adaptive, name="adaptive_max_pool"):
    """The largest value of each of ``size`` nearly equal windows; ``size`` 1 is global pooling, 0 keeps the input's size.

    ============  ====================================================================  ==========
    shape         ``size``                                                              pixels
    window        ``floor(y*n/size)`` to ``ceil((y+1)*n/size) - 1``                     pixels
    element-wise  one comparison for each pixel that a window reads                     operations
    ============  ====================================================================  ==========

    Windows overlap where ``size`` does not divide n, and repeat pixels where it is larger. Source: torch.nn.AdaptiveMaxPool2d.

    >>> str(AdaptiveMaxPool(size=(7, 7)).infer((TensorSpec((1, 512, 14, 14)),))[0])
    '1x512x7x7'
    """

    size: PerAxisOrZero
    indices: Bool = False

    saved = keeps_indices
    spellings = (
        spell(
            "torch.nn",
            "AdaptiveMaxPool{n}d",
            setting("output_size", "size", codec=ZERO_FOR_NONE),
            setting("return_indices", "indices", False),
        ),
        spell(
            "torch",
            "adaptive_max_pool{n}d",
            data("input"),
            setting("output_size", "size", codec=ZERO_FOR_NONE),
            setting("return_indices", "indices", False),
        ),
        spell(
            "torch",
            "adaptive_max_pool{n}d_with_indices",
            data("input"),
            setting("output_size", "size", codec=ZERO_FOR_NONE),
            ignored("return_indices", False),
            const("indices", True),
        ),
    )

    def outputs(self, xs: Inputs) -> Outputs:
        (values,) = super().outputs(xs)
        return (values, TensorSpec(values.dims, "int64")) if self.indices else (values,)

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        return super().reads(xs) * (2 if self.indices else 1)
