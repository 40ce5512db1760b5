"""One step of an LSTM."""

from convlens.ir.setting import Bool, Count
from convlens.ir.spelling import ignored, setting, size, spell
from convlens.ops._recurrent import Cell


class LstmCell(Cell, name="lstm_cell"):
    """One step of ``lstm``: the new ``h`` and ``c`` of ``hidden`` values each.

    ============  ================================================================  ==========
    parameters    ``4*hidden * (in + hidden)``, and ``8*hidden`` with bias          values
    MACs          ``N * 4*hidden * (in + hidden)``; a bias is free                  MAC
    element-wise  13 for each hidden value                                          operations
    ============  ================================================================  ==========

    ``h`` and ``c`` may follow the input, then the weights. Source: torch.nn.LSTMCell.

    >>> LstmCell(hidden=128).macs((TensorSpec((8, 64)),))
    786432
    """

    hidden: Count
    bias: Bool = True

    arity = (1, 7)
    gates, states, work, kept = 4, 2, 13, 5
    spellings = (
        spell("torch.nn", "LSTMCell", size("input_size", -1), setting("hidden_size", "hidden"), setting("bias", default=True),
              ignored("device"), ignored("dtype")),
    )  # fmt: skip
