"""The windows of one layer, axis by axis, and the size formula of each with its numbers filled in."""

from typing import NamedTuple

from convlens.arith.axis import TooIrregularError, adaptive
from convlens.arith.padding import Sides, outputs, same, span, unread
from convlens.ir.op import Inputs, Op
from convlens.lang.messages import counted, marked, said, say
from convlens.ops._adaptive import Adaptive
from convlens.ops._window import Window, spatial
from convlens.ops.conv_transpose import ConvTranspose
from convlens.report.words import axis_names, pixels


class AxisWindow(NamedTuple):
    """One spatial axis of a layer: ``out`` windows on ``size`` pixels.

    ``kind`` is "window" (convolution, pooling), "transposed" or "adaptive"; ``rule`` is the padding's word, if it has one;
    ``pooling`` is the operator's name where it pools, and ``counts_padding`` says that its mean counts the padding.
    """

    kind: str
    axis: str
    size: int
    out: int
    kernel: int = 1
    stride: int = 1
    dilation: int = 1
    padding: Sides = (0, 0)
    rule: str = ""
    ceil_mode: bool = False
    output_padding: int = 0
    pooling: str = ""
    counts_padding: bool = False

    @property
    def reach(self) -> int:
        """Pixels from the first to the last tap of one window."""
        return span(self.kernel, self.dilation)

    @property
    def dropped(self) -> int:
        """Real pixels at the far border that no window reads."""
        if self.kind != "window":
            return 0
        return unread(self.size, self.reach, self.stride, self.padding, ceil_mode=self.ceil_mode)


def axis_windows(op: Op, xs: Inputs) -> list[AxisWindow]:
    """The axes of a convolution, transposed convolution or pooling; nothing for a layer without windows."""
    if isinstance(op, Window):
        return _windows(op, xs)
    if isinstance(op, ConvTranspose):
        return _transposed(op, xs)
    if isinstance(op, Adaptive):
        pairs = zip(axis_names(op.axes), spatial(op, xs[0]), op.sizes(xs), strict=True)
        return [AxisWindow("adaptive", axis, size, count) for axis, size, count in pairs]
    return []


def _windows(op: Window, xs: Inputs) -> list[AxisWindow]:
    x, rule = xs[0], op.padding if isinstance(op.padding, str) else ""
    pooling, counts = op.name if "ceil_mode" in op.fields else "", getattr(op, "count_include_pad", False)
    axes = zip(
        axis_names(op.axes), spatial(op, x), op.windows(x), op.kernel, op.steps(), op.dilation, op.pads(x), strict=True
    )  # fmt: skip
    return [
        AxisWindow("window", name, size, out, kernel, stride, dilation, pad, rule, op.ceil_mode, 0, pooling, counts)
        for name, size, out, kernel, stride, dilation, pad in axes
    ]


def _transposed(op: ConvTranspose, xs: Inputs) -> list[AxisWindow]:
    outs = op.outputs(xs)[0].dims[-op.axes :]
    settings = zip(op.kernel, op.stride, op.dilation, op.padding, op.output_padding, strict=True)
    return [
        AxisWindow("transposed", name, size, out, kernel, stride, dilation, pad, output_padding=extra)
        for name, size, out, (kernel, stride, dilation, pad, extra) in zip(
            axis_names(op.axes), spatial(op, xs[0]), outs, settings, strict=True
        )
    ]


def size_formula(window: AxisWindow, lang: str) -> list[str]:
    """How long the output is along one axis, and why.

    >>> print(*size_formula(AxisWindow("window", "H", 224, 112, 7, 2, 1, (3, 3)), "en"))
    H: floor((224 + 3 + 3 - 1*(7-1) - 1) / 2) + 1 = floor(223/2) + 1 = 112
    >>> print(*size_formula(AxisWindow("transposed", "L", 2, 7, 4, 3), "en"))
    L: (2-1)*3 - 0 - 0 + 1*(4-1) + 1 + 0 = 7
    """
    return [f"{window.axis}: {text}" for text in _FORMULAS[window.kind](window, lang)]


def _window_formula(w: AxisWindow, lang: str) -> list[str]:
    rounding = "ceil" if w.ceil_mode else "floor"
    left, right = map(_term, w.padding)
    free = w.size + sum(w.padding) - w.reach
    full = -(-free // w.stride) + 1 if w.ceil_mode else w.out
    division = f"{rounding}(({w.size}{left}{right} - {w.dilation}*({w.kernel}-1) - 1) / {w.stride}) + 1"
    late = say(lang, ", ") + said(lang, say(lang, _LATE), str(w.out)) if full > w.out else ""
    lines = [f"{division} = {rounding}({free}/{w.stride}) + 1 = {full}{late}"]
    if w.rule in ("same", "same_lower"):
        left_, right_ = w.padding
        lines.insert(0, say(lang, _SAME, size=w.size, stride=w.stride, count=-(-w.size // w.stride), reach=w.reach,
                            total=sum(w.padding), left=left_, right=right_))  # fmt: skip
    return lines


_LATE = marked("the last window would start in the right padding and is left out")
_SAME = marked(
    "'same' asks for ceil({size}/{stride}) = {count}, so the padding is "
    "max(({count}-1)*{stride} + {reach} - {size}, 0) = {total}, split {left}+{right}"
)


def _transposed_formula(w: AxisWindow, _lang: str) -> list[str]:
    left, right = w.padding
    cut = f"{_term(-left, '-')}{_term(-right, '-')}"
    return [f"({w.size}-1)*{w.stride}{cut} + {w.dilation}*({w.kernel}-1) + 1 + {w.output_padding} = {w.out}"]


def _adaptive_formula(w: AxisWindow, lang: str) -> list[str]:
    text = counted(
        lang,
        "{count} window is asked for; window y reads floor(y*{size}/{count}) to ceil((y+1)*{size}/{count})-1",
        "{count} windows are asked for; window y reads floor(y*{size}/{count}) to ceil((y+1)*{size}/{count})-1",
        w.out,
        size=w.size,
    )
    try:
        least, most = adaptive(w.size, w.out).sizes
    except TooIrregularError:
        return [text]
    if least == most:
        each = say(lang, "{pixels} each", pixels=pixels(lang, most))
    else:
        each = say(lang, "{least} to {pixels} each", least=least, pixels=pixels(lang, most))
    return [text + say(lang, ", ") + each]


_FORMULAS = {"window": _window_formula, "transposed": _transposed_formula, "adaptive": _adaptive_formula}


def _term(number: int, zero: str = "+") -> str:
    sign = zero if number == 0 else "-" if number < 0 else "+"
    return f" {sign} {abs(number)}"


def without_drop(w: AxisWindow) -> tuple[int | None, int | None]:
    """The smallest padding on each side, and the next larger input, with which every pixel at the border is read.

    None where there is none, or none that is found among the next few thousand.

    >>> without_drop(AxisWindow("window", "H", 7, 2, 3, 3))
    (1, 9)
    """
    left, right = w.padding
    size = next((n for n in range(w.size + 1, w.size + min(w.stride, _TRIES) + 1) if not _dropped(w, n, w.padding)), None)
    if w.rule in ("same", "same_lower") or left != right:
        return None, size
    most = w.kernel // 2 if w.pooling else left + w.stride
    tried = range(left + 1, min(most, left + _TRIES) + 1)
    return next((p for p in tried if not _dropped(w, w.size, (p, p))), None), size


_TRIES = 4096


def _dropped(w: AxisWindow, size: int, padding: Sides) -> int:
    if w.rule in ("same", "same_lower"):
        padding = same(size, w.kernel, w.stride, w.dilation, lower=w.rule == "same_lower")
    return unread(size, w.reach, w.stride, padding, ceil_mode=w.ceil_mode)


def ceil_helps(w: AxisWindow) -> bool:
    """True where rounding up reads every pixel at the border of a pooling layer."""
    return bool(w.pooling) and not w.ceil_mode and not unread(w.size, w.reach, w.stride, w.padding, ceil_mode=True)


def same_reads_all(w: AxisWindow) -> bool:
    """True where the 'same' rule would read every pixel at the border."""
    return not unread(w.size, w.reach, w.stride, same(w.size, w.kernel, w.stride, w.dilation))


def output_count(w: AxisWindow, padding: Sides, *, ceil_mode: bool = False) -> int:
    """How many windows fit with another padding."""
    return outputs(w.size, w.reach, w.stride, padding, ceil_mode=ceil_mode)
