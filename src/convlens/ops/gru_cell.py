"""One step of a GRU."""

from convlens.ir.setting import Bool, Count
from convlens.ir.spelling import ignored, setting, size, spell
from convlens.ops._recurrent import Cell


class GruCell(Cell, name="gru_cell"):
    """One step of ``gru``: the new ``h`` of ``hidden`` values.

    ============  ================================================================  ==========
    parameters    ``3*hidden * (in + hidden)``, and ``6*hidden`` with bias          values
    MACs          ``N * 3*hidden * (in + hidden)``; a bias is free                  MAC
    element-wise  11 for each hidden value                                          operations
    ============  ================================================================  ==========

    ``h`` may follow the input, then the weights. Source: torch.nn.GRUCell.

    >>> GruCell(hidden=128).macs((TensorSpec((8, 64)),))
    589824
    """

    hidden: Count
    bias: Bool = True

    arity = (1, 6)
    gates, states, work, kept = 3, 1, 11, 6
    spellings = (
        spell("torch.nn", "GRUCell", size("input_size", -1), setting("hidden_size", "hidden"), setting("bias", default=True),
              ignored("device"), ignored("dtype")),
    )  # fmt: skip
