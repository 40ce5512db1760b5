"""How do parameters, MACs, output, memory and measured time move with each setting of a layer?"""

import sys
from typing import TYPE_CHECKING

import click

from convlens.cli._lang import lang_option
from convlens.cli._output import chosen_format, emit, emit_json, remark, write
from convlens.cli._spoken import Spoken
from convlens.ir.errors import UsageError
from convlens.lang.messages import say
from convlens.lang.sentence import Sentence

if TYPE_CHECKING:
    from convlens.sweeps.series import Over
    from convlens.sweeps.sweep import Sweep

ENDINGS = (".csv", ".json", ".svg", ".md", ".txt")


@click.command("sweep", cls=Spoken, short_help="How do cost, memory and measured time move with each setting?")
@click.argument("call")
@click.option("--input", "shape", metavar="SHAPE[:DTYPE]", required=True, help="The input: 1x64x56x56.")
@click.option(
    "--over", "overs", metavar="SETTING[=VALUES]", multiple=True,
    help="A series: kernel=1..11, kernel=1..11:2, groups=1,2,4, size=32..512*2, padding=same,valid; alone all usual values.",
)  # fmt: skip
@click.option("--time/--no-time", "time", default=None, help="Measure on this machine; default: if PyTorch is installed.")
@click.option("--backward", is_flag=True, help="Measure the gradients too.")
@click.option("--budget", metavar="SECONDS", type=float, default=0.5, show_default=True, help="Time for measuring one call.")
@click.option("--threads", metavar="N", type=int, help="Threads that PyTorch computes with; default: its own choice.")
@click.option("--max-memory", metavar="MIB", type=int, default=2048, show_default=True, help="What needs more is not measured.")
@click.option("--json", "as_json", is_flag=True, help="The record for machines, schema convlens/sweep/1.")
@click.option("--markdown", is_flag=True, help="For a page or a pull request.")
@lang_option
@click.option("-o", "out", metavar="FILE", help="Write to a file: .csv, .json, .svg, .md or .txt.")
@click.pass_context
def command(
    context: click.Context, call: str, shape: str, overs: tuple[str, ...], time: bool | None, backward: bool, budget: float,
    threads: int | None, max_memory: int, as_json: bool, markdown: bool, lang: str, out: str | None,
) -> None:  # fmt: skip
    """How do output, parameters, MACs, memory and measured time of CALL move with one setting at a time?

    A setting is named in the words of any framework (kernel or kernel_size, out_channels or filters); in_channels, size and
    batch are those of the input. Each --over is a series of its own. Without one, the settings of a convolution are swept.
    """
    from convlens.sweeps.sweep import has_torch, planned, timed  # noqa: PLC0415 - `--help` needs no report

    ending = chosen_format(out, ENDINGS, as_json=as_json, markdown=markdown)
    found = planned(call, shape, _over(overs))
    if time is not False and has_torch() and found.legal:
        remark(_announced(found, budget, lang, backward=backward))
    found = timed(
        found, time, backward=backward, budget=budget, threads=threads, max_bytes=max_memory * 2**20
    )  # fmt: skip
    if out is not None:
        write(out, _file_text(found, ending, lang))
    elif as_json:
        emit_json(found.to_dict())
    else:
        emit(found.to_markdown(lang) if markdown else _shown(found, lang))
    if not found.legal:
        context.exit(1)


def _over(texts: tuple[str, ...]) -> "Over":
    from convlens.sweeps.values import parse_over  # noqa: PLC0415 - `--help` needs no sweep

    pairs = [parse_over(text) for text in texts]
    for at, (name, _) in enumerate(pairs):
        if name in [other for other, _ in pairs[:at]]:
            raise UsageError(Sentence("--over {name} is given twice\n  fix: all values behind one of them", name=name))
    return dict(pairs)


def _announced(found: "Sweep", budget: float, lang: str, *, backward: bool) -> str:
    runs = found.legal * (2 if backward else 1)
    return say(lang, "measuring {runs} runs, about {budget} s each; --no-time leaves it out", runs=runs, budget=f"{budget:g}")


def _shown(found: "Sweep", lang: str) -> str:
    from convlens.report.terminal import screen_of  # noqa: PLC0415 - only a text for people needs a screen

    return found.text(lang, screen_of(sys.stdout, "never"))


def _file_text(found: "Sweep", ending: str, lang: str) -> str:
    if ending in (".csv", ".json"):
        return found.to_csv() if ending == ".csv" else found.to_json()
    if ending == ".txt":
        from convlens.report.terminal import FILE  # noqa: PLC0415 - `--help` needs no sweep

        return found.text(lang, FILE)
    return found.to_svg(lang) if ending == ".svg" else found.to_markdown(lang)
