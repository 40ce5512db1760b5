"""How a framework writes an operator with these settings: the label of a layer in a report."""

from typing import Any

from convlens.ir.op import Inputs, Op
from convlens.ir.spelling import REQUIRED, Arg, Spelling
from convlens.ir.text import shown_settings


def label(op: Op, xs: Inputs, framework: str = "torch.nn") -> str:
    """``Conv2d(1, 96, 11, stride=4, padding=1)``; the text form where that framework has no word for it.

    >>> from convlens.ir.text import parse
    >>> graph = parse("input x: 1x1x224x224\\nc = conv(x, out=96, kernel=11x11, stride=4, padding=1)\\noutput c")
    >>> label(graph.nodes[0].op, (graph.inputs[0].spec,))
    'Conv2d(1, 96, 11, stride=4, padding=1)'
    """
    spelling = next((s for s in op.spellings if s.framework == framework and _means(s, op)), None)
    if spelling is None or not xs:
        return _own_words(op)
    axes = _spatial_axes(op) or max(xs[0].rank - 2, 1)
    shown = [_shown(arg, op, xs, axes) for arg in spelling.args if arg.role in ("setting", "several", "size")]
    return f"{spelling.title(axes)}({', '.join(text for text in shown if text)})"


def stated_size(axis: str, op: Op, xs: Inputs) -> int | None:
    """The size of the first input that a framework's call states again; axis 1 is where the channels are.

    None where the input has no such axis.
    """
    where, rank, axes = int(axis), xs[0].rank, _spatial_axes(op)
    if where == 1 and axes:
        where = rank - axes - 1
    if where < 0 and int(axis) == 1:
        return None
    return xs[0].dims[where] if -rank <= where < rank else None


def _spatial_axes(op: Op) -> int:
    return op.axes or getattr(op, "space", None) or 0


def _means(spelling: Spelling, op: Op) -> bool:
    return all(getattr(op, arg.ours) == arg.default for arg in spelling.roles("const"))


def _shown(arg: Arg, op: Op, xs: Inputs, axes: int) -> str:
    if arg.role == "size":
        return str(stated_size(arg.ours, op, xs))
    if arg.role == "several":
        return repr(arg.codec.write(tuple(getattr(op, field) for field in arg.ours.split()), axes))
    value = arg.codec.write(getattr(op, arg.ours), axes)
    if arg.default is REQUIRED:
        return repr(value)
    implied = arg.codec.write(op.fields[arg.ours].read(_implied(arg, op), axes), axes)
    return "" if value == implied else f"{arg.theirs}={value!r}"


def _implied(arg: Arg, op: Op) -> Any:
    kind = op.fields[arg.ours]
    return getattr(op, kind.like) if arg.default is None and kind.like else arg.default


def _own_words(op: Op) -> str:
    call = getattr(op, "call", "")
    if call:
        return str(call)
    return f"{op.name}({', '.join(f'{field}={value}' for field, value in shown_settings(op).items())})"
