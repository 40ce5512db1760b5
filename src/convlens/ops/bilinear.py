"""A trained quadratic form of two inputs."""

from convlens.arith.axis import IDENTITY
from convlens.ir.errors import ShapeError
from convlens.ir.op import WHOLE, Along, Inputs, Op, Outputs, Read, Settings, Shapes
from convlens.ir.setting import Bool, Count
from convlens.ir.spelling import data, ignored, setting, size, spell, weight
from convlens.ops._backward import a_product_each, keeps_every_input
from convlens.ops._pointwise import promoted


class Bilinear(Op, name="bilinear"):
    """``y[o] = x1^T W[o] x2 + b[o]`` over the last axes of two inputs; all other axes are equal and kept.

    ============  ======================================================================================  ======
    shape         the last axis becomes ``out``                                                           values
    parameters    ``out * in1 * second``, and ``out`` with bias; ``second`` is the length of x2           values
    MACs          output elements ``* in1 * second`` for ``x1^T W``, and ``* second`` for what follows    MAC
    ============  ======================================================================================  ======

    Source: torch.nn.Bilinear, which multiplies in this order.

    >>> pair = (TensorSpec((128, 20)), TensorSpec((128, 30)))
    >>> Bilinear(second=30, out=40).params(pair), Bilinear(second=30, out=40).macs(pair) == 128 * 40 * (20 * 30 + 30)
    ({'weight': (40, 20, 30), 'bias': (40,)}, True)
    """

    second: Count
    out: Count
    bias: Bool = True

    arity = (2, 4)
    saved = keeps_every_input
    gradient_macs = a_product_each
    view = False
    spellings = (
        spell("torch.nn", "Bilinear", size("in1_features", -1), setting("in2_features", "second"), setting("out_features", "out"),
              setting("bias", default=True), ignored("device"), ignored("dtype")),
        spell("torch", "bilinear", data("input1"), data("input2"), weight("weight", "weight"), weight("bias", "bias", None)),
    )  # fmt: skip

    def outputs(self, xs: Inputs) -> Outputs:
        x, y = xs[:2]
        if not x.rank or x.dims[:-1] != y.dims[:-1] or x.rank != y.rank:
            raise ShapeError(
                f"the inputs {x} and {y} differ before the last axis", "inputs of the same shape but for the last axis"
            )
        if y.dims[-1] != self.second:
            raise ShapeError(f"the second input {y} has {y.dims[-1]} values, not {self.second}", f"second={y.dims[-1]}")
        return (x.with_dims((*x.dims[:-1], self.out))._replace(dtype=promoted(xs[:2])),)

    def params(self, xs: Inputs) -> Shapes:
        if len(xs) > 2:
            return {}
        weights = {"weight": (self.out, xs[0].dims[-1], self.second)}
        return {**weights, "bias": (self.out,)} if self.bias else weights

    def buffers(self, xs: Inputs) -> Shapes:
        return {}

    def macs(self, xs: Inputs) -> int:
        return self.outputs(xs)[0].numel * (xs[0].dims[-1] + 1) * self.second

    def elementwise(self, xs: Inputs) -> int:
        return 0

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        rows: Read = (*(Along(axis, IDENTITY) for axis in range(xs[0].rank - 1)), WHOLE)
        return ((rows, rows, *((WHOLE,) * w.rank for w in xs[2:])),)

    @classmethod
    def from_params(cls, shapes: Shapes, settings: Settings) -> Settings:
        out, _, second = shapes["weight"]
        return {"out": out, "second": second, "bias": "bias" in shapes}
