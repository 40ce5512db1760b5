"""A trace as text: where the window lies, what it reads, and how the value comes about."""

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from convlens.ir.label import label
from convlens.ir.spec import show_shape
from convlens.lang.messages import counted, listed, marked, said, say
from convlens.ops._window import channel_axis
from convlens.tracing.channels import channel_blocks
from convlens.tracing.drawing import Read
from convlens.tracing.legend import legend
from convlens.tracing.number import rounded
from convlens.tracing.result import result_lines
from convlens.tracing.sums import entries
from convlens.tracing.term import Channel, Stage, Traced
from convlens.tracing.windows import SPACE, axis_lines

if TYPE_CHECKING:
    from convlens.tracing.trace import Trace

VALUES = 2
"""So many values of a stage in the middle are drawn."""

MORE = 8
"""So many are named."""


def trace_text(trace: "Trace", lang: str) -> str:
    """The whole explanation."""
    lines = [*_head(trace, lang), ""]
    for number, stage in enumerate(trace.stages, 1):
        if len(trace.stages) > 1:
            lines += [f"{number}. {label(stage.node.op, stage.inputs, trace.graph.dialect)}", ""]
        lines += [*_stage(trace, stage, lang, first=number == 1), ""]
    return re.sub("\n{3,}", "\n\n", "\n".join([*lines, *_foot(trace, lang)])) + "\n"


def _head(trace: "Trace", lang: str) -> Iterator[str]:
    yield trace.call
    yield ""
    yield say(lang, "input {given} -> output {made}", given=show_shape(trace.input), made=show_shape(trace.output))
    words = listed(lang, _places(trace, lang))
    what = say(lang, "one output value, y{index}", index=entries(trace.index))
    yield said(lang, what, words) if words else what
    if trace.flip:
        yield say(lang, "true convolution: the kernel is turned by 180 degrees; frameworks do not turn it")


def _places(trace: "Trace", lang: str) -> list[str]:
    """The index in words, in the order of the call; nothing for a layer without spatial axes."""
    axes = trace.stages[-1].node.op.axes
    if not axes:
        return []
    names = [say(lang, "image"), say(lang, "channel"), *SPACE[axes]][-len(trace.index) :]
    order = trace.own(tuple(range(len(names))))
    return [f"{names[axis]} {entry}" for axis, entry in zip(order, trace.index, strict=True)]


def _stage(trace: "Trace", stage: Stage, lang: str, *, first: bool) -> Iterator[str]:
    """One node: all about its one value; of several the first ones, then their results."""
    name = "y" if stage is trace.stages[-1] else "z"
    if len(stage.values) > 1:
        yield counted(
            lang, "{count} value z that the next step reads", "{count} values z that the next step reads", len(stage.values)
        )
        yield ""
    for number, traced in enumerate(stage.values[:VALUES]):
        if traced.kind != "function":
            yield from _group(stage, traced, lang)
            yield from axis_lines(stage, traced, lang) if number == 0 else ()
            yield from _views(trace, stage, traced, lang, source=first, explained=number > 0)
        yield from result_lines(trace, stage, traced, lang, name)
        yield ""
    yield from (
        line for traced in stage.values[VALUES:MORE] for line in result_lines(trace, stage, traced, lang, name, short=True)
    )
    if len(stage.values) > MORE:
        rest = len(stage.values) - MORE
        yield counted(lang, "and {count} more value, made alike", "and {count} more values, made alike", rest)


def _group(stage: Stage, traced: Traced, lang: str) -> Iterator[str]:
    """Which slice of the channels is read, where it is not all of them."""
    op: Any = stage.node.op
    if getattr(op, "groups", 1) == 1:
        return
    where = channel_axis(op, stage.inputs[0])
    out, channels = traced.index[where], stage.inputs[0].dims[where]
    read = [channel.number for channel in traced.views[0].channels]
    if len(read) == 1:
        yield say(lang, "depthwise: output channel {out} reads input channel {read} alone, of {channels}",
                  out=out, read=read[0], channels=channels)  # fmt: skip
        return
    yield say(
        lang, "group {group} of {groups}: output channel {out} reads input channels {first} to {last} of {channels}",
        group=read[0] // len(read), groups=op.groups, out=out, first=read[0], last=read[-1], channels=channels,
    )  # fmt: skip


def _views(trace: "Trace", stage: Stage, traced: Traced, lang: str, *, source: bool, explained: bool) -> Iterator[str]:
    """Each view of a value, drawn where its input is the ``source`` of all; ``explained`` says that its signs are known."""
    for view in traced.views:
        yield ""
        if view.name in _TITLES:
            yield say(lang, _TITLES[view.name])
            yield ""
        if source and not explained:
            yield from legend(view, lang)
            yield ""
        yield from channel_blocks(view, traced, _reader(trace, stage, traced) if source else None, lang)
        yield ""


_TITLES = {
    "scattering": marked("View 1, scattering: every input paints a patch of its value times the kernel."),
    "stretched": marked("View 2, the stretched input: zeros between pixels, turned kernel, stride 1."),
}


def _reader(trace: "Trace", stage: Stage, traced: Traced) -> Callable[[Channel], Read]:
    """The pixels of one channel of the input; one that is no finite number is drawn as it is and never added."""
    op: Any = stage.node.op
    batch = traced.index[: channel_axis(op, stage.inputs[0])] if op.axes else traced.index[:-1]

    def of(channel: Channel) -> Read:
        lead = (*batch, channel.number) if op.axes else batch
        return lambda pixel: trace.look((*lead, *pixel))

    return of


def _foot(trace: "Trace", lang: str) -> Iterator[str]:
    yield _check(trace, lang)
    if trace.flip:
        yield say(lang, "Without the turn (cross-correlation) the value is {value}.", value=trace.unturned)
    if trace.given["input"] is None:
        yield say(lang, "The input is made of the digits 0 to 9; --values FILE.npy takes your own.")
    if trace.held and trace.given["weights"] is None:
        yield say(lang, "The weights are made of whole numbers from -2 to 2; --weights takes your own.")
    if trace.no_bias:
        yield say(lang, "The bias is 0, because none is given.")
    if _some_rounded(trace):
        yield say(lang, "Numbers are shown with 3 digits and computed with all of theirs.")


def _check(trace: "Trace", lang: str) -> str:
    found = trace.checked
    if not found.framework:
        return say(lang, "Not checked by running it: {reason}.", reason=say(lang, found.reason, **found.facts))
    if found.agrees:
        return say(lang, "Checked: PyTorch computes the same from the same numbers.")
    return say(lang, "PyTorch computes {value} from the same numbers: NOT the same.", value=found.value)


def _some_rounded(trace: "Trace") -> bool:
    channels = (
        channel for stage in trace.stages for traced in stage.values[:VALUES] for channel in traced.views[0].channels[:MORE]
    )
    terms = (term for channel in channels for term in channel.terms[:MORE])
    return any(rounded(number) for term in terms for number in (term.x, term.weight) if number is not None)
