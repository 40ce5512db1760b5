"""How good is a trained network, on its own test part or on new labelled data?"""

import sys
from contextlib import redirect_stdout

import click

from convlens.cli._lang import lang_option
from convlens.cli._output import chosen_format, emit, emit_json, remark_own_code, write
from convlens.cli._spoken import Spoken
from convlens.lang.sentence import Sentence

ENDINGS = (".json", ".txt")


@click.command("evaluate", cls=Spoken, short_help="How good is a trained network, on its test part or on new labelled data?")
@click.argument("run")
@click.option(
    "--data", metavar="DATA", default="", help="Labelled examples, as train takes them; without it the run's test part."
)
@click.option("--download", is_flag=True, help="Fetch a data set by name, where it is not on this machine.")
@click.option("--network", metavar="CODE", default="", help="file.py:factory of a run whose network is your own code.")
@click.option("--json", "as_json", is_flag=True, help="The record for machines, schema convlens/evaluate/1.")
@lang_option
@click.option("-o", "out", metavar="FILE", default=None, help="Write to a file: .json or .txt.")
def command(run: str, data: str, download: bool, network: str, as_json: bool, lang: str, out: str | None) -> None:
    """Test the network of RUN, a folder that train made: accuracy, loss, recall and precision of every class, calibration.

    Of data that have a test part of their own, that part alone is taken. Classes are matched by their names.
    """
    import json  # noqa: PLC0415 - `--help` needs none

    from convlens.cli._save import check_target  # noqa: PLC0415 - `--help` needs nothing of this
    from convlens.media.extras import extra  # noqa: PLC0415 - `--help` needs nothing of this

    ending = chosen_format(out, ENDINGS, as_json=as_json, markdown=False)
    if out is not None:
        check_target(out, [])
    extra("torch", Sentence("evaluating"))
    if network:
        remark_own_code(network, lang)
    from convlens.training.evaluate import evaluate  # noqa: PLC0415 - `--help` needs no PyTorch

    with redirect_stdout(sys.stderr):  # what the network's own code prints is no part of the result
        found = evaluate(run, data, network=network, download=download)
    if out is not None:
        write(out, json.dumps(found.to_dict(), ensure_ascii=False, indent=2) + "\n" if ending == ".json" else found.text(lang))
    elif ending == ".json":
        emit_json(found.to_dict())
    else:
        emit(found.text(lang))
