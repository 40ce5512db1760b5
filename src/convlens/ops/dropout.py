"""Dropout."""

from typing import Annotated, Any

from convlens.ir.backward import Saved, Wanted
from convlens.ir.errors import SettingError, ShapeError
from convlens.ir.op import Inputs
from convlens.ir.setting import Number, Word
from convlens.ir.spelling import const, data, ignored, setting, spell
from convlens.ops._backward import mask_bytes
from convlens.ops._pointwise import Pointwise


def _torch_limits(_op: "Dropout", xs: Inputs, axes: int) -> None:
    """Dropout1d insists on its rank; Dropout2d and Dropout3d only warn. Source: torch.nn.functional.dropout1d."""
    if axes == 1 and xs[0].rank not in (2, 3):
        raise ShapeError(
            f"Dropout1d needs an input of 3 axes (N, C, L), or 2 without a batch; the input {xs[0]} has {xs[0].rank}",
            f"Dropout{min(xs[0].rank - 2, 3)}d" if xs[0].rank > 3 else "Dropout",
        )


class Dropout(Pointwise, name="dropout"):
    """Set each value (or each whole channel) to zero with probability ``p`` in training; nothing in evaluation.

    No parameters; no operations are counted, since it is absent when the network is used. Backward keeps the mask.
    Source: Srivastava et al., JMLR 15 (2014); torch.nn.Dropout.

    >>> Dropout(p=0.5).elementwise((TensorSpec((1, 4096)),))
    0
    """

    p: Number = 0.5
    of: Annotated[str, Word(("values", "channels"))] = "values"

    spellings = (
        spell("torch.nn", "Dropout", setting("p", default=0.5), ignored("inplace", False)),
        spell("torch.nn", "Dropout{n}d", setting("p", default=0.5), ignored("inplace", False), const("of", "channels"),
              limits=_torch_limits),
        spell("torch", "dropout", data("input"), setting("p", default=0.5), ignored("training", True), ignored("inplace", False)),
        spell("torch", "feature_dropout", data("input"), setting("p", default=0.5), ignored("train", True),
              const("of", "channels")),
        spell("torch", "dropout{n}d", data("input"), setting("p", default=0.5), ignored("training", True),
              ignored("inplace", False), const("of", "channels")),
        spell("keras", "Dropout", setting("rate", "p"), ignored("noise_shape"), const("of", "values")),
        spell("keras", "SpatialDropout{n}D", setting("rate", "p"), ignored("data_format"), const("of", "channels")),
    )  # fmt: skip

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        if not 0 <= self.p <= 1:
            raise SettingError(f"dropout: p is {self.p}; it must be between 0 and 1")

    def saved(self, xs: Inputs, wanted: Wanted) -> Saved:
        """The factor of each value, or of each channel."""
        return Saved(drawn=mask_bytes(xs[0], self.of, self.p))

    def elementwise(self, xs: Inputs) -> int:
        return 0
