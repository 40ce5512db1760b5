"""What is wrong, with evidence and a fix? Budgets make it a gate."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import click

from convlens.arith.amount import byte_count, count
from convlens.cli._inputs import graph_of
from convlens.cli._lang import lang_option
from convlens.cli._lint_forms import ENDINGS, FORMATS, Shown, give_mended, give_reports
from convlens.cli._output import ending_of
from convlens.cli._spoken import Spoken
from convlens.ir.errors import ConvlensError, UsageError
from convlens.lang.messages import say
from convlens.lang.sentence import Sentence

if TYPE_CHECKING:
    from convlens.ir.graph import Graph
    from convlens.linting.report import Report
    from convlens.linting.settings import Settings

LOSSES = ("cross_entropy", "nll_loss", "bce_with_logits", "bce")
"""Those of `convlens.linting.options`, which `--help` does not load; a test compares them."""


Graphs = Iterator[tuple[str, Callable[[], "Graph"]]]
"""Each MODEL, and how it is read."""


def _amount(read: Callable[[str], int]) -> Callable[[click.Context, click.Parameter, str | None], int | None]:
    """A whole number as people write it, of things or of bytes."""

    def convert(context: click.Context, option: click.Parameter, text: str | None) -> int | None:
        try:
            return None if text is None else read(text)
        except ValueError as error:
            raise click.BadParameter(str(error), context, option) from None

    return convert


@click.command("lint", cls=Spoken, short_help="What is wrong, with evidence and a fix? Budgets make it a gate.")
@click.argument("models", metavar="MODEL...", nargs=-1, required=True)
@click.option("--input", "inputs", metavar="[NAME=]SHAPE[:DTYPE]", multiple=True, help="An input: 1x3x224x224, 2x7:int64.")
@click.option("--dim", "dims", metavar="NAME=SIZE", multiple=True, help="Size of a named dimension of an ONNX file.")
@click.option("--real", is_flag=True, help="Run a torch module on real zeros, for code that looks at values.")
@click.option("--select", metavar="CODES", multiple=True, help="Only these rules: G12,dead-taps, or S for a family.")
@click.option("--ignore", metavar="CODES", multiple=True, help="All but these rules.")
@click.option("--loss", type=click.Choice(LOSSES), help="What the output goes into.")
@click.option("--object-size", type=click.IntRange(1), metavar="N", help="Pixels that an output has to see.")
@click.option("--batch", type=click.IntRange(1), metavar="N", help="Images that training takes at once.")
@click.option("--device", metavar="NAME", help="The machine that the network is for.")
@click.option("--max-params", callback=_amount(count), metavar="N", help="Budget of parameters: 5M.")
@click.option("--max-macs", callback=_amount(count), metavar="N", help="Budget of multiply-accumulates: 600M, 1.5G.")
@click.option("--max-activation-bytes", callback=_amount(byte_count), metavar="N", help="Budget of all activations: 20MB, 8MiB.")
@click.option("--max-peak-bytes", callback=_amount(byte_count), metavar="N", help="Budget of the activations at once.")
@click.option("--min-receptive-field", callback=_amount(count), metavar="N", help="Pixels that the output must see.")
@click.option("--fail-on", type=click.Choice(["error", "warn", "info"]), help="The least that gives exit code 1 (warn).")
@click.option("--format", "form", type=click.Choice(FORMATS), help="What is printed; table without it.")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json, schema convlens/lint/1.")
@click.option("--all", "everything", is_flag=True, help="Notes (info) in full, and as annotations.")
@click.option("--fix", is_flag=True, help="Mend what can be mended, and write the network in text form.")
@click.option("--config", "file", metavar="FILE", help="Settings: a .toml file; without it the nearest one upward.")
@click.option("--no-config", is_flag=True, help="No file of settings.")
@lang_option
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="NO_COLOR wins over it.")
@click.option("-o", "outs", metavar="FILE", multiple=True, help="Write to a file: .json, .md, .sarif, .xml (JUnit) or .txt.")
@click.pass_context
def command(
    context: click.Context, /, models: tuple[str, ...], inputs: tuple[str, ...], dims: tuple[str, ...], real: bool,
    form: str | None, as_json: bool, everything: bool, fix: bool, lang: str, color: str, outs: tuple[str, ...],
    **settings: Any,
) -> None:  # fmt: skip
    """What is wrong with each MODEL, proved by numbers, with a fix where there is one?

    MODEL is a network's name, file.onnx, file.txt or - (text form), package.module:factory or file.py:factory. The rules are
    explained by convlens explain CODE. Settings come from convlens.toml or [tool.convlens] of a pyproject.toml; options go
    before them.

    What --format names is printed; with -o alone nothing is. --fix prints the mended network, or writes it to -o FILE.txt.

    Exit codes: 0 nothing as bad as --fail-on is found (with --fix: left), 1 something is, 2 wrong usage.
    """
    from convlens.importers.lines import with_lines  # noqa: PLC0415 - `--help` needs no reader

    shown = Shown(_form(form, as_json=as_json), lang, color, everything)
    _check(models, shown.form, outs, fix=fix)
    chosen = _settings(**settings)
    graphs = ((model, lambda model=model: graph_of(model, inputs, dims, real, lang)) for model in models)
    with with_lines():
        failed = (_mend if fix else _report)(graphs, chosen, shown, outs)
    context.exit(1 if failed else 0)


def _form(form: str | None, *, as_json: bool) -> str:
    if as_json and form not in (None, "json"):
        raise UsageError(Sentence("--json and --format {form} are two formats\n  fix: one of them", form=form))
    return "json" if as_json else form or ""


def _check(models: tuple[str, ...], form: str, outs: tuple[str, ...], *, fix: bool) -> None:
    """What can be wrong with the options, before any work is done."""
    from convlens.cli._save import check_target  # noqa: PLC0415 - `--help` needs nothing of this

    for out in outs:
        ending_of(out, (".txt",) if fix else ENDINGS)
        check_target(out, models)
    twice = next((out for at, out in enumerate(outs) if out in outs[:at]), None)
    if twice is not None:
        raise UsageError(Sentence("-o {out} is given twice\n  fix: one -o for each file", out=twice))
    if fix and (len(models) > 1 or len(outs) > 1):
        raise UsageError(Sentence("--fix mends one network at a time\n  fix: one MODEL, and one -o FILE.txt"))
    if fix and form not in ("", "table", "json"):
        raise UsageError(Sentence("--fix and --format {form}: what is mended is said as table or json", form=form))


def _settings(
    select: tuple[str, ...], ignore: tuple[str, ...], fail_on: Any, file: str | None, no_config: bool, **options: Any
) -> "Settings":
    """Those of the project, and the options before them; an unknown rule is found before any network is read."""
    from convlens.linting.config import read  # noqa: PLC0415 - `--help` needs no rule
    from convlens.linting.lint import checked  # noqa: PLC0415 - `--help` needs no rule
    from convlens.linting.options import Options  # noqa: PLC0415 - `--help` needs no rule
    from convlens.linting.settings import Settings  # noqa: PLC0415 - `--help` needs no rule

    if no_config and file is not None:
        raise UsageError(Sentence("--config and --no-config contradict each other\n  fix: one of them"))
    given = Options(**{name: value for name, value in options.items() if value is not None})
    project = Settings() if no_config else read(file)
    return checked(project.given(_words(select), _words(ignore), given, fail_on))


def _words(texts: tuple[str, ...]) -> list[str]:
    return [word for text in texts for part in text.split(",") if (word := part.strip())]


def _report(graphs: Graphs, settings: "Settings", shown: Shown, outs: tuple[str, ...]) -> bool:
    """A network that cannot be read is said when the others are reported."""
    from convlens.linting.lint import lint_graph  # noqa: PLC0415 - `--help` needs no rule
    from convlens.linting.place import origin_of  # noqa: PLC0415 - `--help` needs no rule
    from convlens.linting.together import together  # noqa: PLC0415 - `--help` needs no rule

    reports: list[Report] = []
    errors: list[ConvlensError] = []
    for model, read in graphs:
        try:
            reports.append(lint_graph(read(), settings, origin=origin_of(model)))
        except ConvlensError as error:
            errors.append(error)
    reports = together(reports)
    if reports:
        give_reports(reports, shown, outs)
    if errors:
        worst = max(errors, key=lambda error: error.exit_code)
        raise type(worst)(f"\n{say(shown.lang, worst.spoken, text='')}".join(error.text(shown.lang) for error in errors))
    return any(report.failed for report in reports)


def _mend(graphs: Graphs, settings: "Settings", shown: Shown, outs: tuple[str, ...]) -> bool:
    from convlens.linting.place import origin_of  # noqa: PLC0415 - `--help` needs no rule
    from convlens.linting.repair import repair  # noqa: PLC0415 - `--help` needs no rule

    model, read = next(graphs)
    done = repair(read(), settings, origin_of(model))
    give_mended(done, shown, outs)
    return done.after.failed
