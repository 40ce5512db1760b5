"""What stands below the tables of a sweep: what moved along, what could not be, and how it was measured."""

import re
from typing import TYPE_CHECKING

from convlens.lang.messages import say
from convlens.sweeps.departures import FACTOR, sentences, shown
from convlens.sweeps.points import Point
from convlens.sweeps.series import Series
from convlens.sweeps.timing import LEAST_SAMPLES, TURNS
from convlens.sweeps.variation import moved_along

if TYPE_CHECKING:
    from convlens.sweeps.sweep import Sweep


def below(sweep: "Sweep", one: Series, lang: str) -> list[str]:
    """Sentences about one series."""
    moved = moved_along(sweep.signature, one.setting, lang)
    found = [text for each in sweep.departures(one) for text in sentences(each, one.setting.name, lang)]
    return [text for text in (moved, *_untimed(one, lang), *found) if text]


def _untimed(one: Series, lang: str) -> list[str]:
    return [
        say(lang, "{name}={value}: not measured, {reason}", name=one.setting.name, value=shown(point.value), reason=_flat(reason))
        for point in one.points
        for _, reason in point.untimed
    ]


def signs(sweep: "Sweep", lang: str) -> list[str]:
    """What the words and signs of a table mean."""
    own = [say(lang, "*: the call itself.")] if has_own(sweep) else []
    return [*own, say(lang, "kept: stays in memory until backward.")]


def has_own(sweep: "Sweep") -> bool:
    """Is the call itself one of the points?"""
    return any(is_own(point, one) for one in sweep.series for point in one.points)


def about(sweep: "Sweep", lang: str) -> list[str]:
    """With which backend, how and on which machine it was measured, or why not."""
    if sweep.machine is None:
        return [say(lang, "Time was not measured: {reason}", reason=sweep.not_timed)] if sweep.not_timed else []
    return [*_backend(sweep, lang), *method(sweep, lang), *_noise(sweep, lang)]


def _noise(sweep: "Sweep", lang: str) -> list[str]:
    """A warning where more processes wanted a processor than there are, or the quartiles of most calls are far apart."""
    if sweep.machine is not None and sweep.machine.load is not None and max(sweep.machine.load) > sweep.machine.cores:
        return [
            say(
                lang,
                "The machine was busy: up to {load} processes wanted its {cores} processors. Measure again when it is quiet.",
                load=max(sweep.machine.load), cores=sweep.machine.cores,
            )
        ]  # fmt: skip
    times = [time for one in sweep.series for point in one.points for _, time in point.times]
    wide = sum(time.high > FACTOR * time.low for time in times)
    if 2 * wide <= len(times):
        return []
    return [
        say(
            lang,
            "The machine was busy: the quartiles of {wide} of {count} times are more than {factor}x apart. "
            "One thread (--threads 1) suffers less, and a larger --budget helps.",
            wide=wide, count=len(times), factor=FACTOR,
        )
    ]  # fmt: skip


def method(sweep: "Sweep", lang: str) -> list[str]:
    """How and where it was measured."""
    where = sweep.machine
    if where is None:
        return []
    load = "" if where.load is None else say(lang, ", load {before} to {after}", before=where.load[0], after=where.load[1])
    return [
        say(
            lang,
            "Time: median (lower to upper quartile) of {least} to {most} samples, about {budget} s for each call, "
            "after two runs to warm up; the calls take turns, so that noise slows all alike.",
            least=LEAST_SAMPLES, most=TURNS, budget=f"{sweep.budget:g}",
        ),
        say(
            lang,
            "Machine: {processor}, {threads} of {cores} cores used{load}; PyTorch {torch}, Python {python}, {system}, {date}.",
            processor=where.processor, threads=where.threads, cores=where.cores, load=load,
            torch=where.torch, python=where.python, system=where.system, date=where.date,
        ),
    ]  # fmt: skip


def _backend(sweep: "Sweep", lang: str) -> list[str]:
    if sweep.signature.spelling.framework in ("torch.nn", "torch"):
        return []
    return [say(lang, "Measured with PyTorch's kernels, channels first, not with the call's own framework.")]


def is_own(point: Point, one: Series) -> bool:
    """Is it the call itself?"""
    return point.value == one.own and type(point.value) is type(one.own)


def _flat(text: str) -> str:
    return " ".join(text.split())


def reason(point: Point) -> str:
    """Why a call is illegal, in one line: its message without where it was written, which the row says."""
    lines = [re.sub(r"^\w+ '[^']*': ", "", line.strip()) for line in point.error.splitlines()]
    return "; ".join(line for line in lines if line and not line.startswith(("input:", "written at:")))
