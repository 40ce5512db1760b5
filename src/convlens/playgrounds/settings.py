"""A layer as the texts that stand in the fields of the page, and in its address."""

from collections.abc import Sequence
from math import prod
from typing import Any

from convlens.ir.errors import UsageError
from convlens.ir.graph import Graph
from convlens.ir.spec import TensorSpec
from convlens.ops._window import Window, channel_axis, spatial
from convlens.ops.conv_transpose import ConvTranspose

LEGAL = "a convolution (dense, grouped, depthwise, separable or transposed; 1-D to 3-D) or max or average pooling"
MOST = {"kernel": 99, "stride": 99, "padding": 999, "dilation": 99, "size": 9999, "in": 9999, "out": 9999}
"""As LIMITS in state.js: beyond these a page has nothing to show."""

MOST_TERMS = 30_000

Settings = dict[str, str]


def settings_of(call: str, graph: Graph) -> Settings:
    """The settings of a layer. Raises `UsageError` for one that the page does not know."""
    ops: list[Any] = [node.op for node in graph]
    spec = graph.inputs[0].spec
    if not _known(ops, spec):
        raise UsageError(f"{call}: it has no playground\n  fix: {LEGAL}, without an activation")
    first = ops[0]
    size = spatial(first, spec)
    found = {
        **_kind(ops, spec),
        "axes": str(first.axes),
        "size": _entries(size),
        "kernel": _entries(first.kernel),
        "dilation": _entries(first.dilation),
        "in": str(spec.dims[channel_axis(first, spec)]),
        "batch": "1" if channel_axis(first, spec) else "",
        **(_transposed(first) if isinstance(first, ConvTranspose) else _window(first, spec)),
    }
    _check_limits(call, found)
    terms = prod(first.kernel) * int(found["in"]) // int(found.get("groups", found["in"]))
    if terms > MOST_TERMS:
        what = f"one output is a sum of {terms:,} products; a page draws at most {MOST_TERMS:,}"
        raise UsageError(f"{call}: {what}\n  fix: fewer channels")
    return found


def _known(ops: Sequence[Any], spec: TensorSpec) -> bool:
    """One layer, or a depthwise convolution with a pointwise one behind it."""
    if [op.name for op in ops] == ["conv", "conv"]:
        first, second = ops
        return bool(first.groups == spec.dims[channel_axis(first, spec)] and set(second.kernel) == {1} and second.groups == 1)
    return len(ops) == 1 and ops[0].name in _LAYERS and getattr(ops[0], "divisor", None) is None


_LAYERS = ("conv", "conv_transpose", "max_pool", "avg_pool")


def _kind(ops: Sequence[Any], spec: TensorSpec) -> Settings:
    """What the layer is called on the page, its channels and its switches."""
    first, last = ops[0], ops[-1]
    channels = spec.dims[channel_axis(first, spec)]
    if first.name in ("max_pool", "avg_pool"):
        counted = _flag(getattr(first, "count_include_pad", True))
        return {"type": first.name.removesuffix("_pool"), "ceil": _flag(first.ceil_mode), "counted": counted}
    switches = {"bias": _flag(last.bias), "mode": getattr(first, "padding_mode", "zeros")}
    if len(ops) > 1:
        return {"type": "separable", "mult": str(first.out // channels), "out": str(last.out), **switches}
    kind = "transposed" if first.name == "conv_transpose" else "conv"
    return {"type": kind, "out": str(first.out), "groups": str(first.groups), **switches}


def _window(op: Window, spec: TensorSpec) -> Settings:
    """Stride and padding; a word stays a word."""
    found = {"stride": _entries(op.steps()), "rule": "sides", "padding": "0"}
    if isinstance(op.padding, str):
        return found | {"rule": op.padding}
    pads = op.pads(spec)
    causal = tuple((d * (k - 1), 0) for k, d in zip(op.kernel, op.dilation, strict=True))
    if op.axes == 1 and pads == causal and any(causal[0]):
        return found | {"rule": "causal"}
    return found | {"padding": _sides(pads)}


def _transposed(op: ConvTranspose) -> Settings:
    return {"stride": _entries(op.stride), "padding": _sides(op.padding), "extra": _entries(op.output_padding)}


def _flag(value: bool) -> str:
    return "1" if value else ""


def _entries(values: Sequence[int]) -> str:
    """
    >>> _entries((3, 3)), _entries((3, 5))
    ('3', '3x5')
    """
    return str(values[0]) if len(set(values)) == 1 else "x".join(map(str, values))


def _sides(pads: Sequence[tuple[int, int]]) -> str:
    """
    >>> _sides(((1, 1), (1, 1))), _sides(((0, 1), (2, 2)))
    ('1', '0+1x2')
    """
    texts = [str(left) if left == right else f"{left}+{right}" for left, right in pads]
    return texts[0] if len(set(texts)) == 1 else "x".join(texts)


def _check_limits(call: str, found: Settings) -> None:
    for name, most in MOST.items():
        numbers = [int(part) for part in found.get(name, "0").replace("+", "x").split("x")]
        if max(numbers) > most:
            raise UsageError(f"{call}: {name} {max(numbers)} is more than a page can show\n  fix: at most {most}")
        if min(numbers) < 0:
            raise UsageError(f"{call}: a negative {name} crops the input, which the page does not draw\n  fix: 0 or more")
