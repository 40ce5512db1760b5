"""``convlens draw MODEL``: the strip of a network, or the page about it."""

import shlex
from typing import NamedTuple

from convlens.cli._inputs import graph_of
from convlens.cli._output import emit, ending_of
from convlens.cli._save import check_target
from convlens.ir.errors import UsageError
from convlens.lang.messages import say


class Asked(NamedTuple):
    """What is to be drawn: MODEL and its inputs, whether as a page, beside which network, over which picture."""

    model: str
    inputs: tuple[str, ...]
    as_page: bool
    compare: str | None
    picture: str | None

    @property
    def command(self) -> str:
        """The command line that makes the page again."""
        pairs = [*(("--input", shape) for shape in self.inputs), ("--compare", self.compare), ("--picture", self.picture)]
        options = [word for name, value in pairs if value for word in (name, value)]
        return shlex.join(["convlens", "draw", self.model, *options, "--report"])


def draw_network(asked: Asked, out: str | None, lang: str) -> None:
    """Write the file, and say so."""
    from convlens.networkpages.draw import ENDINGS, NetworkDrawing  # noqa: PLC0415 - `--help` needs no page
    from convlens.report.summary import Summary  # noqa: PLC0415 - nor a report

    page = asked.as_page or asked.compare is not None or asked.picture is not None
    if out is not None:
        ending = ending_of(out, ENDINGS)
        if page and ending != ".html":
            raise UsageError(f"-o {out}: the report is a page\n  fix: -o with the ending .html")
        check_target(out, [name for name in (asked.model, asked.picture) if name])
    reports = [Summary(graph_of(model, asked.inputs, (), False, lang)) for model in (asked.model, asked.compare) if model]
    drawing = NetworkDrawing(reports[0], reports[1] if len(reports) > 1 else None, asked.picture)
    target = out or f"{drawing.name}{'.html' if page else '.svg'}"
    for path in drawing.save(target, lang=lang, command=asked.command):
        emit(say(lang, "{file}: {size} bytes", file=path, size=f"{path.stat().st_size:,}") + "\n")
    error = next((report.facts.error for report in reports if report.facts.error is not None), None)
    if error is not None:
        raise error
