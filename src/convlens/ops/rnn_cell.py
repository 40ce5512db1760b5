"""One step of a plain recurrent network."""

from typing import Annotated

from convlens.ir.setting import Bool, Count, Word
from convlens.ir.spelling import ignored, setting, size, spell
from convlens.ops._recurrent import Cell


class RnnCell(Cell, name="rnn_cell"):
    """One step of ``rnn``: the new ``h`` of ``hidden`` values.

    ============  ============================================================  ==========
    parameters    ``hidden * (in + hidden)``, and ``2*hidden`` with bias        values
    MACs          ``N * hidden * (in + hidden)``; a bias is free                MAC
    element-wise  2 for each hidden value                                       operations
    ============  ============================================================  ==========

    ``h`` may follow the input, then the weights. Source: torch.nn.RNNCell.

    >>> RnnCell(hidden=128).macs((TensorSpec((8, 64)),))
    196608
    """

    hidden: Count
    bias: Bool = True
    function: Annotated[str, Word(("tanh", "relu"))] = "tanh"

    arity = (1, 6)
    gates, states, work, kept = 1, 1, 2, 0
    spellings = (
        spell("torch.nn", "RNNCell", size("input_size", -1), setting("hidden_size", "hidden"), setting("bias", default=True),
              setting("nonlinearity", "function", "tanh"), ignored("device"), ignored("dtype")),
    )  # fmt: skip
