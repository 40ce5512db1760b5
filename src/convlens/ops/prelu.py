"""Activation with a trained slope."""

from convlens.ir.errors import ShapeError
from convlens.ir.op import Inputs, Outputs, Read, Settings, Shapes
from convlens.ir.setting import Count
from convlens.ir.spelling import data, ignored, setting, spell, weight
from convlens.ops._backward import keeps_every_input
from convlens.ops._pointwise import Pointwise, same_place


class Prelu(Pointwise, name="prelu"):
    """``x`` where x > 0, else ``slope * x``, with one trained slope, or one for each channel: 2 operations each.

    Source: He et al., arXiv:1502.01852v1, equation 1; torch.nn.PReLU.

    >>> Prelu(slopes=64).params((TensorSpec((1, 64, 56, 56)),))
    {'weight': (64,)}
    """

    slopes: Count = 1

    arity = (1, 2)
    saved = keeps_every_input
    spellings = (
        spell(
            "torch.nn",
            "PReLU",
            setting("num_parameters", "slopes", 1),
            ignored("init", 0.25),
            ignored("device"),
            ignored("dtype"),
        ),
        spell("torch", "prelu", data("input"), weight("weight", "weight")),
    )

    def outputs(self, xs: Inputs) -> Outputs:
        channels = xs[0].dims[1] if xs[0].rank > 1 else 1
        if len(xs) == 1 and self.slopes not in (1, channels):
            raise ShapeError(f"{self.slopes} slopes for {channels} channels", f"slopes=1 or slopes={channels}")
        return (xs[0],)

    def params(self, xs: Inputs) -> Shapes:
        return {"weight": (self.slopes,)} if len(xs) == 1 else {}

    def elementwise(self, xs: Inputs) -> int:
        return 2 * xs[0].numel

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        return (tuple(same_place(xs[0].rank) if i == 0 else () for i in range(len(xs))),)

    @classmethod
    def from_params(cls, shapes: Shapes, settings: Settings) -> Settings:
        return {"slopes": shapes["weight"][0] if shapes["weight"] else 1}
