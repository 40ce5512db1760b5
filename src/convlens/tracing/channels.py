"""The channels of one view as text: the first ones drawn and written out, the others a line each or added up."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from convlens.lang.messages import counted, listed, marked, said, say
from convlens.tracing.drawing import Cut, Read, drawn
from convlens.tracing.number import shown, total
from convlens.tracing.sums import entries, kernel_lines, product_text, written
from convlens.tracing.term import Channel, Term, Traced, View
from convlens.tracing.windows import SPACE

WIDTH = 80
INDENT = "  "
DRAWN = 3
"""So many channels are drawn; of more than that, two."""

LINES = 8
"""So many channels have a line of their own."""

SLICES = 3
"""So many slices of a volume are drawn."""


def channel_blocks(view: View, traced: Traced, read: Callable[[Channel], Read] | None, lang: str) -> Iterator[str]:
    """The lines of all channels of a view; ``read`` gives the pixels around the window, without it nothing is drawn."""
    channels = view.channels
    full = 0 if read is None else len(channels) if len(channels) <= DRAWN else DRAWN - 1
    for channel in channels[:full]:
        yield from _whole(view, channel, traced, read(channel) if read is not None else None, lang)
    for channel in channels[full:LINES]:
        yield _line(channel, lang)
    rest = channels[LINES:]
    if rest:
        terms, first, last = sum(len(channel.terms) for channel in rest), rest[0].number, rest[-1].number
        text = shown(total([channel.sum for channel in rest]))
        yield INDENT + say(
            lang, "input channels {first} to {last} together ({terms} terms): {sum}",
            first=first, last=last, terms=terms, sum=text,
        )  # fmt: skip


def _line(channel: Channel, lang: str) -> str:
    texts = [product_text(term) for term in channel.terms[:LINES]]
    if len(texts) == 1:
        return INDENT + say(
            lang, "input channel {channel}: {terms} = {sum}", channel=channel.number, terms=texts[0], sum=shown(channel.sum)
        )
    return INDENT + counted(
        lang, "input channel {channel} ({count} term): {sum}", "input channel {channel} ({count} terms): {sum}",
        len(channel.terms), channel=channel.number, sum=shown(channel.sum),
    )  # fmt: skip


def _whole(view: View, channel: Channel, traced: Traced, read: Read | None, lang: str) -> Iterator[str]:
    """One channel: its drawing beside the kernel, and its terms."""
    if len(view.channels) > 1 or traced.kind != "sum" or len(view.plane.sizes) > 1:
        yield say(lang, "input channel {channel}", channel=channel.number)
    slices = [list(group) for _, group in groupby(channel.terms, key=lambda term: term.place[:-2])]
    for terms in slices[:SLICES]:
        yield from _slice(view, terms, read, lang)
    if len(slices) > SLICES:
        rest = [term for terms in slices[SLICES:] for term in terms]
        yield INDENT + say(
            lang, "{count} more slices, not drawn ({terms} terms)", count=len(slices) - SLICES, terms=len(rest)
        )  # fmt: skip
    yield ""
    yield from _terms(view, channel, traced, lang)
    yield ""


def _slice(view: View, terms: Sequence[Term], read: Read | None, lang: str) -> Iterator[str]:
    """A plane, beside it its part of the kernel where both have room."""
    lead, axes = terms[0].place[:-2], len(view.plane.sizes)
    if lead:
        yield INDENT + f"{SPACE[axes][0]} = {lead[0]}"
    kernel = [] if terms[0].weight is None or view.name == "scattering" else kernel_lines(terms)
    space = max(map(len, kernel), default=0) + 4
    if not kernel or len(kernel) > 12 or space > WIDTH // 3:
        kernel, space = [], 0
    left, cuts = drawn(view.plane, terms, read, WIDTH - len(INDENT) - space)
    yield from beside(left, [_kernel_title(view, lang), *kernel] if kernel else [])
    yield from (INDENT + note for note in _cut_notes(cuts, axes, lang))


def _kernel_title(view: View, lang: str) -> str:
    return say(lang, "turned kernel") if view.name == "stretched" else say(lang, "kernel")


def beside(left: Sequence[str], right: Sequence[str]) -> Iterator[str]:
    """Two drawings in one, the right one from the first line on."""
    width = max(map(len, left), default=0)
    for at in range(max(len(left), len(right))):
        one, other = (lines[at] if at < len(lines) else "" for lines in (left, right))
        yield (INDENT + f"{one:<{width}}    {other}").rstrip()


def _cut_notes(cuts: Sequence[Cut], axes: int, lang: str) -> Iterator[str]:
    """What of a larger plane is drawn."""
    names = SPACE[axes][-2:] if axes > 1 else ("L",)
    shown_ = [(name, cut) for name, cut in zip(names, cuts[-len(names) :], strict=True) if cut.how != "whole"]
    if shown_:
        parts = [say(lang, _DRAWN[cut.how], axis=name, first=cut.places[0], last=cut.places[-1]) for name, cut in shown_]
        yield said(lang, say(lang, "drawn"), listed(lang, parts))


_DRAWN = {
    "part": marked("{axis} {first} to {last}"),
    "taps": marked("what is read on {axis}"),
    "first": marked("the first read on {axis}, up to {last}"),
}


def _terms(view: View, channel: Channel, traced: Traced, lang: str) -> Iterator[str]:
    if not channel.terms:
        yield INDENT + say(lang, "no input reaches this value")
        return
    if view.name == "scattering":
        yield from _painting(channel, lang)
        return
    sign = "," if traced.kind == "max" else "+"
    lines = written(channel.terms, lang, WIDTH - 2 * len(INDENT) - 12, sign)
    if traced.kind == "sum":
        lines[-1] += f" = {shown(channel.sum)}"
    yield from (INDENT * 2 + line for line in lines)


def _painting(channel: Channel, lang: str) -> Iterator[str]:
    """Each input that paints the value, with the tap that falls on it."""
    for term in channel.terms[:LINES]:
        yield INDENT * 2 + say(
            lang, "input {place} with tap {tap}: {product} = {value}",
            place=entries(term.place), tap=entries(term.tap), product=product_text(term), value=shown(term.product),
        )  # fmt: skip
    rest = channel.terms[LINES:]
    if rest:
        text = shown(total([term.product for term in rest]))
        yield INDENT * 2 + counted(lang, "({count} more term: {sum})", "({count} more terms: {sum})", len(rest), sum=text)
    if len(channel.terms) > 1:
        yield INDENT * 2 + say(lang, "together {sum}", sum=shown(channel.sum))
