"""Dropout that keeps mean and variance."""

from typing import Annotated, Any

from convlens.ir.backward import Saved, Wanted
from convlens.ir.errors import SettingError
from convlens.ir.op import Inputs
from convlens.ir.setting import Number, Word
from convlens.ir.spelling import const, data, ignored, setting, spell
from convlens.ops._backward import mask_bytes
from convlens.ops._pointwise import Pointwise

_RATE = setting("p", default=0.5)
_CALL = (data("input"), _RATE, ignored("training", False), ignored("inplace", False))


class AlphaDropout(Pointwise, name="alpha_dropout"):
    """Set each value (or each whole channel) to SELU's lower limit with probability ``p`` in training, then rescale.

    Mean and variance stay as they were. Nothing happens in evaluation, so no operations are counted. Backward keeps the
    mask. Source: Klambauer et al., arXiv:1706.02515v5; torch.nn.AlphaDropout, torch.nn.FeatureAlphaDropout.

    >>> AlphaDropout(p=0.1).elementwise((TensorSpec((1, 4096)),))
    0
    """

    p: Number = 0.5
    of: Annotated[str, Word(("values", "channels"))] = "values"

    spellings = (
        spell("torch.nn", "AlphaDropout", _RATE, ignored("inplace", False), const("of", "values")),
        spell("torch.nn", "FeatureAlphaDropout", _RATE, ignored("inplace", False), const("of", "channels")),
        spell("torch", "alpha_dropout", *_CALL, const("of", "values")),
        spell("torch", "feature_alpha_dropout", *_CALL, const("of", "channels")),
        spell("keras", "AlphaDropout", setting("rate", "p"), ignored("noise_shape"), const("of", "values")),
    )

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        if not 0 <= self.p <= 1:
            raise SettingError(f"alpha_dropout: p is {self.p}; it must be between 0 and 1")

    def saved(self, xs: Inputs, wanted: Wanted) -> Saved:
        """The factor of each value, or of each channel."""
        return Saved(drawn=mask_bytes(xs[0], self.of, self.p))

    def elementwise(self, xs: Inputs) -> int:
        return 0
