"""A run on a terminal: the sentences, then the worst mistakes, the settings that were chosen, and how to go on."""

from math import isfinite

from convlens.ir.errors import cut
from convlens.lang.layout import aligned
from convlens.lang.messages import counted, say
from convlens.lang.printable import printable
from convlens.training.pages.amounts import percent
from convlens.training.pages.calibration import Calibration, calibration
from convlens.training.pages.confusion import Pair, worst_pairs
from convlens.training.pages.reading import RunReading
from convlens.training.pages.settings import shown
from convlens.training.pages.verdict import MOST_NAME, verdict


def summary_text(run: RunReading, lang: str) -> str:
    """Lines without colour; no control character of a file reaches the terminal."""
    parts = [
        [run.name, *verdict(run, calibrated(run), lang)],
        _pairs(run, lang),
        _settings(run, lang),
        _epochs(run, lang),
        [*(one.text(lang) for one in run.remarks), *(one[lang] for one in run.said)],
        [say(lang, "It goes on with: {command}", command=run.resume)] if run.cut_off else [],
    ]
    return printable("\n\n".join("\n".join(lines) for lines in parts if lines), "\n")


def calibrated(run: RunReading) -> Calibration | None:
    """Where the predictions of its test are kept."""
    return calibration(*run.predictions) if run.predictions is not None else None


def pair_text(run: RunReading, lang: str, at: Pair) -> str:
    """One pair of the worst mistakes."""
    count, (true, predicted) = at.number, (cut(run.class_name(place), MOST_NAME) for place in at[:2])
    return counted(lang, "{count} example of {true} was taken for {predicted} ({share} % of {true}).",
                   "{count} examples of {true} were taken for {predicted} ({share} % of {true}).",
                   count, true=true, predicted=predicted, share=percent(at.share))  # fmt: skip


def _pairs(run: RunReading, lang: str) -> list[str]:
    return [pair_text(run, lang, pair) for pair in worst_pairs(run.test.confusion, 3)] if run.test else []


def _settings(run: RunReading, lang: str) -> list[str]:
    changed = [one for one in run.settings if one.changed]
    if not changed:
        return [say(lang, "All settings are the defaults.")]
    return [say(lang, "Settings that are not the defaults:"), *(f"  {one.setting.name} = {shown(one.value)}" for one in changed)]


def _epochs(run: RunReading, lang: str) -> list[str]:
    """The last epochs as a table."""
    keys = ("epoch", "train_loss", "train_accuracy", "validation_loss", "validation_accuracy")
    heads = [
        say(lang, "epoch"),
        say(lang, "training loss"),
        say(lang, "accuracy"),
        say(lang, "validation loss"),
        say(lang, "accuracy"),
    ]
    rows = list(zip(*(run.epochs[key] for key in keys), strict=True))[-10:]
    return aligned([heads, *([f"{value:.4g}" if isfinite(value) else "-" for value in row] for row in rows)]) if rows else []
