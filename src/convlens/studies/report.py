"""The result of a study for terminals, for machines, and as rows."""

import csv
import io
from math import isfinite
from typing import Any

import numpy as np

from convlens.lang.layout import aligned
from convlens.lang.messages import counted, said, say
from convlens.lang.remark import Remark
from convlens.lang.sentence import in_language
from convlens.studies.claims import Ready
from convlens.studies.figures import BY_KEY, Measure
from convlens.studies.results import Results
from convlens.studies.verdicts import name_of, spread_text

SCHEMA = "convlens/study/1"
SHOWN = ("accuracy", "loss", "test_accuracy", "seconds", "memory")
"""Columns of the table on a terminal."""


def text_of(results: Results, ready: Ready | None, judged: list[Remark], told: list[Remark], lang: str) -> str:
    """Claim and verdict of a ready study, the table, what was found."""
    lines = []
    if ready is not None:
        lines += [
            ready.title[lang],
            said(lang, say(lang, "claim"), ready.claim[lang]),
            said(lang, say(lang, "source"), ready.source),
        ]
        lines += [said(lang, say(lang, "verdict"), judged[0].text(lang)), *(f"  {each.text(lang)}" for each in judged[1:]), ""]
    lines += [*aligned(table_of(results, lang)), ""]
    lines += [each.text(lang) for each in told]
    seeds = counted(lang, "{count} seed", "{count} seeds", len(results.plan.seeds))
    lines.append(
        say(lang, "mean ± deviation of a sample over {seeds}; study: {path}", seeds=seeds, path=str(results.folder.path))
    )
    return "\n".join(lines) + "\n"


def table_of(results: Results, lang: str) -> list[list[str]]:
    """Heads, then a row for each variant."""
    measures = [measure for measure in results.measures if measure.key in SHOWN]
    heads = [say(lang, "variant"), *(name_of(measure, lang) for measure in measures)]
    rows = [
        [in_language(lang, variant.name), *(spread_text(results, measure, row) for measure in measures)]
        for row, variant in enumerate(results.variants)
    ]
    return [heads, *rows]


def record_of(results: Results, ready: Ready | None, judged: list[Remark], told: list[Remark], command: str) -> dict[str, Any]:
    """Schema ``convlens/study/1``."""
    plan = results.plan
    about = {} if ready is None else {"about": _about(ready, judged)}
    return {
        "schema": SCHEMA, "name": plan.baseline.name, "network": plan.baseline.network, "data": plan.baseline.data,
        "folder": str(results.folder.path), "command": command, **about,
        "settings": plan.baseline.settings.to_dict(), "vary": {each.name: list(each.values) for each in plan.varied},
        "grid": plan.grid, "seeds": list(plan.seeds), "waiting": results.waiting,
        "machine": results.record.get("machine", {}), "versions": results.record.get("versions", {}),
        "parts": results.record.get("parts", {}), "fingerprint": results.record.get("fingerprint", ""),
        "variants": [_variant(results, row) for row in range(len(results.variants))],
        "trainings": [
            {"variant": outcome.trial.variant.label, "seed": outcome.trial.seed, "run": f"runs/{outcome.trial.name}",
             "state": outcome.state, "figures": _finite(outcome.figures)}
            for outcome in results.outcomes
        ],
        "verdicts": {lang: [each.text(lang) for each in told] for lang in ("en", "zh")},
    }  # fmt: skip


def _about(ready: Ready, judged: list[Remark]) -> dict[str, Any]:
    return {
        "name": ready.name, "title": dict(ready.title), "claim": dict(ready.claim), "source": ready.source,
        "verdict": {lang: judged[0].text(lang) for lang in ("en", "zh")},
        "measured": {lang: [each.text(lang) for each in judged[1:]] for lang in ("en", "zh")},
    }  # fmt: skip


def _variant(results: Results, row: int) -> dict[str, Any]:
    variant = results.variants[row]
    figures = {measure.key: _spread(results, measure, row) for measure in results.measures}
    against = {} if row == 0 else {measure.key: _against(results, measure, row - 1) for measure in results.measures}
    return {"label": variant.label, "values": dict(variant.values), "figures": figures, "against_baseline": against}


def _spread(results: Results, measure: Measure, row: int) -> dict[str, Any]:
    values = results.table(measure.key)[row]
    known = values[np.isfinite(values)]
    if not len(known):
        return {"count": 0}
    deviation = float(known.std(ddof=1)) if len(known) > 1 else None
    return {"count": len(known), "mean": float(known.mean()), "deviation": deviation, "least": float(known.min()),
            "most": float(known.max())}  # fmt: skip


def _against(results: Results, measure: Measure, at: int) -> dict[str, Any]:
    found = results.comparison(measure)
    numbers = {"difference": found.difference, "low": found.low, "high": found.high, "p": found.p}
    plain = _finite({name: float(values[at]) for name, values in numbers.items()})
    return {**plain, "pairs": int(found.pairs[at]), "better": int(found.better[at]) * measure.good}


def _finite(figures: dict[str, float]) -> dict[str, float | None]:
    return {name: value if isfinite(value) else None for name, value in figures.items()}


def csv_of(results: Results) -> str:
    """A row for each training: its variant, seed, state, and every figure."""
    names = [each.name for each in results.plan.varied]
    names += [name for variant in results.plan.extra for name in variant.values if name not in names]
    names = list(dict.fromkeys(names))
    keys = [key for key in BY_KEY if any(measure.key == key for measure in results.measures)]
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["variant", *names, "seed", "state", *keys])
    for outcome in results.outcomes:
        variant = outcome.trial.variant
        own = [variant.values.get(name, results.plan.own(name)) for name in names]
        figures = [f"{value:.10g}" if isfinite(value := outcome.figures[key]) else "" for key in keys]
        writer.writerow([variant.label, *own, outcome.trial.seed, outcome.state, *figures])
    return file.getvalue()
