"""An operator that convlens does not know."""

from typing import Any

from convlens.ir.backward import Saved, Wanted
from convlens.ir.errors import SettingError
from convlens.ir.op import UNKNOWN, Inputs, Op, Outputs, Read, Shapes
from convlens.ir.setting import Text, Texts
from convlens.ir.spec import ITEM_BYTES, TensorSpec, show_shape


class Opaque(Op, name="opaque"):
    """A call of which only the output shapes are known, because something else told them; its cost is unknown, not zero.

    ``results`` and ``weights`` are written ``1x64x7x7:float32`` and ``weight:64x3x7x7``.

    >>> sort = Opaque(call="torch.sort", results=["1x10:float32", "1x10:int64"])
    >>> [str(y) for y in sort.infer((TensorSpec((1, 10)),))], sort.macs(())
    (['1x10', '1x10'], None)
    """

    call: Text
    results: Texts
    weights: Texts = ()

    arity = (0, None)
    view = False
    spellings = ()

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.outputs(())
        self.params(())

    def outputs(self, xs: Inputs) -> Outputs:
        return tuple(read_spec(text) for text in self.results)

    def params(self, xs: Inputs) -> Shapes:
        return {name: _sizes(shape) for name, _, shape in (text.partition(":") for text in self.weights)}

    def buffers(self, xs: Inputs) -> Shapes:
        return {}

    def macs(self, xs: Inputs) -> None:
        return None

    def saved(self, xs: Inputs, wanted: Wanted) -> Saved:
        """Unknown; all that it could keep of its inputs and outputs."""
        return Saved(tuple(range(len(xs))), tuple(range(len(self.results))))

    def gradient_macs(self, xs: Inputs, wanted: Wanted) -> None:
        return None

    def elementwise(self, xs: Inputs) -> None:
        return None

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        return (tuple((UNKNOWN,) * x.rank for x in xs),) * len(self.results)


def written(spec: TensorSpec) -> str:
    """
    >>> written(TensorSpec((1, 10), "int64"))
    '1x10:int64'
    """
    return f"{show_shape(spec.dims)}:{spec.dtype}"


def read_spec(text: str) -> TensorSpec:
    """The inverse of `written`."""
    shape, _, dtype = text.partition(":")
    if dtype not in ITEM_BYTES:
        raise SettingError(f"opaque: {text!r} is not a shape and a dtype, as in 1x64x7x7:float32")
    return TensorSpec(_sizes(shape), dtype)


def _sizes(text: str) -> tuple[int, ...]:
    if text == "scalar":
        return ()
    parts = text.split("x")
    if not all(part.isdecimal() and len(part) <= 40 for part in parts):
        raise SettingError(f"opaque: {text!r} is not a shape")
    return tuple(map(int, parts))
