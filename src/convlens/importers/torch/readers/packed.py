"""Sequences of several lengths, packed: only the steps that are there. Their lengths must be known, as plain tensors are."""

from typing import Any

import torch

from convlens.importers.torch.opaque import undetermined
from convlens.importers.torch.readers import reads
from convlens.importers.torch.readers.made import made
from convlens.importers.torch.readers.shape import reshaped
from convlens.importers.torch.shadow import DTYPES, Shadow, spec_of
from convlens.importers.torch.trace import Trace
from convlens.ops.index_put import IndexPut
from convlens.ops.index_select import IndexSelect
from convlens.ops.pad import Pad
from convlens.ops.stack import Stack


@reads("_pack_padded_sequence", weights=True)
def _pack(trace: Trace, x: Any, lengths: Any, batch_first: bool) -> Any:
    """The steps of all sequences in one line, step by step: rows of (N * steps, values) picked by their number."""
    known = _known(trace, "torch.nn.utils.rnn.pack_padded_sequence", x, lengths)
    single = torch.zeros((*spec_of(x).dims[:2], 1))
    _, sizes = torch._VF._pack_padded_sequence(single, known, batch_first)  # noqa: SLF001 - its checks on one value a step
    lead, rest = spec_of(x).dims[:2], spec_of(x).dims[2:]
    rows = reshaped(trace, trace.shadow_of(x), (lead[0] * lead[1], *rest))
    (steps,) = trace.emit(IndexSelect(axis=0), [rows, _rows(sizes, lead, batch_first)])
    return steps, sizes


@reads("_pad_packed_sequence", weights=True)
def _unpack(trace: Trace, x: Any, sizes: Any, batch_first: bool, _padding: float, total: int) -> Any:
    """The inverse: the steps written to their places among zeros, and how long each sequence is."""
    counts = _known(trace, "torch.nn.utils.rnn.pad_packed_sequence", x, sizes).tolist()
    steps, batch = max(len(counts), total), counts[0]
    lead = (batch, steps) if batch_first else (steps, batch)
    spec = spec_of(x)
    zeros = made(trace, (batch * steps, *spec.dims[1:]), DTYPES[spec.dtype])
    (rows,) = trace.emit(IndexPut(on=(0,)), [zeros, _rows(counts, lead, batch_first), x])
    lengths = [sum(count > at for count in counts) for at in range(batch)]
    return reshaped(trace, rows, (*lead, *spec.dims[1:])), torch.tensor(lengths)


@reads("pad_sequence")
def _pad_sequence(trace: Trace, sequences: Any, batch_first: bool = False, padding_value: float = 0.0,
                  padding_side: str = "right") -> Any:  # fmt: skip
    """All as long as the longest, side by side."""
    longest = max(x.spec.dims[0] for x in sequences)
    padded = [_lengthened(trace, x, longest - x.spec.dims[0], padding_side) for x in sequences]
    return trace.emit(Stack(axis=0 if batch_first else 1), padded)[0]


def _lengthened(trace: Trace, x: Shadow, by: int, side: str) -> Shadow:
    rest = (0,) * (x.spec.rank - 1)
    before, after = ((by, *rest), (0, *rest)) if side == "left" else ((0, *rest), (by, *rest))
    return trace.emit(Pad(before=before, after=after), [x])[0] if by else x


def _known(trace: Trace, call: str, x: Any, lengths: Any) -> torch.Tensor:
    values = lengths.value if isinstance(lengths, Shadow) else lengths
    if values is None:
        undetermined(trace, call, (x, lengths))
    found: torch.Tensor = values
    return found


def _rows(sizes: Any, lead: tuple[int, ...], batch_first: bool) -> torch.Tensor:
    """Where step t of sequence n stands among all rows, for each step and as many sequences as still run then."""
    places = ((t, n) for t, running in enumerate(sizes) for n in range(running))
    return torch.tensor([(n * lead[1] + t) if batch_first else (t * lead[1] + n) for t, n in places])
