"""What an abbreviation in a table means: a line for each that occurs."""

from collections.abc import Collection, Sequence

from convlens.lang.messages import marked, say
from convlens.report.field import UNKNOWN
from convlens.report.tree import Line


def legend(lines: Sequence[Line], fields: Collection[str], times: str, lang: str = "en") -> list[str]:
    """Sentences on the cells of the receptive fields, and on blocks that are shown once. ``times`` is the sign between.

    >>> legend([], ["4..5 /(1/8)"], "x")[1:]
    ['a..b: from a to b, depending on the position', '/(1/b): b outputs to one pixel of the input']
    """
    found = []
    if any(any(c.isdigit() for c in text) for text in fields):
        found.append(say(lang, "field: receptive field in pixels of the input /its stride"))
    if any(".." in text for text in fields):
        found.append(say(lang, "a..b: from a to b, depending on the position"))
    fractions = [text.split("/(", 1)[1] for text in fields if "/(" in text]
    if fractions:
        whole = all(text.startswith("1/") for text in fractions)
        one = say(lang, "/(1/b): b outputs to one pixel of the input")
        found.append(one if whole else say(lang, "/(a/b): b outputs to a pixels of the input"))
    if UNKNOWN in fields:
        found.append(say(lang, "{sign}: cannot be told", sign=UNKNOWN))
    if any(line.repeats > 1 for line in lines):
        found.append(say(lang, _REPEATED_WITH_FIELD if fields else _REPEATED, times=times))
    return found


_REPEATED = marked("{times} n: n identical blocks, shown once; params and MACs are those of one")
_REPEATED_WITH_FIELD = marked(
    "{times} n: n identical blocks, shown once; params and MACs are those of one, the field that of the last"
)
