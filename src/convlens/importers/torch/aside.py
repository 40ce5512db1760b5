"""What a forward writes into its module's own buffers is written into copies, which answer when it reads them back."""

from collections.abc import Callable
from typing import Any

import torch

from convlens.importers.torch.opaque import mapped, tensors_in
from convlens.importers.torch.shadow import Shadow

MAX_VALUES = 256
"""Of a buffer that is copied: a counter, a scale. What a larger one holds is never the answer to an ``if``."""


class Aside:
    """The copies of one capture, by the identity of the buffer."""

    def __init__(self) -> None:
        self._copies: dict[int, torch.Tensor] = {}

    def value(self, tensor: torch.Tensor) -> torch.Tensor:
        """The copy of a buffer that was written into; any other tensor itself."""
        return self._copies.get(id(tensor), tensor)

    def write(self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Perform a call that writes into its first argument, a buffer; not one that needs values which are not computed."""
        buffer = args[0]
        if buffer.numel() > MAX_VALUES or any(isinstance(t, Shadow) or t.is_meta for t in tensors_in((args, kwargs))):
            return
        with torch.no_grad():
            if id(buffer) not in self._copies:
                self._copies[id(buffer)] = buffer.clone()
            func(*mapped(args, self.value), **mapped(kwargs, self.value))
