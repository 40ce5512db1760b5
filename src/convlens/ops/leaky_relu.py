"""Activation ``leaky_relu``."""

from convlens.ir.op import Inputs
from convlens.ir.setting import Number
from convlens.ir.spelling import data, ignored, setting, spell
from convlens.ops._backward import keeps_input_or_result
from convlens.ops._pointwise import Pointwise


class LeakyRelu(Pointwise, name="leaky_relu"):
    """``x where x > 0, else slope * x``, element by element: 2 operations each. Backward keeps the input.

    Source: Maas et al. 2013; torch.nn.LeakyReLU.

    >>> LeakyRelu().elementwise((TensorSpec((1, 64, 112, 112)),))
    1605632
    """

    slope: Number = 0.01

    saved = keeps_input_or_result
    spellings = (
        spell("torch.nn", "LeakyReLU", setting("negative_slope", "slope", 0.01), ignored("inplace", False)),
        spell("torch", "leaky_relu", data("input"), setting("negative_slope", "slope", 0.01), ignored("inplace", False)),
        spell("onnx", "LeakyRelu", data("X"), setting("alpha", "slope", 0.01)),
        spell("keras", "LeakyReLU", setting("negative_slope", "slope", 0.3)),
    )

    def elementwise(self, xs: Inputs) -> int:
        return 2 * xs[0].numel
