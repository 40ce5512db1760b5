"""A receptive field as a cell of a table, and in words."""

from fractions import Fraction

from convlens.lang.messages import say
from convlens.passes.receptive_field import AxisField, ReceptiveField
from convlens.report.words import pixels

UNKNOWN = "?"


def field_text(field: ReceptiveField | None, lang: str = "en") -> str:
    """``35 /8``: 35 pixels wide, moving 8 pixels from one output to the next. Axes that differ are joined by ``x``.

    The stride is left out where it is not regular, or where there is only one position.

    >>> field_text(ReceptiveField("x", (AxisField(35, 35, 35, Fraction(8), 17, ""),) * 2))
    '35 /8'
    """
    if field is None:
        return UNKNOWN
    if any(axis.whole for axis in field.axes):
        return say(lang, "whole")
    size = _each([_extent(axis) for axis in field.axes])
    strides = [exact(axis.stride) for axis in field.axes]
    return size if None in strides or set(strides) == {0} else f"{size} /{_each([_stride(stride) for stride in strides])}"


def field_words(field: ReceptiveField | None, lang: str = "en", *, through: bool = False) -> str:
    """What an output sees of the network's input, in words; with ``through``, what makes it see all of it.

    >>> field_words(ReceptiveField("x", (AxisField(6, 5, 6, Fraction(1, 2), 2, ""),) * 2))
    '5 to 6 pixels on each axis, moving 1/2 pixel from one output to the next'
    >>> field_words(ReceptiveField("x", (AxisField(3, 3, 3, Fraction(2), 1, ""),)), "zh")
    '3 个像素，相邻输出相隔 2 个像素'
    """
    if field is None:
        return say(lang, "unknown")
    node = next((axis.whole for axis in field.axes if axis.whole), "")
    if node:
        return say(lang, "the whole input, through {node}", node=node) if through else say(lang, "the whole input")
    sizes = [_in_words(axis, lang) for axis in field.axes]
    text = _counted(sizes, lang)
    if len(set(sizes)) == 1 < len(sizes):
        text = say(lang, "{pixels} on each axis", pixels=text)
    strides = [exact(axis.stride) for axis in field.axes]
    if None in strides or set(strides) == {0}:
        return text
    moved = _counted([str(stride) for stride in strides], lang)
    return text + say(lang, ", ") + say(lang, "moving {pixels} from one output to the next", pixels=moved)


def exact(number: Fraction | None) -> int | str | None:
    """A whole number as it is, another fraction as text.

    >>> exact(Fraction(8)), exact(Fraction(1, 2)), exact(None)
    (8, '1/2', None)
    """
    if number is None:
        return None
    return int(number) if number.denominator == 1 else str(number)


def _in_words(axis: AxisField, lang: str) -> str:
    same = axis.size == axis.size_min
    return str(axis.size) if same else say(lang, "{least} to {most}", least=axis.size_min, most=axis.size)


def _counted(texts: list[str], lang: str) -> str:
    """Axes that agree are said once; others are joined by a sign of their own where one of them is a range."""
    if len(set(texts)) == 1:
        return pixels(lang, int(texts[0]) if texts[0].isdecimal() else texts[0])
    return pixels(lang, " x ".join(texts) if any(" " in text for text in texts) else "x".join(texts))


def _extent(axis: AxisField) -> str:
    return str(axis.size) if axis.size == axis.size_min else f"{axis.size_min}..{axis.size}"


def _stride(stride: int | str | None) -> str:
    return f"({stride})" if isinstance(stride, str) else str(stride)


def _each(texts: list[str]) -> str:
    return texts[0] if len(set(texts)) == 1 else "x".join(texts)
