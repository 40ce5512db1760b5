"""Counts of things in words, and the names of axes."""

from convlens.lang.messages import counted

AXES = {1: ("L",), 2: ("H", "W"), 3: ("D", "H", "W")}
"""What the spatial axes are called, by their number."""


def pixels(lang: str, count: int | str) -> str:
    """
    >>> pixels("en", 1), pixels("en", "1/2"), pixels("zh", 2)
    ('1 pixel', '1/2 pixel', '2 个像素')
    """
    return counted(lang, "{count} pixel", "{count} pixels", count)


def plural(count: int, noun: str) -> str:
    """For a ``repr``, which is English.

    >>> plural(1, "layer"), plural(2000, "layer")
    ('1 layer', '2,000 layers')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def layers(lang: str, count: int) -> str:
    """
    >>> layers("en", 2), layers("zh", 2)
    ('2 layers', '2 层')
    """
    return counted(lang, "{count} layer", "{count} layers", count)


def edge(lang: str, axis: str, count: int) -> str:
    """So many pixels at the far border of an axis.

    >>> edge("en", "H", 1), edge("zh", "W", 2)
    ('1 row at the bottom', '右侧 2 列')
    """
    return {
        "D": lambda: counted(lang, "{count} slice at the back", "{count} slices at the back", count),
        "H": lambda: counted(lang, "{count} row at the bottom", "{count} rows at the bottom", count),
        "W": lambda: counted(lang, "{count} column at the right", "{count} columns at the right", count),
        "L": lambda: counted(lang, "{count} value at the end", "{count} values at the end", count),
    }[axis]()


def axis_names(count: int) -> tuple[str, ...]:
    """
    >>> axis_names(2), axis_names(4)
    (('H', 'W'), ('axis 0', 'axis 1', 'axis 2', 'axis 3'))
    """
    return AXES.get(count) or tuple(f"axis {i}" for i in range(count))
