"""A sweep as Markdown: the same tables, without bars."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from convlens.ir.spec import show_shape
from convlens.lang.messages import say
from convlens.sweeps.columns import Plan, columns
from convlens.sweeps.departures import shown
from convlens.sweeps.series import Series
from convlens.sweeps.words import about, below, is_own, reason, signs

if TYPE_CHECKING:
    from convlens.sweeps.sweep import Sweep

EXACT = Plan(quartiles=True, bars=False, exact=True)


def sweep_markdown(sweep: "Sweep", lang: str) -> str:
    """One table for each setting, what it says in words behind it."""
    parts = [f"`{sweep.call}`, {show_shape(sweep.spec.dims)}"]
    for one in sweep.series:
        parts += ["\n".join(_table(sweep, one, lang)), *map(_escaped, below(sweep, one, lang))]
    return "\n\n".join([*parts, *map(_escaped, (" ".join(signs(sweep, lang)), *about(sweep, lang)))]) + "\n"


def _table(sweep: "Sweep", one: Series, lang: str) -> Iterator[str]:
    wanted = columns(one.setting.name, one.points, sweep.kinds, EXACT, lang)
    yield _row([column.head for column in wanted])
    yield _row(["---:"] * len(wanted))
    for point in one.points:
        mark = " \\*" if is_own(point, one) else ""
        if point.figures:
            first, *rest = [column.text(point) for column in wanted]
            yield _row([first + mark, *rest])
        else:
            why = _escaped(say(lang, "illegal: {reason}", reason=reason(point)))
            yield _row([shown(point.value), why, *[""] * (len(wanted) - 2)])


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("*", "\\*").replace("|", "\\|").replace("_", "\\_")
