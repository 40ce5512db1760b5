"""What a convolution's parameters grow with, and what leaves them alone."""

from typing import Any

from convlens.explanations.example import run

FORMULA = "params = c_out*(c_in*k*k + 1)"
CALLS = (
    ("Conv2d(3, 2, 3)", "1x3x7x7"),
    ("Conv2d(3, 192, 3, bias=False)", "1x3x32x32"),
    ("Conv1d(3, 2, 3)", "1x3x7"),
    ("Conv3d(3, 2, 3)", "1x3x7x7x7"),
)
SOURCE = "torch.nn.Conv2d, the shape of its weight; convlens/ops/conv.py"
SEE = ("bias", "channels", "padding", "macs")

BASE = "Conv2d(16, 32, 3, bias=False)"
CHANGES = (
    BASE, "Conv2d(32, 32, 3, bias=False)", "Conv2d(16, 64, 3, bias=False)", "Conv2d(16, 32, 6, bias=False)", "Conv2d(16, 32, 3)",
    "Conv2d(16, 32, 3, bias=False, groups=4)", "Conv2d(16, 32, 3, bias=False, stride=2)",
    "Conv2d(16, 32, 3, bias=False, padding=1)", "Conv2d(16, 32, 3, bias=False, dilation=2)",
)  # fmt: skip


def _params(call: str) -> int:
    channels = call.partition("(")[2].partition(",")[0]
    return run(call, f"1x{channels}x32x32").params


def values() -> dict[str, Any]:
    base = _params(BASE)
    small, large = (run(CALLS[0][0], f"1x3x{size}x{size}").params for size in (7, 1000))
    return {
        "c_in": 3, "c_out": 2, "k": 3, "params": run(*CALLS[0]).params, "rgb": run(*CALLS[1]).params, "maps": 192,
        "changes": [(call, _params(call), f"{_params(call) - base:+,}") for call in CHANGES],
        "small": small, "large": large, "size": 1000,
    }  # fmt: skip
