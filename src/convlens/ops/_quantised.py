"""What the two operators between real values and small whole numbers have in common."""

from typing import Any

from convlens.ir.errors import SettingError, ShapeError
from convlens.ir.op import Inputs
from convlens.ir.setting import Index, Indices, OptionalNumbers
from convlens.ops._pointwise import Pointwise
from convlens.ops._structure import axis_of


class Quantised(Pointwise):
    """``scale`` and ``zero_point``, one for the whole tensor or one for each index of ``axis``.

    They are numbers of the format, no parameters. None where the program does not tell them; then the operator has its shapes
    and cannot be run.
    """

    scale: OptionalNumbers = None
    zero_point: Indices = (0,)
    axis: Index = 1

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        scales = self.scale or (1.0,)
        if any(scale <= 0 for scale in scales):
            raise SettingError(f"{self.name}: scale is {min(scales)}; it must be above 0")
        if len(self.zero_point) not in (1, len(scales)):
            raise SettingError(f"{self.name}: {len(self.zero_point)} zero points for {len(scales)} scales; there is one for each")

    def check(self, xs: Inputs) -> None:
        """Raises `ShapeError` where there is not one scale for each index of the axis."""
        if self.scale is None or len(self.scale) == 1:
            return
        axis = axis_of(self.axis, xs[0])
        if xs[0].dims[axis] != len(self.scale):
            raise ShapeError(
                f"{len(self.scale)} scales for axis {axis} of the input {xs[0]}, which has {xs[0].dims[axis]}",
                f"one scale, or {xs[0].dims[axis]}",
            )
