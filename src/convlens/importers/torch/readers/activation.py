"""Activations that PyTorch writes by another function than their name."""

from typing import Any

from convlens.importers.torch.readers import reads
from convlens.importers.torch.shadow import Shadow
from convlens.importers.torch.trace import Trace
from convlens.ops.hardtanh import Hardtanh
from convlens.ops.log_sigmoid import LogSigmoid
from convlens.ops.relu6 import Relu6


@reads("hardtanh")
def _hardtanh(trace: Trace, x: Shadow, min_val: float = -1.0, max_val: float = 1.0, **_: Any) -> Any:
    """``ReLU6`` calls ``hardtanh(x, 0, 6)``."""
    op = Relu6() if (min_val, max_val) == (0, 6) else Hardtanh(low=min_val, high=max_val)
    return trace.emit(op, [x])[0]


@reads("log_sigmoid", "log_sigmoid_forward")
def _log_sigmoid(trace: Trace, x: Any, *_: Any) -> Any:
    return trace.emit(LogSigmoid(), [x])[0]
