"""Activation ``threshold``."""

from convlens.ir.op import Inputs
from convlens.ir.setting import Number
from convlens.ir.spelling import const, data, ignored, setting, spell
from convlens.ops._backward import keeps_input
from convlens.ops._pointwise import Pointwise

_SETTINGS = (setting("threshold"), setting("value"), ignored("inplace", False), const("slope", 0.0))


class Threshold(Pointwise, name="threshold"):
    """``x`` where ``x > threshold``, else ``value + slope * (x - threshold)``: 1 operation each, 4 with a slope.

    Backward keeps the input. Source: torch.nn.Threshold; keras.layers.ReLU, which has a slope below its threshold; ONNX
    operator ThresholdedRelu-10.

    >>> Threshold(threshold=0.1, value=20).elementwise((TensorSpec((1, 64, 112, 112)),))
    802816
    """

    threshold: Number
    value: Number = 0.0
    slope: Number = 0.0

    saved = keeps_input
    spellings = (
        spell("torch.nn", "Threshold", *_SETTINGS),
        spell("torch", "threshold", data("input"), *_SETTINGS),
        spell("onnx", "ThresholdedRelu", data("X"), setting("alpha", "threshold", 1.0), const("value", 0.0), const("slope", 0.0)),
    )

    def elementwise(self, xs: Inputs) -> int:
        return (4 if self.slope else 1) * xs[0].numel
