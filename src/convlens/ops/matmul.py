"""Matrix product of two tensors."""

from convlens.arith.axis import IDENTITY
from convlens.ir.errors import ShapeError
from convlens.ir.op import WHOLE, Along, Inputs, Op, Outputs, Read, Shapes
from convlens.ir.spec import TensorSpec
from convlens.ir.spelling import data, spell
from convlens.ops._backward import a_product_each, keeps_factors
from convlens.ops._pointwise import broadcast, broadcast_read, promoted


class Matmul(Op, name="matmul"):
    """``x @ y``: rows of x against columns of y, the axes before them broadcast; a 1-D operand is a row or a column.

    MACs: output elements times the contracted length. No parameters. Source: torch.matmul.

    >>> queries, keys = TensorSpec((1, 8, 196, 64)), TensorSpec((1, 8, 64, 196))
    >>> str(Matmul().infer((queries, keys))[0]), Matmul().macs((queries, keys))
    ('1x8x196x196', 19668992)
    """

    arity = (2, 2)
    saved = keeps_factors
    gradient_macs = a_product_each
    view = False
    spellings = (
        spell("torch", "matmul", data("input"), data("other")),
        spell("torch", "bmm", data("input"), data("mat2")),
        spell("torch", "mm", data("input"), data("mat2")),
        spell("onnx", "MatMul", data("A"), data("B")),
    )

    def outputs(self, xs: Inputs) -> Outputs:
        x, y = xs
        if not x.rank or not y.rank:
            raise ShapeError(f"cannot multiply a scalar: the inputs are {x} and {y}")
        left, right = x.dims[-1], y.dims[-2 if y.rank > 1 else 0]
        if left != right:
            raise ShapeError(
                f"the inner sizes differ: {x} has {left} columns, {y} has {right} rows",
                "transpose one of them, or make them equal",
            )
        lead = broadcast([x.dims[:-2], y.dims[:-2]])
        return (TensorSpec((*lead, *x.dims[-2:-1], *(y.dims[-1:] if y.rank > 1 else ())), promoted(xs)),)

    def params(self, xs: Inputs) -> Shapes:
        return {}

    def buffers(self, xs: Inputs) -> Shapes:
        return {}

    def macs(self, xs: Inputs) -> int:
        return self.outputs(xs)[0].numel * xs[0].dims[-1]

    def elementwise(self, xs: Inputs) -> int:
        return 0

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        x, y = xs
        out = self.outputs(xs)[0].dims
        columns = 1 if y.rank > 1 else 0
        lead = out[: len(out) - columns - (1 if x.rank > 1 else 0)]
        of_x = (*broadcast_read(x.dims[:-2], lead), *((Along(len(lead), IDENTITY),) if x.rank > 1 else ()), WHOLE)
        of_y = (*broadcast_read(y.dims[:-2], lead), WHOLE, *((Along(len(out) - 1, IDENTITY),) if columns else ()))
        return ((of_x, of_y),)
