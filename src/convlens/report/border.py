"""What a layer never reads, in words: pixels at the border that a division leaves over, and pixels between windows."""

from convlens.lang.messages import counted, listed, marked, say, spaced
from convlens.report.window import AxisWindow, ceil_helps, same_reads_all, without_drop
from convlens.report.words import edge

_SAME = {"keras": "same", "tf.nn": "SAME"}
"""The frameworks that know no padding but 'valid' and 'same', and how they write it."""


def unread_words(windows: list[AxisWindow], lang: str, framework: str = "torch.nn") -> list[str]:
    """Sentences, or nothing where every pixel is read. What would read them is said as ``framework`` can write it.

    >>> for line in unread_words([AxisWindow("window", axis, 7, 2, 3, 3) for axis in "HW"], "en"): print(line)
    1 row at the bottom and 1 column at the right are never read: the division does not come out even, and frameworks round \
it down (floor).
    With padding 1 or an input of 9x9 every pixel at the border is read.
    """
    short = [w for w in windows if w.dropped]
    lines = []
    if short:
        what = _joined([edge(lang, w.axis, w.dropped) for w in short], lang, say(lang, " and "))
        lines.append(_never_read(what, sum(w.dropped for w in short), lang, ceil_mode=short[0].ceil_mode))
        ways = _joined(_ways(windows, lang, framework), lang, say(lang, " or "))
        lines += [say(lang, "With {ways} every pixel at the border is read.", ways=ways)] if ways else []
    lines += _between([w for w in windows if w.kind == "window" and w.stride > w.reach and w.out > 1], lang)
    return [spaced(line) if lang == "zh" else line for line in lines]


def _never_read(what: str, count: int, lang: str, *, ceil_mode: bool) -> str:
    if ceil_mode:
        return counted(lang, "{what} is never read.", "{what} are never read.", count, what=what)
    return counted(
        lang,
        "{what} is never read: the division does not come out even, and frameworks round it down (floor).",
        "{what} are never read: the division does not come out even, and frameworks round it down (floor).",
        count,
        what=what,
    )


def _ways(windows: list[AxisWindow], lang: str, framework: str) -> list[str]:
    found = [without_drop(w) if w.dropped else (_even(w), w.size) for w in windows]
    paddings, sizes = [p for p, _ in found if p is not None], [s for _, s in found if s is not None]
    ways = []
    if framework in _SAME:
        if all(map(same_reads_all, windows)):
            ways.append(f'padding="{_SAME[framework]}"')
    elif len(paddings) == len(windows):
        ways.append(say(lang, "padding {padding}", padding=_one_or_all(paddings)))
    if len(sizes) == len(windows):
        ways.append(say(lang, "an input of {size}", size="x".join(map(str, sizes))))
    if framework not in _SAME and all(ceil_helps(w) for w in windows if w.dropped):
        ways.append("ceil_mode=True")
    return ways


def _even(w: AxisWindow) -> int | None:
    return w.padding[0] if w.padding[0] == w.padding[1] else None


def _one_or_all(numbers: list[int]) -> str:
    return str(numbers[0]) if len(set(numbers)) == 1 else f"({', '.join(map(str, numbers))})"


def _between(windows: list[AxisWindow], lang: str) -> list[str]:
    """One sentence for all axes with the same stride and reach."""
    axes: dict[tuple[int, int], list[str]] = {}
    for w in windows:
        axes.setdefault((w.stride, w.reach), []).append(w.axis)
    return [
        say(lang, _BETWEEN, axis=", ".join(names), stride=stride, reach=reach, gap=stride - reach)
        for (stride, reach), names in axes.items()
    ]


_BETWEEN = marked(
    "{axis}: stride {stride} is larger than the window's reach {reach}, so the windows skip {gap} of every {stride} "
    "pixels and never read them."
)


def _joined(texts: list[str], lang: str, last: str) -> str:
    return last.join([listed(lang, texts[:-1]), texts[-1]] if len(texts) > 1 else texts)
