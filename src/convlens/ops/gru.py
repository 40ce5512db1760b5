"""Gated recurrent unit."""

from convlens.ir.setting import Bool, Count, OptionalCounts
from convlens.ir.spelling import ignored, setting, size, spell
from convlens.ops._recurrent import Recurrent


class Gru(Recurrent, name="gru"):
    """``r, z = sigmoid(W x + U h + b)``, ``n = tanh(W x + r * (U h + b))``, ``h = (1 - z)*n + z*h``, step by step.

    ============  =====================================================================================  ==========
    outputs       ``h`` of every step; the last ``h``                                                    values
    parameters    ``3*hidden * (in + hidden)``, and ``6*hidden`` with bias; twice if bidirectional       values
    MACs          ``steps * N * 3*hidden * (in + hidden)``; a bias is free                               MAC
    element-wise  11 for each hidden value and step                                                      operations
    ============  =====================================================================================  ==========

    for each of ``layers`` layers; ``in`` of a later layer is what the one before gives. The input is steps, N, values
    (N, steps, values with ``batch_first``), or without N; the first ``h`` may follow it, then the weights in PyTorch's order.

    Source: torch.nn.GRU; Cho et al., arXiv:1406.1078v3.

    >>> frames = (TensorSpec((100, 8, 40)),)
    >>> [str(y) for y in Gru(hidden=128, bidirectional=True).infer(frames)], Gru(hidden=128).macs(frames)
    (['100x8x256', '2x8x128'], 51609600)
    """

    hidden: Count
    layers: Count = 1
    bias: Bool = True
    batch_first: Bool = False
    bidirectional: Bool = False
    packed: OptionalCounts = None

    arity = (1, None)
    gates, states, work, kept = 3, 1, 11, 6
    spellings = (
        spell("torch.nn", "GRU", size("input_size", -1), setting("hidden_size", "hidden"), setting("num_layers", "layers", 1),
              setting("bias", default=True), setting("batch_first", default=False), ignored("dropout", 0.0),
              setting("bidirectional", default=False), ignored("device"), ignored("dtype")),
    )  # fmt: skip
