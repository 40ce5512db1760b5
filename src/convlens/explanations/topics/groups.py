"""What groups save in weights, arithmetic and traffic, and what they keep apart."""

from fractions import Fraction
from typing import Any

from convlens.explanations.example import Example, run
from convlens.explanations.number import about
from convlens.ir.errors import ConvlensError

FORMULA = "weights = c_out*(c_in / g)*k*k"
CALLS = tuple((f"Conv2d(16, 32, 3, padding=1, bias=False, groups={g})", "1x16x56x56") for g in (1, 4, 16))
SOURCE = "Krizhevsky et al., NIPS 2012; Zhang et al., ShuffleNet, arXiv:1707.01083; torch.nn.Conv2d"
SEE = ("depthwise", "channels", "macs")


def _moved(found: Example) -> int:
    """Values that are read or written at least once: input, weights, output."""
    sizes = [1, 1]
    for at, shape in enumerate((found.input, found.output)):
        for size in shape:
            sizes[at] *= size
    return sum(sizes) + found.params


def _row(groups: int, found: Example) -> tuple[Any, ...]:
    return groups, found.params, found.macs, _moved(found), about(Fraction(found.macs, _moved(found)), 1)


def seen(groups: int, channels: int, layers: int) -> set[int]:
    """The input channels that output channel 0 depends on after so many grouped layers."""
    size = channels // groups
    found = {0}
    for _ in range(layers):
        found = {other for channel in found for other in range(channel // size * size, channel // size * size + size)}
    return found


def _refused(call: str) -> str:
    try:
        run(call, "1x16x56x56")
    except ConvlensError as error:
        return str(error).split("\n", 1)[0].partition(": ")[2]
    raise AssertionError(call)


def values() -> dict[str, Any]:
    found = [run(*call) for call in CALLS]
    less_moved = about(Fraction(_moved(found[0]), _moved(found[2])), 2)
    return {
        "c_in": 16, "c_out": 32, "k": 3, "g": 4, "weights": found[1].params,
        "by_groups": [_row(g, f) for g, f in zip((1, 4, 16), found, strict=True)],
        "most": 16, "less_work": found[0].macs // found[2].macs, "less_moved": less_moved,
        "layers": 5, "seen": len(seen(4, 16, 5)), "refused": _refused("Conv2d(16, 32, 3, groups=3)"),
    }  # fmt: skip
