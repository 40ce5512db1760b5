"""What `draw` does with a network: the strip as an .svg, the report as an .html, .md or .json."""

import shlex
import sys
from collections.abc import Mapping
from typing import NamedTuple

from convlens.cli._inputs import graph_of
from convlens.cli._output import emit, ending_of
from convlens.cli._save import check_target, save
from convlens.ir.errors import UsageError
from convlens.lang.sentence import Sentence

ENDINGS = (".svg", ".html", ".md", ".json")


class Wanted(NamedTuple):
    """The options: ``report`` asks for the report, ``compare`` names a second network, ``picture`` a file to show in it."""

    inputs: tuple[str, ...] = ()
    dims: tuple[str, ...] = ()
    real: bool = False
    report: bool = False
    compare: str | None = None
    picture: str | None = None
    out: str | None = None


def draw_network(model: str, wanted: Wanted, lang: str) -> None:
    """Write the picture or the page and print its path. A network whose shapes break is drawn up to there, then raised."""
    from convlens.networkpages.draw import NetworkDrawing  # noqa: PLC0415 - `--help` needs no picture
    from convlens.report.summary import Summary  # noqa: PLC0415 - nor a report

    ending = _ending(wanted)
    if wanted.out is not None:
        check_target(wanted.out, [file for file in (model, wanted.compare, wanted.picture) if file])
    found, *other = (Summary(graph_of(name, wanted.inputs, wanted.dims, wanted.real, lang)) for name in _models(model, wanted))
    drawing = NetworkDrawing(found, next(iter(other), None), wanted.picture)
    path = wanted.out or drawing.name + ending
    save({path: drawing.written_as(ending, lang, _command()).encode()})
    emit(f"{path}\n")
    if found.facts.error is not None:
        raise found.facts.error


def _models(model: str, wanted: Wanted) -> list[str]:
    return [model] if wanted.compare is None else [model, wanted.compare]


def _ending(wanted: Wanted) -> str:
    """Asked before any work is done."""
    page: Mapping[str, object] = {"--report": wanted.report, "--compare": wanted.compare, "--picture": wanted.picture}
    given = next((name for name, value in page.items() if value), None)
    ending = ending_of(wanted.out, ENDINGS) if wanted.out is not None else ".html" if given else ".svg"
    if given and ending == ".svg":
        raise UsageError(
            Sentence("{option} belongs to the report\n  fix: -o with the ending .html, .md or .json, or no -o", option=given)
        )
    if wanted.picture and ending != ".html":
        raise UsageError(Sentence("--picture belongs to the report as a page\n  fix: -o with the ending .html, or no -o"))
    return ending


def _command() -> str:
    """The command line as it was given, so that a page that is found years later can be made again."""
    return shlex.join(["convlens", *sys.argv[1:]])
