"""What every operator has in common that holds no tensors and multiplies no matrices."""

from convlens.ir.op import Inputs, Op, Shapes
from convlens.ops._backward import no_products


class Weightless(Op):
    """No parameters, no buffers, no MACs."""

    gradient_macs = no_products

    def params(self, xs: Inputs) -> Shapes:
        return {}

    def buffers(self, xs: Inputs) -> Shapes:
        return {}

    def macs(self, xs: Inputs) -> int:
        return 0
