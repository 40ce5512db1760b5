"""Run a Graph with PyTorch: once, layer by layer (`Executor`), or as a module that can be trained (`as_module`)."""

from convlens.ir.errors import UsageError

try:
    import torch as _torch  # noqa: F401 - the extra that this backend needs
except ImportError:
    raise UsageError('this needs PyTorch: pip install "convlens[torch]"') from None

from convlens.backends.torch.executor import Executor
from convlens.backends.torch.initial import initial_weights
from convlens.backends.torch.module import GraphModule, as_module
from convlens.backends.torch.weights import weights_of

__all__ = ["Executor", "GraphModule", "as_module", "initial_weights", "weights_of"]
