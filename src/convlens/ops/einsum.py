"""Sums of products written with index letters."""

from convlens.arith.axis import IDENTITY, constant
from convlens.ir.backward import NOTHING, Saved, Wanted
from convlens.ir.op import WHOLE, Along, AxisRead, Inputs, Op, Outputs, Read, Shapes
from convlens.ir.setting import Text
from convlens.ir.spec import Shape, TensorSpec
from convlens.ops._backward import keeps_every_input, keeps_factors
from convlens.ops._einsum import Equation, Plan, parse, planned, sizes_of
from convlens.ops._pointwise import promoted


class Einsum(Op, name="einsum"):
    """``equation`` names the axes of each input and of the output: ``bij,bjk->bik``. Indices that the output lacks are summed.

    ============  =========================================================================================  ==========
    shape         the sizes of the output's letters; ``...`` stands for axes that broadcast                   values
    MACs          for each pair of inputs that contracts an index, the product of the sizes of all its       MAC
                  indices; a pair that contracts none multiplies element by element and has none
    element-wise  those multiplications, and an addition for each value that is summed away on its own       operations
    ============  =========================================================================================  ==========

    A pair contracts an index that both have and that neither the output nor a later input needs; an index of size 1 is
    counted like any other. What only one input of the pair has and nothing else needs is summed first. More than two
    inputs are taken from left to right, two at a time: the order of PyTorch without the package opt_einsum, and of the
    equation itself. Without ``->`` the output has the letters that occur once, in alphabetical order. A letter twice in
    one input takes the diagonal.

    Source: torch.einsum; ONNX operator Einsum-12. The figures are the scores of one layer of ViT-B/16.

    >>> heads = TensorSpec((1, 12, 197, 64))
    >>> scores = Einsum(equation="bhqd,bhkd->bhqk")
    >>> str(scores.infer((heads, heads))[0]), scores.macs((heads, heads))
    ('1x12x197x197', 29805312)
    """

    equation: Text

    arity = (1, None)
    view = False
    spellings = ()

    def outputs(self, xs: Inputs) -> Outputs:
        found, sizes = self._read(xs)
        return (TensorSpec(tuple(sizes[index] for index in found.output), promoted(xs)),)

    def params(self, xs: Inputs) -> Shapes:
        return {}

    def buffers(self, xs: Inputs) -> Shapes:
        return {}

    def macs(self, xs: Inputs) -> int:
        return sum(self._plan(xs).products)

    def saved(self, xs: Inputs, wanted: Wanted) -> Saved:
        """Each input whose gradient, or whose partner's, is wanted; of more than two inputs all, and no intermediate product."""
        if len(xs) <= 2:
            return keeps_factors(self, xs, wanted) if len(xs) == 2 else NOTHING
        return keeps_every_input(self, xs, wanted)

    def gradient_macs(self, xs: Inputs, wanted: Wanted) -> int:
        """By each side of a pair one product: by what was multiplied before, and by the input that joins it."""
        return sum(
            macs * ((at in wanted.inputs) + any(before in wanted.inputs for before in range(at)))
            for at, macs in enumerate(self._plan(xs).products, 1)
        )

    def elementwise(self, xs: Inputs) -> int:
        return self._plan(xs).elementwise

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        found, sizes = self._read(xs)
        return (tuple(_read(x.dims, terms, found, sizes) for x, terms in zip(xs, found.inputs, strict=True)),)

    def _plan(self, xs: Inputs) -> Plan:
        found, sizes = self._read(xs)
        return planned(found, sizes, [x.dims for x in xs])

    def _read(self, xs: Inputs) -> tuple[Equation, dict[str, int]]:
        found = parse(self.equation, [x.rank for x in xs])
        return found, sizes_of(found, [x.dims for x in xs])


def _read(dims: Shape, terms: tuple[str, ...], found: Equation, sizes: dict[str, int]) -> Read:
    return tuple(_axis_read(size, index, found, sizes) for size, index in zip(dims, terms, strict=True))


def _axis_read(size: int, index: str, found: Equation, sizes: dict[str, int]) -> AxisRead:
    if index not in found.output:
        return WHOLE
    return Along(None, constant(0, 0)) if size != sizes[index] else Along(found.output.index(index), IDENTITY)
