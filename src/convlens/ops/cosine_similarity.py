"""Cosine of the angle between vectors."""

from convlens.ir.backward import Saved, Wanted
from convlens.ir.op import Inputs
from convlens.ir.setting import Index, Number
from convlens.ir.spelling import data, setting, spell
from convlens.ops._similarity import OfPairs

_SETTINGS = (setting("dim", "axis", 1), setting("eps", default=1e-8))


class CosineSimilarity(OfPairs, name="cosine_similarity"):
    """``a . b / (||a|| * ||b||)`` for the vectors of both inputs along ``axis``, which disappears.

    Element-wise: a product and an addition for each of the three sums over the vector, and 4 for each output (two roots,
    a multiplication, a division). Its sums are no matrix product, so they count as no MACs.
    Source: torch.nn.CosineSimilarity.

    >>> str(CosineSimilarity().infer((TensorSpec((100, 128)), TensorSpec((100, 128))))[0])
    '100'
    """

    axis: Index = 1
    eps: Number = 1e-8

    spellings = (
        spell("torch.nn", "CosineSimilarity", *_SETTINGS),
        spell("torch", "cosine_similarity", data("x1"), data("x2"), *_SETTINGS),
    )

    def saved(self, xs: Inputs, wanted: Wanted) -> Saved:
        """The vectors, the vectors over their lengths, and four lengths of each pair."""
        return Saved((0, 1), made=2 * self.both(xs).bytes + 4 * self.outputs(xs)[0].bytes)

    def elementwise(self, xs: Inputs) -> int:
        return 6 * self.both(xs).numel + 4 * self.outputs(xs)[0].numel
