"""Distance between vectors, pair by pair."""

from typing import ClassVar

from convlens.ir.backward import Saved, Wanted
from convlens.ir.op import Inputs
from convlens.ir.setting import Bool, Number
from convlens.ir.spelling import data, setting, spell
from convlens.ops._similarity import OfPairs

_SETTINGS = (setting("p", default=2.0), setting("eps", default=1e-6), setting("keepdim", "keep", False))


class PairwiseDistance(OfPairs, name="pairwise_distance"):
    """``||a - b + eps||``, the p-norm being taken over the last axis, which disappears unless ``keep`` is said.

    Element-wise: 4 for each element (difference, eps, power, addition) and a root for each output.
    Source: torch.nn.PairwiseDistance.

    >>> str(PairwiseDistance().infer((TensorSpec((100, 128)), TensorSpec((100, 128))))[0])
    '100'
    """

    p: Number = 2.0
    eps: Number = 1e-6
    keep: Bool = False

    axis: ClassVar[int] = -1  # type: ignore[misc]  # always the last axis
    spellings = (
        spell("torch.nn", "PairwiseDistance", *_SETTINGS),
        spell("torch", "pairwise_distance", data("x1"), data("x2"), *_SETTINGS),
    )

    def saved(self, xs: Inputs, wanted: Wanted) -> Saved:
        """The difference, and the distance."""
        return Saved(outputs=(0,), made=self.both(xs).bytes)

    def elementwise(self, xs: Inputs) -> int:
        return 4 * self.both(xs).numel + self.outputs(xs)[0].numel
