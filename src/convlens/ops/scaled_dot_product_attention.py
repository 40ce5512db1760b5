"""Attention of queries over keys and values."""

from math import prod

from convlens.arith.axis import IDENTITY, repeat
from convlens.ir.backward import Saved, Wanted
from convlens.ir.errors import ShapeError
from convlens.ir.op import WHOLE, Along, AxisRead, Inputs, Op, Outputs, Read, Shapes, along
from convlens.ir.setting import Bool, Number, OptionalNumber
from convlens.ir.spec import Shape, TensorSpec, show_shape
from convlens.ir.spelling import data, setting, spell
from convlens.ops._pointwise import broadcast, broadcast_read


class ScaledDotProductAttention(Op, name="scaled_dot_product_attention"):
    """``softmax(Q K^T * scale + mask) V`` over the last two axes (L x E, S x E, S x V); the axes before them broadcast.

    ============  ==================================================================  ==========
    shape         the axes before, then ``L x V``                                      values
    MACs          both matrix products: ``L * S * E + L * S * V`` for each head        MAC
    element-wise  scale and softmax: 4 for each of ``L * S`` scores; 1 more with mask  operations
    ============  ==================================================================  ==========

    A ``causal`` mask changes no count: the products are counted in full, as a dense kernel computes them, though half of
    the scores are then thrown away. With ``gqa`` each head of K and V (the third axis from the end) serves a group of
    heads of Q. The mask is the fourth input and broadcasts to the scores. ``dropout`` falls on the scores.

    Source: Vaswani et al., arXiv:1706.03762v7, equation 1; torch.nn.functional.scaled_dot_product_attention. The figures are
    one layer of ViT-B/16 (12 heads of 64 over 197 tokens).

    >>> head = TensorSpec((1, 12, 197, 64))
    >>> str(ScaledDotProductAttention().infer((head,) * 3)[0]), ScaledDotProductAttention().macs((head,) * 3)
    ('1x12x197x64', 59610624)
    """

    causal: Bool = False
    gqa: Bool = False
    scale: OptionalNumber = None
    dropout: Number = 0.0

    arity = (3, 4)
    view = False
    spellings = (
        spell("torch", "scaled_dot_product_attention", data("query"), data("key"), data("value"), data("attn_mask", None),
              setting("dropout_p", "dropout", 0.0), setting("is_causal", "causal", False), setting("scale", default=None),
              setting("enable_gqa", "gqa", False)),
    )  # fmt: skip

    def outputs(self, xs: Inputs) -> Outputs:
        query, _, value = xs[:3]
        scores = self._scores(xs)
        if len(xs) > 3:
            self._check_mask(xs[3], scores)
        return (query.with_dims((*scores[:-1], value.dims[-1])),)

    def params(self, xs: Inputs) -> Shapes:
        return {}

    def buffers(self, xs: Inputs) -> Shapes:
        return {}

    def macs(self, xs: Inputs) -> int:
        return prod(self._scores(xs)) * (xs[0].dims[-1] + xs[2].dims[-1])

    def saved(self, xs: Inputs, wanted: Wanted) -> Saved:
        """The inputs and the output, and one float32 for each row of scores, from which they are computed anew."""
        return Saved((0, 1, 2), (0,), made=4 * prod(self._scores(xs)[:-1]))

    def gradient_macs(self, xs: Inputs, wanted: Wanted) -> int:
        """By V one product of the scores' size; by Q or K one to reach the scores, and one each."""
        scores = prod(self._scores(xs))
        through, each = bool(wanted.inputs & {0, 1}), len(wanted.inputs & {0, 1})
        return scores * (xs[2].dims[-1] * ((2 in wanted.inputs) + through) + xs[0].dims[-1] * each)

    def elementwise(self, xs: Inputs) -> int:
        return prod(self._scores(xs)) * (4 + (len(xs) > 3))

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        query, key, value = xs[:3]
        lead = self.outputs(xs)[0].dims[:-2]
        row, column = Along(len(lead), IDENTITY), Along(len(lead) + 1, IDENTITY)
        of_query = (*broadcast_read(query.dims[:-2], lead), row, WHOLE)
        of_key = (*self._lead_read(query, key, lead), WHOLE, WHOLE)
        of_value = (*self._lead_read(query, value, lead), WHOLE, column)
        masks = tuple(self._mask_read(mask, lead, xs) for mask in xs[3:])
        return ((of_query, of_key, of_value, *masks),)

    def _lead_read(self, query: TensorSpec, x: TensorSpec, lead: Shape) -> Read:
        """The axes before the last two; with ``gqa`` a head of K and V stands for several of Q."""
        if not self.gqa or query.dims[-3] == x.dims[-3]:
            return broadcast_read(x.dims[:-2], lead)
        heads = len(lead) - 1
        shared: AxisRead = along(heads, lambda: repeat(query.dims[-3] // x.dims[-3]))
        return (*broadcast_read(x.dims[:-3], lead[:-1]), shared)

    def _mask_read(self, mask: TensorSpec, lead: Shape, xs: Inputs) -> Read:
        scores = self._scores(xs)
        read = broadcast_read(mask.dims, scores)
        return (*read[:-1], WHOLE) if mask.rank else read

    def _scores(self, xs: Inputs) -> Shape:
        """The shape of ``Q K^T``, or `ShapeError`."""
        query, key, value = xs[:3]
        for name, x in (("query", query), ("key", key), ("value", value)):
            if x.rank < 2 + self.gqa:
                axes = "heads, positions and values" if self.gqa else "positions and values"
                raise ShapeError(f"the {name} {x} needs at least {2 + self.gqa} axes ({axes}); it has {x.rank}")
        if query.dims[-1] != key.dims[-1]:
            raise ShapeError(
                f"a query has {query.dims[-1]} values and a key {key.dims[-1]}: {query} against {key}", "as many values in both"
            )
        if key.dims[-2] != value.dims[-2]:
            raise ShapeError(f"{key.dims[-2]} keys for {value.dims[-2]} values: {key} against {value}", "one value for each key")
        return (*self._lead(query, key, value), query.dims[-2], key.dims[-2])

    def _lead(self, query: TensorSpec, key: TensorSpec, value: TensorSpec) -> Shape:
        if not self.gqa:
            return broadcast([x.dims[:-2] for x in (query, key, value)])
        heads = query.dims[-3]
        for name, x in (("key", key), ("value", value)):
            if heads % x.dims[-3]:
                raise ShapeError(
                    f"the {x.dims[-3]} heads of the {name} do not divide the {heads} heads of the query",
                    f"a number of heads that divides {heads}",
                )
        return (*broadcast([x.dims[:-3] for x in (query, key, value)]), heads)

    def _check_mask(self, mask: TensorSpec, scores: Shape) -> None:
        if self.causal:
            raise ShapeError("both a mask and causal=true are given", "one of the two")
        least = 2 if len(scores) == 4 else 0  # the kernel for batch and heads looks at both axes of the mask; others broadcast
        fits = least <= mask.rank <= len(scores) and all(
            m in (1, s) for m, s in zip(reversed(mask.dims), reversed(scores), strict=False)
        )
        if not fits:
            wanted = show_shape(scores)
            raise ShapeError(f"the mask {mask} does not broadcast to the scores {wanted}", f"a mask of {wanted}")
