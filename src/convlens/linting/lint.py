"""The verb ``lint``: what is wrong, with evidence and a fix?"""

from collections.abc import Iterable, Mapping
from typing import Any

from convlens.ir.graph import Graph
from convlens.linting.apply import applied
from convlens.linting.network import Network
from convlens.linting.options import Options
from convlens.linting.report import Report
from convlens.linting.settings import Settings
from convlens.linting.table import codes, every


def lint(
    model: Any, *inputs: Any, settings: Settings = Settings(), select: Iterable[str] = (), ignore: Iterable[str] = (),  # noqa: B008 - immutable
    dims: Mapping[str, int] | None = None, real: bool = False, loss: str = "", object_size: int | None = None,
    batch: int | None = None, device: str = "", max_params: int | None = None, max_macs: int | None = None,
    max_activation_bytes: int | None = None, max_peak_bytes: int | None = None, min_receptive_field: int | None = None,
    **named_inputs: Any,
) -> Report:  # fmt: skip
    """What is wrong with ``model``: every finding of every rule, with evidence and, where there is one, a fix.

    ``model``, ``inputs``, ``named_inputs``, ``dims`` and ``real`` are those of `convlens.summary`. ``select`` and ``ignore``
    name rules by code, name or family letter. ``loss`` to ``device`` say what the network does not say by itself, the
    ``max_...`` and ``min_receptive_field`` are budgets (`convlens.linting.options`). What is given here goes before
    ``settings``, which `convlens.linting.config.read` reads from a project's files.

    Raises `UsageError` where the model cannot be read or a setting names no rule. A network whose shapes break does not
    raise: that is a finding.

    >>> from convlens.ir.text import parse
    >>> net = parse("input x: 1x3x8x8\\nc = conv(x, out=4, kernel=3x3)\\nb = batch_norm(c)\\noutput b")
    >>> [(finding.code, finding.node, finding.severity) for finding in lint(net, select=["S01"]).findings]
    [('S01', 'c', 'warn')]
    """
    from convlens.importers.model import load  # noqa: PLC0415 - rules need no importer

    given = Options(
        loss, object_size, batch, device, max_params, max_macs, max_activation_bytes, max_peak_bytes, min_receptive_field
    )
    stated = {field: value for field, value in given._asdict().items() if value not in ("", None)}
    settings = settings._replace(
        select=tuple(select) or settings.select,
        ignore=(*settings.ignore, *ignore),
        options=settings.options._replace(**stated),
    )
    return lint_graph(load(model, inputs, named_inputs, dims or {}, real), settings)


def lint_graph(graph: Graph, settings: Settings = Settings()) -> Report:  # noqa: B008 - immutable
    """The same of a graph."""
    wanted = (codes(settings.select) if settings.select else codes_of_all()) - codes(settings.ignore)
    net = Network(graph, settings.options)
    findings = [finding for rule in every() if rule.code in wanted for finding in rule().check(net)]
    return Report(net, settings, *applied(findings, settings))


def codes_of_all() -> frozenset[str]:
    """The codes of all rules."""
    return frozenset(rule.code for rule in every())
