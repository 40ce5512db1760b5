"""Table of trained vectors, one for each index."""

from convlens.arith.axis import IDENTITY
from convlens.ir.backward import Saved, Wanted
from convlens.ir.errors import ShapeError
from convlens.ir.op import WHOLE, Along, Inputs, Op, Outputs, Read, Settings, Shapes
from convlens.ir.setting import Count
from convlens.ir.spec import TensorSpec
from convlens.ir.spelling import ignored, setting, spell
from convlens.ops._pointwise import same_place
from convlens.ops._source import Dtype


class Embedding(Op, name="embedding"):
    """Row ``x`` of a table of ``count`` trained vectors of ``width`` values: a lookup, so no arithmetic.

    ============  ==========================================  ======
    shape         the shape of the indices, then ``width``    values
    parameters    ``count * width``                           values
    ============  ==========================================  ======

    The output has the ``dtype`` of the table. The table may arrive as a second input; then it is no parameter of this
    operator. Source: torch.nn.Embedding. The figures are those of the token table of BERT-base (Devlin et al.,
    arXiv:1810.04805v2; 30,522 word pieces).

    >>> tokens = (TensorSpec((1, 128), "int64"),)
    >>> table = Embedding(count=30522, width=768)
    >>> str(table.infer(tokens)[0]), table.params(tokens), table.macs(tokens)
    ('1x128x768', {'weight': (30522, 768)}, 0)
    """

    count: Count
    width: Count
    dtype: Dtype = "float32"

    arity = (1, 2)
    view = False
    spellings = (
        spell("torch.nn", "Embedding", setting("num_embeddings", "count"), setting("embedding_dim", "width"),
              ignored("padding_idx"), ignored("max_norm"), ignored("norm_type", 2.0), ignored("scale_grad_by_freq", False),
              ignored("sparse", False), ignored("device"), ignored("dtype")),
        spell("keras", "Embedding", setting("input_dim", "count"), setting("output_dim", "width"),
              ignored("embeddings_initializer"), ignored("mask_zero", False)),
    )  # fmt: skip

    def outputs(self, xs: Inputs) -> Outputs:
        check_indices(xs[0])
        if len(xs) > 1 and xs[1].dims != (self.count, self.width):
            raise ShapeError(
                f"its table is {xs[1]}, but count={self.count} and width={self.width}", f"a table of {self.count}x{self.width}"
            )
        return (TensorSpec((*xs[0].dims, self.width), xs[1].dtype if len(xs) > 1 else self.dtype),)

    def params(self, xs: Inputs) -> Shapes:
        return {"weight": (self.count, self.width)} if len(xs) == 1 else {}

    def buffers(self, xs: Inputs) -> Shapes:
        return {}

    def macs(self, xs: Inputs) -> int:
        return 0

    def saved(self, xs: Inputs, wanted: Wanted) -> Saved:
        """The indices."""
        return Saved(inputs=(0,))

    def gradient_macs(self, xs: Inputs, wanted: Wanted) -> int:
        return 0

    def elementwise(self, xs: Inputs) -> int:
        return 0

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        rank = xs[0].rank
        table: tuple[Read, ...] = ((WHOLE, Along(rank, IDENTITY)),)
        return ((same_place(rank), *table[: len(xs) - 1]),)

    @classmethod
    def from_params(cls, shapes: Shapes, settings: Settings) -> Settings:
        return {"count": shapes["weight"][0], "width": shapes["weight"][1]}


def check_indices(x: TensorSpec, what: str = "indices") -> None:
    """Indices are whole numbers."""
    if x.floating or x.dtype == "bool":
        raise ShapeError(f"its {what} {x} are {x.dtype}; they must be whole numbers", "a dtype of int64")
