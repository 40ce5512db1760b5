"""A sweep as Markdown: the same tables, without bars."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from convlens.ir.spec import show_shape
from convlens.lang.markdown import escaped, table_row
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
        parts += ["\n".join(_table(sweep, one, lang)), *map(escaped, below(sweep, one, lang))]
    return "\n\n".join([*parts, *map(escaped, (" ".join(signs(sweep, lang)), *about(sweep, lang)))]) + "\n"


def _table(sweep: "Sweep", one: Series, lang: str) -> Iterator[str]:
    wanted = columns(one.setting.name, one.points, sweep.kinds, EXACT, lang)
    yield table_row([column.head for column in wanted])
    yield table_row(["---:"] * len(wanted))
    for point in one.points:
        mark = " \\*" if is_own(point, one) else ""
        if point.figures:
            first, *rest = [column.text(point) for column in wanted]
            yield table_row([first + mark, *rest])
        else:
            why = escaped(say(lang, "illegal: {reason}", reason=reason(point)))
            yield table_row([shown(point.value), why, *[""] * (len(wanted) - 2)])
