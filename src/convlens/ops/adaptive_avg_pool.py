"""Average pooling to a given output size."""

from convlens.ir.backward import NOTHING, Saved, Wanted
from convlens.ir.op import Inputs
from convlens.ir.setting import PerAxisOrZero
from convlens.ir.spec import TensorSpec
from convlens.ir.spelling import data, setting, spell
from convlens.ops._adaptive import ZERO_FOR_NONE, Adaptive


class AdaptiveAvgPool(Adaptive, name="adaptive_avg_pool"):
    """The mean of each of ``size`` nearly equal windows; ``size`` 1 is global pooling, 0 keeps the input's size.

    ============  ====================================================================  ===
    shape         ``size``                                                              pixels
    window        ``floor(y*n/size)`` to ``ceil((y+1)*n/size) - 1``                     pixels
    element-wise  one addition for each pixel that a window reads                       operations
    ============  ====================================================================  ===

    Windows overlap where ``size`` does not divide n, and repeat pixels where it is larger. Where every size is 1, a plane or a
    volume may have any axes before it. Source: torch.nn.AdaptiveAvgPool2d.

    >>> str(AdaptiveAvgPool(size=(1, 1)).infer((TensorSpec((1, 2048, 7, 7)),))[0])
    '1x2048x1x1'
    """

    size: PerAxisOrZero

    spellings = (
        spell("torch.nn", "AdaptiveAvgPool{n}d", setting("output_size", "size", codec=ZERO_FOR_NONE)),
        spell("torch", "adaptive_avg_pool{n}d", data("input"), setting("output_size", "size", codec=ZERO_FOR_NONE)),
    )

    def saved(self, xs: Inputs, wanted: Wanted) -> Saved:
        """PyTorch computes a global average as a mean, whose gradient needs nothing."""
        return NOTHING if set(self.sizes(xs)) == {1} else Saved(inputs=(0,))

    def lead(self, x: TensorSpec) -> int:
        """The mean of whole planes or volumes: PyTorch takes it of any tensor that has them, as of a video's frames."""
        space = x.dims[-self.axes :]
        whole = x.rank > self.axes > 1 and all((want or have) == 1 for want, have in zip(self.size, space, strict=True))
        return x.rank - self.axes if whole else super().lead(x)
