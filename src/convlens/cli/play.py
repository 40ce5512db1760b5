"""A page to play with a layer: every number, every setting, what each costs."""

import click

from convlens.cli._lang import lang_option
from convlens.cli._output import emit, emit_json, ending_of, write
from convlens.cli._spoken import Spoken
from convlens.ir.errors import UsageError
from convlens.lang.messages import say
from convlens.lang.sentence import Sentence


@click.command("play", cls=Spoken, short_help="A page to play with a layer: every number, every setting, what each costs.")
@click.argument("call", required=False)
@click.option("--input", "shape", metavar="SHAPE", help="The input of CALL: 1x3x7x7.")
@click.option("--json", "as_json", is_flag=True, help="The record for machines, schema convlens/play/1; no page is written.")
@lang_option
@click.option("-o", "out", metavar="FILE", default="playground.html", show_default=True, help="The page: a .html file.")
def command(call: str | None, shape: str | None, as_json: bool, lang: str, out: str) -> None:
    """Write a page on which CALL, or a layer of your choice, can be tried.

    Click an output and see the inputs, the weights and the sum that make it; change a setting and see what it costs. It is one
    file that works offline, in English and Chinese, and its address keeps every setting.
    """
    from convlens.playgrounds.play import play  # noqa: PLC0415 - `--help` needs no page

    ending_of(out, (".html", ".htm"))
    if call is not None and shape is None:
        raise UsageError(Sentence("--input is missing\n  fix: the shape of the input, as in --input 1x3x7x7"))
    if call is None and shape is not None:
        raise UsageError(Sentence("--input is given without a layer\n  fix: the call as well, as in 'Conv2d(3, 64, 7)'"))
    found = play(call, shape)
    if as_json:
        emit_json(found.to_dict())
        return
    write(out, found.to_html(lang))
    emit(say(lang, "written: {file}; open it in any browser", file=out) + "\n")
