"""One use of an operator with real tensors: what a lowering is given."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from torch import Tensor

from convlens.ir.op import Inputs


class Call(NamedTuple):
    """``weights`` are the parameters and buffers by name, whether the node holds them or they arrived as inputs."""

    op: Any
    xs: Sequence[Tensor]
    weights: Mapping[str, Tensor]
    specs: Inputs
    training: bool

    @property
    def x(self) -> Tensor:
        return self.xs[0]


Result = Tensor | Sequence[Tensor]
Lowering = Callable[[Call], Result]
