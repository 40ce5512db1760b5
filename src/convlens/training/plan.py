"""What is said before the first step: data, network, cost, and what lint finds."""

from collections.abc import Iterator

from convlens.arith.units import grouped, short
from convlens.ir.spec import show_shape
from convlens.lang.messages import marked
from convlens.lang.remark import Remark, remark
from convlens.linting.lint import lint_graph
from convlens.linting.options import Options
from convlens.linting.settings import Settings as LintSettings
from convlens.training.data.parts import Parts
from convlens.training.engine.job import Job
from convlens.training.engine.joining import alone
from convlens.training.models.network import Network

SHOWN = 5
"""The most findings that are said; `convlens lint` says all."""


FEW = 100
"""A training of fewer steps than this learns little, whatever its other settings."""


def plan_of(parts: Parts, network: Network) -> Iterator[Remark]:
    """One remark each for the data and the network, before anything is computed."""
    counts = {"train": len(parts.train), "validation": len(parts.validation), "test": len(parts.test)}
    shown = {name: grouped(count) for name, count in counts.items()}
    yield remark(
        marked("{data}: {train} examples to train on, {validation} to judge by, {test} to test at the end; {classes} classes"),
        data=parts.name, classes=len(parts.classes), **shown,
    )  # fmt: skip
    yield remark(
        marked("{network}: {input} in, {params} parameters, {macs} multiply-accumulates for one example"),
        network=network.name, input=show_shape(network.input), params=grouped(network.params), macs=short(network.macs),
    )  # fmt: skip


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
    settings = LintSettings().given((), (), Options(loss="cross_entropy"), None)
    found = [finding for finding in lint_graph(job.network.graph, settings).findings if finding.severity != "info"]
    for finding in found[:SHOWN]:
        yield remark(marked("{code} {name}: {message}"), code=finding.code, name=finding.name, message=finding.message)
    if len(found) > SHOWN:
        yield remark(marked("and {count} findings more: convlens lint says all"), count=len(found) - SHOWN)
