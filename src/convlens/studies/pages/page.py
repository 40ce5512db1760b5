"""The page of a study or of a search, as one HTML file."""

from datetime import date
from html import escape
from math import isfinite
from typing import TYPE_CHECKING, Any

from convlens.lang.messages import said_as
from convlens.lang.sentence import in_language
from convlens.pageparts.assembly import embedded, filled, script, style, web_file, words
from convlens.studies.figures import Measure
from convlens.studies.pages.charts import search_chart, study_chart
from convlens.studies.results import Results
from convlens.studies.vary import said_value
from convlens.training.pages.settings import chosen, shown

if TYPE_CHECKING:
    from convlens.studies.search.found import Search
    from convlens.studies.study import Study

ROOM = "convlens.studies.pages"
LANGUAGES = ("en", "zh")
MOST_TRIALS = 500
"""Lines of the parallel coordinates; of more, the best."""


def study_page(study: "Study", lang: str = "en", made: date | None = None) -> str:
    """The whole page of a study, both languages inside, ``lang`` shown first."""
    results, record = study.results, study.to_dict()
    verdicts = {each: {"summary": [one.text(each) for one in study.verdicts]} for each in LANGUAGES}
    return _page({
        **_about(record, lang, made), "kind": "study", "about": record.get("about"), "verdicts": verdicts,
        "seeds": record["seeds"], "curves": study_chart(results),
        "variants": [{lang: in_language(lang, each.name) for lang in LANGUAGES} for each in results.variants],
        "measures": [_measure(results, measure) for measure in results.measures], "grid": _grid(results),
        "states": [[results.states(each).count(state) for state in ("done", "diverged", "hopeless", "waiting")]
                   for each in results.variants],
    })  # fmt: skip


def search_page(search: "Search", lang: str = "en", made: date | None = None) -> str:
    """The whole page of a search."""
    record = search.to_dict()
    finished = [(trial.number, trial.value) for trial in search.finished]
    best = sorted(search.finished, key=lambda trial: -trial.value)[:MOST_TRIALS]
    return _page({
        **_about(record, lang, made), "kind": "search", "curves": search_chart(finished), "importances": search.importances,
        "axes": [
            _axis(each.name, [trial.user_attrs["values"][each.name] for trial in best], log=bool(getattr(each, "log", False)))
            for each in search.space
        ],
        "trials": [[trial.number, trial.value] for trial in best],
        "best": record["best"] and {name: said_value(value) for name, value in record["best"]["values"].items()},
        "counts": [sum(one["state"] == state for one in record["trials"]) for state in ("complete", "pruned", "fail", "running")],
    })  # fmt: skip


def _page(record: dict[str, Any]) -> str:
    parts = {
        "lang": record["lang"], "title": escape(_title(record)), "words": embedded(words(ROOM)), "data": embedded(record),
        "style": style(ROOM, ("study.css",), ("base.css", "curves.css")),
        "script": script(ROOM, ("pictures.js", "study.js"), ("base.js", "tables.js", "curves.js")),
    }  # fmt: skip
    return filled(web_file(ROOM, "page.html"), parts)


def _title(record: dict[str, Any]) -> str:
    about = record.get("about")
    return str(about["title"][record["lang"]] if about else record["name"])


def _about(record: dict[str, Any], lang: str, made: date | None) -> dict[str, Any]:
    changed = [[one.setting.name, shown(one.value), shown(one.setting.default), _both(one.setting.meaning)]
               for one in chosen(record["settings"]) if one.changed]  # fmt: skip
    return {
        "schema": "convlens/study-page/1", "lang": lang, "made": (made or date.today()).isoformat(),
        "name": said_value(record["name"]),
        "network": said_value(record["network"]), "data": record["data"], "settings": changed, "command": record["command"],
        "machine": record.get("machine", {}), "versions": record.get("versions", {}), "parts": record.get("parts", {}),
    }  # fmt: skip


def _both(text: str) -> dict[str, str]:
    return {lang: said_as(lang, text) for lang in LANGUAGES}


def _measure(results: Results, measure: Measure) -> dict[str, Any]:
    """One measure as a person reads it: figures by variant and seed, differences from the baseline with their intervals."""
    found, times = results.comparison(measure), measure.times
    rows = zip(found.difference, found.low, found.high, found.p, found.pairs, found.better, strict=True)
    against = [
        [*(_plain(value * times) for value in row[:3]), _plain(row[3]), int(row[4]), int(row[5]) * measure.good] for row in rows
    ]
    table = [[_plain(value * times) for value in row] for row in results.table(measure.key)]
    return {"key": measure.key, "name": _both(measure.name), "unit": measure.unit, "digits": measure.digits, "good": measure.good,
            "exact": measure.exact, "values": table, "against": against}  # fmt: skip


def _plain(value: float) -> float | None:
    return float(f"{value:.6g}") if isfinite(value) else None


def _grid(results: Results) -> dict[str, Any] | None:
    """Of a grid: for every pair of values the place of its variant."""
    plan = results.plan
    if not plan.grid:
        return None
    first, second = plan.varied
    cells = []
    for one in first.values:
        row = []
        for other in second.values:
            own = one == plan.own(first.name) and other == plan.own(second.name)
            values = {} if own else {first.name: one, second.name: other}
            row.append(next(at for at, variant in enumerate(results.variants) if variant.values == values))
        cells.append(row)
    return {"rows": [first.name, [said_value(value) for value in first.values]],
            "columns": [second.name, [said_value(value) for value in second.values]], "cells": cells}  # fmt: skip


def _axis(name: str, values: list[Any], *, log: bool) -> dict[str, Any]:
    """One axis of the parallel coordinates: numbers along it, or words in the order of their names."""
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        return {"name": name, "log": log, "words": None, "values": [float(value) for value in values]}
    texts = sorted({said_value(value) for value in values})
    return {"name": name, "log": False, "words": texts, "values": [texts.index(said_value(value)) for value in values]}
