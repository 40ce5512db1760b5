"""Any `torch.nn.Module` becomes a Graph by running its own forward on tensors that have a shape and no values.

Nothing is allocated, copied or computed, and the module is left as it was. See docs/decisions for how it works.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from convlens.ir.errors import UsageError
from convlens.ir.graph import Graph

__all__ = ["capture"]


def capture(
    module: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None, *, real: bool = False, name: str = ""
) -> Graph:
    """The graph of one call ``module(*args, **kwargs)``.

    A tuple of whole numbers stands for a tensor of that shape (in the dtype of the module's first floating
    parameter), a tensor for its own shape and dtype, also inside lists, tuples and dicts; anything else is passed on as
    it is. With ``real`` the values are computed too, so that code may look at them.

    Where the shapes break in the middle, the graph ends with the breaking node. Raises `UsageError` where the forward
    itself raises, where it looks at values and ``real`` is off, and where PyTorch is not installed.
    """
    try:
        import torch  # noqa: F401, PLC0415 - the extra that only this importer needs
    except ImportError:
        raise UsageError('this needs PyTorch: pip install "convlens[torch]"') from None
    from convlens.importers.torch.run import run  # noqa: PLC0415 - needs PyTorch

    return run(module, tuple(args), dict(kwargs or {}), real=real, name=name)
