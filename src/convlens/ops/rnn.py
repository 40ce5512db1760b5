"""Plain recurrent network."""

from typing import Annotated

from convlens.ir.setting import Bool, Count, OptionalCounts, Word
from convlens.ir.spelling import ignored, setting, size, spell
from convlens.ops._recurrent import Recurrent


class Rnn(Recurrent, name="rnn"):
    """``h = function(W x + U h + b)``, step by step.

    ============  =================================================================================  ==========
    outputs       ``h`` of every step; the last ``h``                                                values
    parameters    ``hidden * (in + hidden)``, and ``2*hidden`` with bias; twice if bidirectional     values
    MACs          ``steps * N * hidden * (in + hidden)``; a bias is free                             MAC
    element-wise  2 for each hidden value and step                                                   operations
    ============  =================================================================================  ==========

    for each of ``layers`` layers; ``in`` of a later layer is what the one before gives. The input is steps, N, values
    (N, steps, values with ``batch_first``), or without N; the first ``h`` may follow it, then the weights in PyTorch's order.

    Source: torch.nn.RNN; Elman, Cognitive Science 14(2), 1990.

    >>> letters = (TensorSpec((10, 1, 57)),)
    >>> [str(y) for y in Rnn(hidden=128).infer(letters)], Rnn(hidden=128).macs(letters)
    (['10x1x128', '1x1x128'], 236800)
    """

    hidden: Count
    layers: Count = 1
    function: Annotated[str, Word(("tanh", "relu"))] = "tanh"
    bias: Bool = True
    batch_first: Bool = False
    bidirectional: Bool = False
    packed: OptionalCounts = None

    arity = (1, None)
    gates, states, work, kept = 1, 1, 2, 0
    spellings = (
        spell("torch.nn", "RNN", size("input_size", -1), setting("hidden_size", "hidden"), setting("num_layers", "layers", 1),
              setting("nonlinearity", "function", "tanh"), setting("bias", default=True),
              setting("batch_first", default=False), ignored("dropout", 0.0), setting("bidirectional", default=False),
              ignored("device"), ignored("dtype")),
    )  # fmt: skip
