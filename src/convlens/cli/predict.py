"""What does a trained network say of a new picture, sound or sentence?"""

import sys
from contextlib import redirect_stdout
from typing import Any

import click

from convlens.cli._lang import lang_option
from convlens.cli._output import chosen_format, emit, emit_json, remark, remark_own_code, write
from convlens.cli._spoken import Spoken
from convlens.ir.errors import UsageError
from convlens.lang.messages import say
from convlens.lang.sentence import Sentence

ENDINGS = (".json", ".csv", ".txt")


@click.command("predict", cls=Spoken, short_help="What does a trained network say of a new picture, sound or sentence?")
@click.argument("run")
@click.argument("sources", nargs=-1)
@click.option("--top", type=click.IntRange(1), default=5, show_default=True, help="So many classes are told.")
@click.option("--network", metavar="CODE", default="", help="file.py:factory of a run whose network is your own code.")
@click.option("--page", is_flag=True, help="A page in the browser, for this machine alone, on which things can be dropped.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Of --page; a free one without it.")
@click.option("--json", "as_json", is_flag=True, help="The record for machines, schema convlens/predict/1.")
@lang_option
@click.option("-o", "out", metavar="FILE", default=None, help="Write to a file: .json, .csv or .txt.")
def command(
    run: str, sources: tuple[str, ...], top: int, network: str, page: bool, port: int, as_json: bool, lang: str, out: str | None
) -> None:
    """Ask the network of RUN, a folder that train made, about SOURCES: pictures, .wav sounds, .npy volumes, folders of them, or
    sentences, whichever it was trained on. A .txt file holds a sentence a line.

    With --page they are dropped or typed on a page instead, which also shows what the network saw.
    """
    from convlens.cli._save import check_target  # noqa: PLC0415 - `--help` needs nothing of this
    from convlens.media.extras import extra  # noqa: PLC0415 - `--help` needs nothing of this

    ending = chosen_format(out, ENDINGS, as_json=as_json, markdown=False)
    if page and (sources or ending):
        raise UsageError(
            Sentence("--page shows what is dropped on it, so it goes with no SOURCES, --json or -o\n  fix: one of them")
        )
    if out is not None:
        check_target(out, sources)
    extra("torch", Sentence("predicting"))
    if network:
        remark_own_code(network, lang)
    if page:
        _serve(run, network, port, lang)
        return
    from convlens.training.predict import predict  # noqa: PLC0415 - `--help` needs no PyTorch

    with redirect_stdout(sys.stderr):  # what the network's own code prints is no part of the result
        found = predict(run, sources, top, network=network)
    _give(found, ending, out, lang)


def _give(found: Any, ending: str, out: str | None, lang: str) -> None:
    import json  # noqa: PLC0415 - `--help` needs none

    if out is not None:
        record = json.dumps(found.to_dict(), ensure_ascii=False, indent=2) + "\n" if ending == ".json" else ""
        write(out, record or (found.to_csv() if ending == ".csv" else found.text(lang)))
    elif ending == ".json":
        emit_json(found.to_dict())
    else:
        emit(found.text(lang))


def _serve(run: str, network: str, port: int, lang: str) -> None:
    from convlens.training.serving.serve import serve  # noqa: PLC0415 - only a page needs a server

    def ready(address: str) -> None:
        emit(f"{address}\n")
        remark(say(lang, "open it in a browser; Ctrl-C ends it"))

    serve(run, network=network, port=port, lang=lang, ready=ready)
