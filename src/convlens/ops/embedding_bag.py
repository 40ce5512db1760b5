"""Trained vectors, looked up and reduced bag by bag."""

from typing import Annotated

from convlens.arith.axis import IDENTITY
from convlens.ir.errors import ShapeError
from convlens.ir.op import UNKNOWN, WHOLE, Along, Inputs, Op, Outputs, Read, Settings, Shapes
from convlens.ir.setting import Bool, Count, Word
from convlens.ir.spec import TensorSpec
from convlens.ir.spelling import ignored, setting, spell
from convlens.ops._backward import keeps_integers, no_products
from convlens.ops._source import Dtype
from convlens.ops.embedding import check_indices


class EmbeddingBag(Op, name="embedding_bag"):
    """The sum, mean or maximum of the trained vectors of each bag of indices.

    ============  ==========================================================================  ==========
    shape         bags, then ``width``                                                        values
    parameters    ``count * width``                                                           values
    element-wise  ``indices * width``, twice that with weights for each index                 operations
    ============  ==========================================================================  ==========

    The indices are bags x indices, or one list that the second input cuts into bags: it has the place where each begins,
    and with ``ended`` also the end of the last. Where ``weighted``, a factor for each index follows. The table may arrive
    as a last input; then it is no parameter of this operator. Source: torch.nn.EmbeddingBag.

    >>> words = (TensorSpec((16, 5), "int64"),)
    >>> table = EmbeddingBag(count=1000, width=32)
    >>> str(table.infer(words)[0]), table.params(words), table.macs(words), table.elementwise(words)
    ('16x32', {'weight': (1000, 32)}, 0, 2560)
    """

    count: Count
    width: Count
    function: Annotated[str, Word(("sum", "mean", "max"))] = "mean"
    ended: Bool = False
    weighted: Bool = False
    dtype: Dtype = "float32"

    arity = (1, 4)
    saved = keeps_integers
    gradient_macs = no_products
    view = False
    spellings = (
        spell("torch.nn", "EmbeddingBag", setting("num_embeddings", "count"), setting("embedding_dim", "width"),
              ignored("max_norm"), ignored("norm_type", 2.0), ignored("scale_grad_by_freq", False),
              setting("mode", "function", "mean"), ignored("sparse", False), ignored("_weight"),
              setting("include_last_offset", "ended", False), ignored("padding_idx"), ignored("device"), ignored("dtype")),
    )  # fmt: skip

    def outputs(self, xs: Inputs) -> Outputs:
        indices, *more = xs
        check_indices(indices)
        if indices.rank not in (1, 2):
            raise ShapeError(f"needs indices of 2 axes (bags, indices), or 1 with offsets; {indices} has {indices.rank}")
        wanted = (indices.rank == 1) + self.weighted
        if len(more) not in (wanted, wanted + 1):
            raise ShapeError(f"{len(more)} inputs beside indices of {indices.rank} axes", f"{wanted} of them, or a table more")
        bags = self._bags(indices, more)
        if self.weighted and more[wanted - 1].dims != indices.dims:
            raise ShapeError(f"the weights are {more[wanted - 1]}, the indices {indices}", f"weights of {indices}")
        table = more[wanted:]
        if table and table[0].dims != (self.count, self.width):
            raise ShapeError(
                f"its table is {table[0]}, but count={self.count} and width={self.width}", f"a table of {self.count}x{self.width}"
            )
        return (TensorSpec((bags, self.width), table[0].dtype if table else self.dtype),)

    def _bags(self, indices: TensorSpec, more: list[TensorSpec]) -> int:
        if indices.rank == 2:
            return indices.dims[0]
        check_indices(more[0], "offsets")
        bags = more[0].numel - self.ended
        if more[0].rank != 1 or bags < 1:
            raise ShapeError(f"the offsets are {more[0]}; they must be one list with a bag at least", "one axis of offsets")
        return bags

    def _given(self, xs: Inputs) -> int:
        """How many inputs there are beside the table."""
        return 1 + (xs[0].rank == 1) + self.weighted

    def params(self, xs: Inputs) -> Shapes:
        return {"weight": (self.count, self.width)} if len(xs) == self._given(xs) else {}

    def buffers(self, xs: Inputs) -> Shapes:
        return {}

    def macs(self, xs: Inputs) -> int:
        return 0

    def elementwise(self, xs: Inputs) -> int:
        return (1 + self.weighted) * xs[0].numel * self.width

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        given = self._given(xs)
        bag: Read = (Along(0, IDENTITY), WHOLE) if xs[0].rank == 2 else (UNKNOWN,)
        table: tuple[Read, ...] = ((WHOLE, Along(1, IDENTITY)),)
        return (((bag,) * given + table[: len(xs) - given]),)

    @classmethod
    def from_params(cls, shapes: Shapes, settings: Settings) -> Settings:
        return {"count": shapes["weight"][0], "width": shapes["weight"][1]}
