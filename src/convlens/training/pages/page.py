"""The page of a run, or of several beside one another, as one HTML file."""

from collections.abc import Sequence
from datetime import date
from html import escape
from pathlib import Path
from typing import Any

from convlens.ir.errors import UsageError
from convlens.lang.sentence import Sentence
from convlens.pageparts.assembly import embedded, filled, script, style, web_file, words
from convlens.training.pages.comparison import differing, groups, labels, seed_chart, spread
from convlens.training.pages.curves import run_chart, span_of
from convlens.training.pages.reading import RunReading
from convlens.training.pages.readings import read_run
from convlens.training.pages.record import figures, run_record, settings_record
from convlens.training.pages.summary import calibrated

ROOM = "convlens.training.pages"
SCRIPTS = (
    "head.js",
    "settings.js",
    "confusion.js",
    "mistakes.js",
    "calibration.js",
    "times.js",
    "compare.js",
    "page.js",
)
"""In the order in which they need one another."""

MOST_RUNS = 24
MISTAKES = {1: 24, 4: 12, MOST_RUNS: 6}
"""Up to so many runs on a page: how many mistakes of each are drawn."""


def run_page(folders: Sequence[str | Path], lang: str = "en", made: date | None = None) -> str:
    """The whole page of these runs, both languages inside, ``lang`` shown first; ``made`` is the day, today where it is None.

    Raises `UsageError` where a folder is no run, and for none or too many of them.
    """
    if not 1 <= len(folders) <= MOST_RUNS:
        raise UsageError(Sentence("a page shows 1 to {most} runs, not {count}\n  fix: fewer folders", most=MOST_RUNS,
                                  count=len(folders)))  # fmt: skip
    return page_of([read_run(folder) for folder in folders], lang, made)


def page_of(runs: Sequence[RunReading], lang: str = "en", made: date | None = None) -> str:
    """The same of runs that are read already."""
    parts = {
        "lang": lang,
        "title": escape(runs[0].title or runs[0].name if len(runs) == 1 else f"{runs[0].name} … ({len(runs)})"),
        "style": style(ROOM, ("page.css",), ("base.css", "curves.css")),
        "words": embedded(words(ROOM)),
        "data": embedded(page_record(runs, lang, made)),
        "script": script(ROOM, SCRIPTS, ("base.js", "tables.js", "curves.js")),
    }
    return filled(web_file(ROOM, "page.html"), parts)


def page_record(runs: Sequence[RunReading], lang: str = "en", made: date | None = None) -> dict[str, Any]:
    """Schema ``convlens/training-page/1``: what the page is made of."""
    names = labels(runs)
    mistakes = next(count for most, count in MISTAKES.items() if len(runs) <= most)
    return {
        "schema": "convlens/training-page/1",
        "lang": lang,
        "made": (made or date.today()).isoformat(),
        "settings": settings_record(runs[0].settings),
        "runs": [run_record(run, label, mistakes) for run, label in zip(runs, names, strict=True)],
        "curves": run_chart(runs, names),
        "smoothed": max(map(span_of, runs)),
        "steps": max(len(run.steps["step"]) for run in runs),
        "comparison": comparison_record(runs) if len(runs) > 1 else None,
    }


def comparison_record(runs: Sequence[RunReading]) -> dict[str, Any]:
    """What differs; the groups that differ in their seed alone, with the spread of their final figures; their curves."""
    found = groups(runs)
    final = [figures(run, calibrated(run)) for run in runs]
    rows = []
    for group in found:
        row: dict[str, Any] = {"label": group.label, "runs": list(group.runs)}
        for key in ("accuracy", "loss", "ece", "seconds"):
            values = [final[at][key] for at in group.runs if final[at][key] is not None]
            row[key] = spread(values)
        rows.append(row)
    return {
        "differing": [[name, list(values)] for name, values in differing(runs).items()],
        "groups": rows,
        "curves": seed_chart(runs, found),
    }
