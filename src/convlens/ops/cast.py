"""Another dtype."""

from typing import Annotated

from convlens.ir.op import Inputs, Outputs
from convlens.ir.setting import Word
from convlens.ir.spec import ITEM_BYTES, TensorSpec
from convlens.ops._backward import keeps_nothing
from convlens.ops._pointwise import Pointwise


class Cast(Pointwise, name="cast"):
    """The same values in another dtype: no arithmetic is counted. Source: torch.Tensor.to.

    >>> Cast(dtype="float16").infer((TensorSpec((1, 8)),))[0].bytes
    16
    """

    dtype: Annotated[str, Word(tuple(ITEM_BYTES))]

    saved = keeps_nothing
    spellings = ()

    def outputs(self, xs: Inputs) -> Outputs:
        return (TensorSpec(xs[0].dims, self.dtype),)

    def elementwise(self, xs: Inputs) -> int:
        return 0
