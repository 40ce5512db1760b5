"""What a picture's preparation and a volume's have in common."""

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from typing import Any

from convlens.ir.spec import Shape, show_shape


@dataclass(frozen=True)
class PixelPreparation(ABC):
    """To ``size``, of which ``inner`` is data and the rest padding; ``mean`` and ``std`` are per channel."""

    channels: int
    size: Shape
    inner: Shape
    mean: tuple[float, ...]
    std: tuple[float, ...]

    @property
    @abstractmethod
    def kind(self) -> str:
        """Image or volume."""

    @property
    def shape(self) -> Shape:
        return (self.channels, *self.size)

    @property
    def dtype(self) -> str:
        return "float32"

    def to_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, **{name: list(v) if isinstance(v, tuple) else v for name, v in asdict(self).items()}}


def check_inside(size: Shape, inner: Shape) -> None:
    """Raises `ValueError` where what is padded would be larger than the whole: it is that which is computed first."""
    if any(part > whole for whole, part in zip(size, inner, strict=True)):
        raise ValueError(f"{show_shape(inner)} inside {show_shape(size)}")
