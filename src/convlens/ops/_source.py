"""Operators without inputs: a tensor that the network holds."""

from typing import Annotated

from convlens.ir.op import Inputs, Op, Outputs, Read
from convlens.ir.setting import Wholes, Word
from convlens.ir.spec import ITEM_BYTES, TensorSpec
from convlens.ops._backward import keeps_nothing, no_products

Dtype = Annotated[str, Word(tuple(ITEM_BYTES))]
Dims = Annotated[tuple[int, ...], Wholes(0)]


class Source(Op):
    """A tensor of the given ``shape`` and ``dtype`` that depends on no input."""

    shape: tuple[int, ...]
    dtype: str

    arity = (0, 0)
    saved = keeps_nothing
    gradient_macs = no_products
    view = True
    spellings = ()

    def outputs(self, xs: Inputs) -> Outputs:
        return (TensorSpec(self.shape, self.dtype),)

    def macs(self, xs: Inputs) -> int:
        return 0

    def elementwise(self, xs: Inputs) -> int:
        return 0

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        return ((),)
