"""What a layer never reads, in words: pixels at the border that a division leaves over, and pixels between windows."""

from convlens.report.window import AxisWindow, ceil_helps, without_drop
from convlens.report.words import edge, say


def unread_words(windows: list[AxisWindow], lang: str) -> list[str]:
    """Sentences, or nothing where every pixel is read.

    >>> for line in unread_words([AxisWindow("window", axis, 7, 2, 3, 3) for axis in "HW"], "en"): print(line)
    1 row at the bottom and 1 column at the right are never read: the division does not come out even, and frameworks round \
it down (floor).
    With padding 1 or an input of 9x9 every pixel at the border is read.
    """
    short = [w for w in windows if w.dropped]
    lines = []
    if short:
        what = _joined([edge(lang, w.axis, w.dropped) for w in short], lang, "and")
        verb = say(lang, "is" if len(short) == 1 and short[0].dropped == 1 else "are")
        key = "dropped_ceil" if short[0].ceil_mode else "dropped"
        lines.append(say(lang, key, what=what + verb))
        ways = _ways(windows, lang)
        lines += [say(lang, "would_use", ways=_joined(ways, lang, "or"))] if ways else []
    return lines + _between([w for w in windows if w.kind == "window" and w.stride > w.reach and w.out > 1], lang)


def _ways(windows: list[AxisWindow], lang: str) -> list[str]:
    found = [without_drop(w) if w.dropped else (w.padding[0] if w.padding[0] == w.padding[1] else None, w.size) for w in windows]
    paddings, sizes = [p for p, _ in found if p is not None], [s for _, s in found if s is not None]
    ways = []
    if len(paddings) == len(windows):
        same = len(set(paddings)) == 1
        ways.append(say(lang, "way_padding", padding=paddings[0] if same else f"({', '.join(map(str, paddings))})"))
    if len(sizes) == len(windows):
        ways.append(say(lang, "way_input", size="x".join(map(str, sizes))))
    if all(ceil_helps(w) for w in windows if w.dropped):
        ways.append(say(lang, "way_ceil"))
    return ways


def _between(windows: list[AxisWindow], lang: str) -> list[str]:
    """One sentence for all axes with the same stride and reach."""
    axes: dict[tuple[int, int], list[str]] = {}
    for w in windows:
        axes.setdefault((w.stride, w.reach), []).append(w.axis)
    return [
        say(lang, "between", axis=", ".join(names), stride=stride, reach=reach, gap=stride - reach)
        for (stride, reach), names in axes.items()
    ]


def _joined(texts: list[str], lang: str, last: str) -> str:
    head = ("、" if lang == "zh" else ", ").join(texts[:-1])
    return (head + say(lang, last) if head else "") + texts[-1]
