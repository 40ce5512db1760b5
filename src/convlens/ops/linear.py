"""Fully connected layer."""

from convlens.arith.axis import IDENTITY
from convlens.ir.errors import ShapeError
from convlens.ir.op import WHOLE, Along, Inputs, Op, Outputs, Read, Settings, Shapes
from convlens.ir.setting import Bool, Count
from convlens.ir.spelling import data, ignored, setting, size, spell, weight
from convlens.lang.sentence import Sentence
from convlens.ops._backward import a_product_each, keeps_factors


class Linear(Op, name="linear"):
    """``y = x W^T + b`` over the last axis; every other axis is kept.

    ============  ==============================================  ======
    shape         the last axis becomes ``out``                   values
    parameters    ``out * in``, and ``out`` with bias             values
    MACs          output elements ``* in``; a bias is free        MAC
    ============  ==============================================  ======

    Source: torch.nn.Linear. The figures are a 400 x 30 map flattened to 12,000 and led into 12 units.

    >>> flat = (TensorSpec((1, 12000)),)
    >>> Linear(out=12).params(flat), Linear(out=12).macs(flat)
    ({'weight': (12, 12000), 'bias': (12,)}, 144000)
    """

    out: Count
    bias: Bool = True

    arity = (1, 3)
    saved = keeps_factors
    gradient_macs = a_product_each
    view = False
    spellings = (
        spell("torch.nn", "Linear", size("in_features", -1), setting("out_features", "out"), setting("bias", default=True),
              ignored("device"), ignored("dtype")),
        spell("torch", "linear", data("input"), weight("weight", "weight"), weight("bias", "bias", None)),
        spell("keras", "Dense", setting("units", "out"), ignored("activation"), setting("use_bias", "bias", True)),
    )  # fmt: skip

    def outputs(self, xs: Inputs) -> Outputs:
        if not xs[0].rank:
            raise ShapeError(Sentence("needs an input of at least one axis; the input is a scalar"))
        return (xs[0].with_dims((*xs[0].dims[:-1], self.out)),)

    def params(self, xs: Inputs) -> Shapes:
        if len(xs) > 1:
            return {}
        weights = {"weight": (self.out, xs[0].dims[-1])}
        return {**weights, "bias": (self.out,)} if self.bias else weights

    def buffers(self, xs: Inputs) -> Shapes:
        return {}

    def macs(self, xs: Inputs) -> int:
        return self.outputs(xs)[0].numel * xs[0].dims[-1]

    def elementwise(self, xs: Inputs) -> int:
        return 0

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        rows = tuple(Along(axis, IDENTITY) for axis in range(xs[0].rank - 1))
        return (((*rows, WHOLE), *((WHOLE,) * w.rank for w in xs[1:])),)

    @classmethod
    def from_params(cls, shapes: Shapes, settings: Settings) -> Settings:
        return {"out": shapes["weight"][0], "bias": "bias" in shapes}
