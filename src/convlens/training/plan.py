"""What is said before the first step: data, network, cost, and what lint finds."""

from collections.abc import Iterator
from typing import Any

from convlens.arith.units import grouped, short
from convlens.ir.spec import show_shape
from convlens.lang.messages import marked
from convlens.lang.remark import Remark, remark
from convlens.linting.finding import Finding
from convlens.linting.lint import lint_graph
from convlens.linting.options import Options
from convlens.linting.settings import Settings as LintSettings
from convlens.training.data.parts import Parts
from convlens.training.engine.job import Job
from convlens.training.engine.joining import alone
from convlens.training.models.network import Network
from convlens.training.remarks import remarks_record

SHOWN = 5
"""The most findings that are said; `convlens lint` says all."""


FEW = 100
"""A training of fewer steps than this learns little, whatever its other settings."""


def plan_of(parts: Parts, network: Network) -> Iterator[Remark]:
    """One remark each for the data and the network, before anything is computed."""
    shown = {name: grouped(count) for name, count in counts(parts).items()}
    yield remark(
        marked("{data}: {train} examples to train on, {validation} to judge by, {test} to test at the end; {classes} classes"),
        data=parts.name, classes=len(parts.classes), **shown,
    )  # fmt: skip
    yield remark(
        marked("{network}: {input} in, {params} parameters, {macs} multiply-accumulates for one example"),
        network=network.name, input=show_shape(network.input), params=grouped(network.params), macs=short(network.macs),
    )  # fmt: skip


def counts(parts: Parts) -> dict[str, int]:
    """How many examples each part has."""
    return {"train": len(parts.train), "validation": len(parts.validation), "test": len(parts.test)}


def plan_record(job: Job) -> dict[str, Any]:
    """Schema ``convlens/train-plan/1``, in the names of ``convlens/train/1``: data, network, cost, and what lint finds."""
    return {
        "schema": "convlens/train-plan/1", "network": job.network.name, "data": job.parts.name,
        "parts": counts(job.parts), "classes": list(job.parts.classes), "input": list(job.network.input),
        "params": job.network.params, "macs": job.network.macs, "settings": job.settings.to_dict(),
        "measured": {"precision": job.form.precision, "layout": job.form.layout, "batch": job.batch},
        "per_epoch": job.per_epoch, "steps": job.steps, "remarks": remarks_record(job),
        "findings": [finding.to_dict() for finding in _found(job)],
    }  # fmt: skip


def plan(job: Job) -> Iterator[Remark]:
    """The length of the training, then the findings that are more than notes."""
    yield remark(
        marked("{steps} steps of {batch} examples, {per_epoch} an epoch"),
        steps=grouped(job.steps), batch=grouped(job.batch), per_epoch=grouped(job.per_epoch),
    )  # fmt: skip
    if job.steps < FEW:
        yield remark(marked("{steps} steps are few: a smaller --batch or more --epochs learn more"), steps=job.steps)
    if job.world.size > 1:
        yield remark(marked("{count} processes train together; each takes its share of every batch"), count=job.world.size)
    if started := alone():
        yield remark(marked("{count} processes were started, but each trains by itself: torchrun joins them"), count=started)
    yield from _findings(job)


def _findings(job: Job) -> Iterator[Remark]:
    found = _found(job)
    for finding in found[:SHOWN]:
        yield remark(marked("{code} {name}: {message}"), code=finding.code, name=finding.name, message=finding.message)
    if len(found) > SHOWN:
        yield remark(marked("and {count} findings more: convlens lint says all"), count=len(found) - SHOWN)


def _found(job: Job) -> list[Finding]:
    """What is more than a note."""
    settings = LintSettings().given((), (), Options(loss="cross_entropy"), None)
    return [finding for finding in lint_graph(job.network.graph, settings).findings if finding.severity != "info"]
