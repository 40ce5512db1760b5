"""Long short-term memory."""

from typing import Annotated

from convlens.ir.setting import Bool, Count, OptionalCounts, Whole
from convlens.ir.spelling import ignored, setting, size, spell
from convlens.ops._recurrent import Recurrent


class Lstm(Recurrent, name="lstm"):
    """``i, f, o = sigmoid(W x + U h + b)``, ``g = tanh(W x + U h + b)``, ``c = f*c + i*g``, ``h = o * tanh(c)``, step by step.

    ============  =====================================================================================  ==========
    outputs       ``h`` of every step; the last ``h``; the last ``c``                                    values
    parameters    ``4*hidden * (in + hidden)``, and ``8*hidden`` with bias; twice if bidirectional       values
    MACs          ``steps * N * 4*hidden * (in + hidden)``; a bias is free                               MAC
    element-wise  13 for each hidden value and step                                                      operations
    ============  =====================================================================================  ==========

    for each of ``layers`` layers; ``in`` of a later layer is what the one before gives. With ``projection`` h has that many
    values, by one more product. The input is steps, N, values (N, steps, values with ``batch_first``), or without N; the
    first ``h`` and ``c`` may follow it, then the weights in PyTorch's order. Every output is taken to depend on all steps.

    Source: torch.nn.LSTM; Hochreiter & Schmidhuber, Neural Computation 9(8), 1997. The figures are those of the two layers
    of the medium model of Zaremba et al., arXiv:1409.2329v5, over its 35 steps.

    >>> words = (TensorSpec((35, 20, 650)),)
    >>> medium = Lstm(hidden=650, layers=2)
    >>> sum(rows * (columns[0] if columns else 1) for rows, *columns in medium.params(words).values())
    6770400
    >>> medium.macs(words) == 35 * 20 * 2 * 4 * 650 * (650 + 650)
    True
    """

    hidden: Count
    layers: Count = 1
    bias: Bool = True
    batch_first: Bool = False
    bidirectional: Bool = False
    projection: Annotated[int, Whole(0)] = 0
    packed: OptionalCounts = None

    arity = (1, None)
    gates, states, work, kept = 4, 2, 13, 5
    spellings = (
        spell("torch.nn", "LSTM", size("input_size", -1), setting("hidden_size", "hidden"), setting("num_layers", "layers", 1),
              setting("bias", default=True), setting("batch_first", default=False), ignored("dropout", 0.0),
              setting("bidirectional", default=False), setting("proj_size", "projection", 0),
              ignored("device"), ignored("dtype")),
    )  # fmt: skip
