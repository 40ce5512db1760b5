"""The same network in another form, proved equal by running both."""

from typing import TYPE_CHECKING

import click

from convlens.cli._lang import lang_option
from convlens.cli._output import chosen_format, emit, emit_json, remark_own_code, write
from convlens.cli._spoken import Spoken
from convlens.ir.errors import UsageError
from convlens.ir.record import as_json
from convlens.lang.sentence import Sentence

if TYPE_CHECKING:
    from convlens.rewrites.report import Choices, Rewriting

ENDINGS = (".json", ".txt")


@click.command("rewrite", cls=Spoken, short_help="The same network in another form, proved equal by running both.")
@click.argument("model", default="")
@click.option("--as", "name", metavar="NAME", default="", help="The rewrite; without it they are listed.")
@click.option("--input", "inputs", metavar="SHAPE[:DTYPE]", multiple=True, help="An input: 1x3x224x224.")
@click.option("--rank", type=click.IntRange(1), help="For separable: kernels for each input channel (1).")
@click.option("--seed", type=click.IntRange(0), default=0, help="Seed of the random weights and input.")
@click.option("--json", "as_json", is_flag=True, help="The record for machines, schema convlens/rewrite/1.")
@lang_option
@click.option("-o", "out", metavar="FILE", help="Write to a file: .txt (the new network's text form) or .json.")
def command(
    model: str, name: str, inputs: tuple[str, ...], rank: int | None, seed: int, as_json: bool, lang: str, out: str | None
) -> None:
    """Rewrite MODEL, a network or a layer as its framework writes it: fold-batch-norm, linear-to-conv, separable and others.

    Both networks are run on random input with random weights in float64, and the largest difference of what they give is
    said. Without --as the rewrites are listed, and for a MODEL where each is possible.
    """
    from convlens.importers.factory import need_code  # noqa: PLC0415 - `--help` needs no reader
    from convlens.importers.model import runs_user_code  # noqa: PLC0415 - `--help` needs no network
    from convlens.rewrites.rewrite import rewrite  # noqa: PLC0415 - nor a rewrite

    ending = chosen_format(out, ENDINGS, as_json=as_json, markdown=False)
    if name and not model:
        raise UsageError(Sentence("--as {name} of what?\n  fix: convlens rewrite MODEL --as {name}", name=name))
    if "(" not in model and runs_user_code(model):
        need_code(model)
        remark_own_code(model, lang)
    found = rewrite(model or None, *inputs, name=name, rank=rank, seed=seed)
    if out is not None:
        write(out, _file_text(found, ending, lang))
    elif as_json:
        emit_json(found.to_dict())
    else:
        emit(found.text(lang))


def _file_text(found: "Rewriting | Choices", ending: str, lang: str) -> str:
    if ending == ".json":
        return as_json(found.to_dict())
    after = getattr(found, "after", None)
    if after is None:
        return found.text(lang)
    from convlens.ir.text import format as text_form  # noqa: PLC0415 - `--help` needs no network

    return text_form(after) + "\n"
