"""Where the window lies along each axis, with the arithmetic filled in."""

from collections.abc import Iterator, Sequence
from typing import Any

from convlens.ir.spec import Shape
from convlens.lang.messages import said, say
from convlens.ops._window import Window, channel_axis
from convlens.ops.conv_transpose import ConvTranspose
from convlens.tracing.plane import Plane
from convlens.tracing.term import Stage, Traced

WIDTH = 80
INDENT = "   "

SPACE = {1: ("L",), 2: ("H", "W"), 3: ("D", "H", "W")}


def axis_lines(stage: Stage, traced: Traced, lang: str) -> Iterator[str]:
    """A line for each spatial axis; nothing for a layer without windows."""
    op: Any = stage.node.op
    if not op.axes:
        return
    spec = stage.inputs[0]
    outputs = traced.index[channel_axis(op, spec) + 1 :]
    for axis, (name, output) in enumerate(zip(SPACE[op.axes], outputs, strict=True)):
        if isinstance(op, Window):
            first, *more = _window(op, traced.views[0].plane, axis, output, lang)
        elif isinstance(op, ConvTranspose):
            first, *more = _painted(op, traced.views[0].plane.sizes, axis, output, lang)
        else:
            first, *more = _adaptive(spec.dims[-op.axes :][axis], op.sizes((spec,))[axis], output, lang)
        yield said(lang, name, first)
        yield from more


def _window(op: Window, plane: Plane, axis: int, output: int, lang: str) -> Iterator[str]:
    (left, right), step = plane.pads[axis], op.steps()[axis]
    start, (_, end) = output * step - left, plane.bounds(axis)
    places = [start + op.dilation[axis] * tap for tap in range(op.kernel[axis])]
    facts = {"output": output, "step": step, "left": left, "start": start}
    where = say(lang, "output {output} starts at {output}*{step} - {left} = {start}", **facts)
    padded = say(lang, "padding {left}+{right}", left=left, right=right) + say(lang, ", ") if left or right else ""
    reads = say(lang, "reads {places}", places=some([p for p in places if p <= end]))
    yield from _joined(padded + where, reads, lang)
    beyond = [p for p in places if p > end]
    if beyond:
        yield INDENT + say(lang, "beyond the padding, and not counted: {places}", places=some(beyond))


def _painted(op: ConvTranspose, sizes: Shape, axis: int, output: int, lang: str) -> Iterator[str]:
    stride, (left, _), dilation = op.stride[axis], op.padding[axis], op.dilation[axis]
    pairs = [
        (i, tap)
        for tap in reversed(range(op.kernel[axis]))
        for i, rest in [divmod(output + left - dilation * tap, stride)]
        if not rest and 0 <= i < sizes[axis]
    ]
    facts = {"stride": stride, "left": left, "dilation": dilation, "output": output}
    where = say(lang, "i*{stride} - {left} + j*{dilation} = {output} for input i and tap j", **facts)
    yield from _joined(where, say(lang, "(i, j) = {pairs}", pairs=some(pairs)) if pairs else say(lang, "no input"), lang)


def _joined(first: str, second: str, lang: str) -> Iterator[str]:
    """Both on one line, or the second on its own where there is no room."""
    whole = first + say(lang, ", ") + second
    yield from [whole] if cells(whole) <= WIDTH - len("H: ") else [first, INDENT + second]


def cells(text: str) -> int:
    """What a text takes on a terminal; Chinese characters and punctuation take two.

    >>> cells("H: 1"), cells("高：1")
    (4, 5)
    """
    return len(text) + sum(character > "\u2e80" for character in text)


def _adaptive(size: int, out: int, output: int, lang: str) -> Iterator[str]:
    first, last = output * size // out, -(-(output + 1) * size // out) - 1
    yield say(
        lang, "output {output} of {out} reads floor({output}*{size}/{out}) = {first} to ceil({next}*{size}/{out}) - 1 = {last}",
        output=output, out=out, size=size, first=first, last=last, next=output + 1,
    )  # fmt: skip


def some(things: Sequence[Any]) -> str:
    """All of a few, the first and the last of many.

    >>> some([1, 2, 3]), some(range(0, 100, 10))
    ('1, 2, 3', '0, 10, ..., 90')
    """
    texts = [str(thing) for thing in things]
    return ", ".join(texts if len(texts) <= 5 else [*texts[:2], "...", texts[-1]])
