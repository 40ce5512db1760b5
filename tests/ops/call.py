"""One call of a torch function beside the operator that claims to do the same."""

from collections.abc import Callable
from typing import Any, NamedTuple

from convlens.ir.op import Op, lookup

Shape = tuple[int, ...]


class Call(NamedTuple):
    """Our operator's settings, the torch function, and the shapes and dtypes of the inputs."""

    op: str
    settings: dict[str, Any]
    run: Callable[..., Any]
    shapes: tuple[Shape, ...]
    dtypes: tuple[str, ...] = ()

    def make(self) -> Op:
        return lookup(self.op)(**self.settings)

    def __repr__(self) -> str:
        return f"{self.op}({self.settings}) on {self.shapes} {self.dtypes}"
