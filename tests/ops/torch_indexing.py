"""Random calls of the operators that read and write by indices, masks and index vectors, and of packed sequences."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
import torch.nn.functional as F
from hypothesis import strategies as st

from tests.ops.call import Call, Shape
from tests.strategies import Draw, ints, per_axis, shapes

_INTEGERS = st.sampled_from(["int64"] * 6 + ["int32", "float32"])


def embedding_bag(draw: Draw, _axes: int) -> tuple[dict[str, Any], Shape]:
    kwargs = {"num_embeddings": draw(ints(1, 5)), "embedding_dim": draw(ints(1, 4)), "mode": draw(_MODES)}
    return kwargs, draw(shapes(2, 2))


_MODES = st.sampled_from(["sum", "mean", "max"])


def _places(draw: Draw) -> tuple[Shape, tuple[int, ...], list[Shape], list[str]]:
    """A shape, the axes that are indexed, and shapes of indices that mostly broadcast."""
    shape = draw(shapes(1, 4))
    on = tuple(sorted(draw(st.lists(ints(0, len(shape) - 1), min_size=1, max_size=3, unique=True))))
    full = draw(shapes(0, 2, most=3))
    index = [tuple(1 if draw(ints(0, 4)) == 0 else n for n in full)[draw(ints(0, len(full))) :] for _ in on]
    if draw(ints(0, 6)) == 0:
        index[0] = draw(shapes(1, 2))
    return shape, on, index, [draw(_INTEGERS) for _ in on]


def _key(on: tuple[int, ...], indices: tuple[torch.Tensor, ...]) -> list[torch.Tensor | None]:
    """For ``torch.ops.aten.index``: a number in ``x[0, :, i]`` is applied first, an index of no axis is not."""
    key: list[torch.Tensor | None] = [None] * (max(on) + 1)
    for axis, index in zip(on, indices, strict=True):
        key[axis] = index * 0
    return key


def _index(draw: Draw) -> Call:
    shape, on, index, dtypes = _places(draw)

    def run(x: torch.Tensor, *indices: torch.Tensor) -> torch.Tensor:
        return torch.ops.aten.index(x, _key(on, indices))

    return Call("index", {"on": on}, run, (shape, *index), ("float32", *dtypes))


def _index_put(draw: Draw) -> Call:
    shape, on, index, dtypes = _places(draw)
    try:
        inside = tuple(
            torch.ops.aten.index(torch.zeros(shape), _key(on, tuple(torch.zeros(i, dtype=torch.int64) for i in index))).shape
        )
    except (RuntimeError, IndexError):
        inside = shape
    value = tuple(1 if draw(ints(0, 3)) == 0 else n for n in inside)[draw(ints(0, len(inside))) :]
    if draw(ints(0, 5)) == 0:
        value = draw(shapes(0, 4))
    function = draw(st.sampled_from(["replace", "add"]))

    def run(x: torch.Tensor, *rest: torch.Tensor) -> torch.Tensor:
        return torch.ops.aten.index_put(x, _key(on, rest[:-1]), rest[-1], function == "add")

    dtypes = ["float32", *dtypes, draw(st.sampled_from(["float32"] * 5 + ["float64"]))]
    return Call("index_put", {"on": on, "function": function}, run, (shape, *index, value), tuple(dtypes))


def _masked_scatter(draw: Draw) -> Call:
    shape = draw(shapes(1, 3))
    mask = tuple(1 if draw(ints(0, 3)) == 0 else n for n in shape)[draw(ints(0, len(shape) - 1)) :]
    mask = draw(shapes(1, 3)) if draw(ints(0, 4)) == 0 else mask
    dtypes = ("float32", draw(st.sampled_from(["bool"] * 5 + ["float32"])), draw(st.sampled_from(["float32"] * 5 + ["float64"])))

    def run(x: torch.Tensor, m: torch.Tensor, s: torch.Tensor) -> torch.Tensor:
        return x.masked_scatter(m if m.dtype != torch.bool else m & False, s)

    return Call("masked_scatter", {}, run, (shape, mask, draw(shapes(1, 2))), dtypes)


def _embedding_bag(draw: Draw) -> Call:
    """The function: one list that offsets cut, weights for each index, the table as an input."""
    count, width, mode = draw(ints(1, 5)), draw(ints(1, 4)), draw(_MODES)
    weighted, ended = mode == "sum" and draw(st.booleans()), draw(st.booleans())
    indices = draw(shapes(1, 2))
    offsets = [(draw(ints(1, 3)) + ended,)] if len(indices) == 1 else []
    factors = [indices if draw(ints(0, 5)) else draw(shapes(1, 2))] if weighted else []
    table = (count, width) if draw(ints(0, 7)) else (count + 1, width)
    ended = ended and bool(offsets)
    settings = {"count": count, "width": width, "function": mode, "ended": ended, "weighted": weighted}

    def run(x: torch.Tensor, *rest: torch.Tensor) -> torch.Tensor:
        if tuple(rest[-1].shape) != (count, width):
            raise ValueError("another table")
        starts = torch.zeros_like(rest[0]) if offsets else None
        if starts is not None and ended:
            starts[-1] = x.numel()
        return F.embedding_bag(x * 0, rest[-1], starts, mode=mode, include_last_offset=ended,
                               per_sample_weights=rest[-2] if weighted else None)  # fmt: skip

    dtypes = ("int64", *["int64"] * len(offsets), *["float32"] * len(factors), "float32")
    return Call("embedding_bag", settings, run, (indices, *offsets, *factors, table), dtypes)


def _istft(draw: Draw) -> Call:
    length, frames = draw(ints(2, 12)), draw(ints(1, 6))
    hop = draw(ints(1, length))
    centred, onesided = draw(st.booleans()), draw(st.booleans())
    rows = length // 2 + 1 if onesided else length
    shape = (*draw(shapes(0, 1)), rows if draw(ints(0, 6)) else rows + 1, frames)
    shape = draw(shapes(1, 4)) if draw(ints(0, 8)) == 0 else shape
    samples = draw(ints(1, 12)) if draw(ints(0, 3)) == 0 else None
    settings = {"length": length, "hop": hop, "centred": centred, "onesided": onesided, "samples": samples}

    def run(x: torch.Tensor) -> torch.Tensor:
        return torch.istft(x, length, hop, window=torch.ones(length), center=centred, onesided=onesided, length=samples)

    return Call("istft", settings, run, (shape,), (draw(st.sampled_from(["complex64", "complex64", "complex128", "float32"])),))


def _searchsorted(draw: Draw) -> Call:
    values = draw(shapes(1, 3))
    ordered = (draw(ints(1, 5)),) if draw(st.booleans()) else (*values[:-1], draw(ints(1, 5)))
    ordered = draw(shapes(1, 3)) if draw(ints(0, 4)) == 0 else ordered
    dtype = draw(st.sampled_from(["int64", "int32"]))

    def run(o: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
        return torch.searchsorted(o, v, out_int32=dtype == "int32")

    return Call("searchsorted", {"dtype": dtype}, run, (ordered, values))


def _vectors(draw: Draw, x: Shape, batch: int) -> Shape:
    """Shape of index vectors, mostly legal."""
    found = (*x[:batch], *draw(shapes(0, 2)), draw(ints(1, max(len(x) - batch, 1))))
    return found if draw(ints(0, 4)) else draw(shapes(0, 4))


def _gather_nd(draw: Draw) -> Call:
    shape, batch = draw(shapes(1, 4)), draw(ints(0, 2))
    index = _vectors(draw, shape, batch)
    return Call("gather_nd", {"batch": batch}, lambda x, i: gather_nd(x, i, batch), (shape, index), ("float32", "int64"))


def gather_nd(x: torch.Tensor, index: torch.Tensor, batch: int) -> torch.Tensor:
    """Item by item of the batch, as the definition says."""
    if batch:
        return torch.stack([gather_nd(part, i, batch - 1) for part, i in zip(x.unbind(0), index.unbind(0), strict=True)])
    return x[tuple((index * 0).unbind(-1))]


def _scatter_nd(draw: Draw) -> Call:
    shape = draw(shapes(1, 4))
    index = _vectors(draw, shape, 0)
    source = (*index[:-1], *shape[index[-1] if index else 0 :]) if draw(ints(0, 4)) else draw(shapes(1, 4))
    function = draw(st.sampled_from(["replace", "add"]))

    def run(x: torch.Tensor, i: torch.Tensor, s: torch.Tensor) -> torch.Tensor:
        places = tuple((i * 0).unbind(-1))
        if x[places].shape != s.shape:
            raise ValueError("values of another shape")
        return x.index_put(places, s, accumulate=function == "add")

    return Call("scatter_nd", {"function": function}, run, (shape, index, source), ("float32", "int64", "float32"))


def _packed(draw: Draw) -> Call:
    """A recurrent network on sequences of several lengths, packed into one line of steps."""
    lengths = sorted(per_axis(draw, draw(ints(1, 3)), 1, 4), reverse=True)
    values, hidden, layers, both = draw(ints(1, 3)), draw(ints(1, 3)), draw(ints(1, 2)), draw(st.booleans())
    name, kind = draw(st.sampled_from([("lstm", torch.nn.LSTM), ("gru", torch.nn.GRU), ("rnn", torch.nn.RNN)]))
    network = kind(values, hidden, layers, bidirectional=both)
    shape = (sum(lengths) if draw(ints(0, 4)) else draw(ints(1, 6)), values)

    def run(x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        sizes = torch.tensor([sum(n > t for n in lengths) for t in range(lengths[0])])
        if len(x) != sum(sizes):
            raise ValueError("not the steps of these sequences")
        y, states = network(torch.nn.utils.rnn.PackedSequence(x, sizes))
        return (y.data, *(states if isinstance(states, tuple) else (states,)))

    settings = {"hidden": hidden, "layers": layers, "bidirectional": both, "packed": lengths}
    return Call(name, settings, run, (shape,))


FUNCTIONS: Mapping[str, Callable[[Draw], Call]] = {
    "index": _index, "index_put": _index_put, "masked_scatter": _masked_scatter, "embedding_bag, function": _embedding_bag,
    "istft": _istft, "searchsorted": _searchsorted, "gather_nd": _gather_nd, "scatter_nd": _scatter_nd, "lstm, packed": _packed,
}  # fmt: skip
