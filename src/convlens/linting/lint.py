"""The verb ``lint``: what is wrong, with evidence and a fix?"""

from collections.abc import Iterable, Mapping
from inspect import signature
from typing import Any

from convlens.ir.errors import ConvlensError, UsageError, nearest, quoted
from convlens.ir.graph import Graph
from convlens.linting.apply import applied
from convlens.linting.config_keys import BUDGETS, Budget, budget
from convlens.linting.devices import device_named
from convlens.linting.finding import SEVERITIES, Finding, Severity
from convlens.linting.network import Network
from convlens.linting.options import LOSSES, Options
from convlens.linting.place import origin_of, relative
from convlens.linting.report import Report
from convlens.linting.rule import Rule
from convlens.linting.settings import Settings
from convlens.linting.table import codes, every
from convlens.passes.facts import Facts

BROKEN = "X01"
"""The rule that a network cannot run."""


def lint(
    model: Any, *inputs: Any, settings: Settings = Settings(), select: Iterable[str] = (), ignore: Iterable[str] = (),  # noqa: B008 - immutable
    dims: Mapping[str, int] | None = None, real: bool = False, loss: str = "", object_size: int | None = None,
    batch: int | None = None, device: str = "", max_params: Budget = None, max_macs: Budget = None,
    max_activation_bytes: Budget = None, max_peak_bytes: Budget = None, min_receptive_field: Budget = None,
    fail_on: Severity | None = None, **named_inputs: Any,
) -> Report:  # fmt: skip
    """What is wrong with ``model``: every finding of every rule, with evidence and, where there is one, a fix.

    ``model``, ``inputs``, ``named_inputs``, ``dims`` and ``real`` are those of `convlens.summary`. ``select`` and ``ignore``
    name rules by code, name or family letter; a budget that is given is checked, and a network that cannot run is an error,
    whatever is selected. ``loss`` to ``device`` say what the network does not say by itself, the
    ``max_...`` and ``min_receptive_field`` are budgets (`convlens.linting.options`), numbers or texts such as "5M";
    ``report.failed`` says whether a finding is at least as bad as ``fail_on`` ("warn"). What is given here goes before
    ``settings``, which `convlens.linting.config.read` reads from a project's files.

    Raises `UsageError` where the model cannot be read or a setting names no rule. A network whose shapes break does not
    raise: that is a finding.

    >>> from convlens.ir.text import parse
    >>> net = parse("input x: 1x3x8x8\\nc = conv(x, out=4, kernel=3x3)\\nb = batch_norm(c)\\noutput b")
    >>> [(finding.code, finding.node, finding.severity) for finding in lint(net, select=["S01"]).findings]
    [('S01', 'c', 'warn')]
    """
    from convlens.importers.lines import with_lines  # noqa: PLC0415 - rules need no importer
    from convlens.importers.model import load  # noqa: PLC0415 - rules need no importer

    budgets = (max_params, max_macs, max_activation_bytes, max_peak_bytes, min_receptive_field)
    given = Options(loss, object_size, batch, device, *map(budget, BUDGETS, budgets))
    chosen = checked(settings.given(select, ignore, given, fail_on))
    try:
        with with_lines():
            graph = load(model, inputs, named_inputs, dims or {}, real)
    except ConvlensError as error:
        raise _misspelt(named_inputs) or error from None
    return lint_graph(graph, chosen, origin=origin_of(model))


def _misspelt(names: Iterable[str]) -> UsageError | None:
    """Is an input that the model does not take nearly the name of an option?"""
    known = [name for name in signature(lint).parameters if name not in ("model", "inputs", "named_inputs")]
    found = ((name, nearest(name, known)) for name in names)
    return next((UsageError(f"there is no option {quoted(name)}{hint}") for name, hint in found if hint), None)


def lint_graph(
    graph: Graph, settings: Settings = Settings(), *, known: Facts | None = None, origin: str = "",  # noqa: B008 - immutable
) -> Report:  # fmt: skip
    """The same of a graph, whose facts may be ``known``, and which was read from the file ``origin``."""
    run = wanted(settings)
    net, rules = Network(graph, settings.options, known), [rule for rule in every() if rule.code in run]
    findings = [finding for rule in rules for finding in rule().check(net)]
    for rule in _of_the_end(net, settings, run):
        more = [finding for finding in rule().check(net) if _ends(net, finding)]
        findings, rules = findings + more, rules + [rule] * bool(more)
    file = relative(origin) if origin else ""
    concerned = tuple(each for each in settings.exemptions if each.concerns(graph.name, file))
    kept, passed = applied(findings, settings._replace(exemptions=concerned), run)
    return Report(net, settings, kept, passed, tuple((rule.code, rule.name) for rule in rules), origin)


def _of_the_end(net: Network, settings: Settings, run: frozenset[str]) -> list[type[Rule]]:
    """The rules that say why a network cannot run: they speak whatever is selected, unless they are ignored, or X01 is."""
    ignored = codes(settings.ignore)
    if net.facts.broken is None or BROKEN in run | ignored:
        return []
    told = (rule for rule in every() if rule.code == BROKEN or BROKEN in rule.instead_of)
    return [rule for rule in told if rule.code not in run | ignored]


def _ends(net: Network, finding: Finding) -> bool:
    return net.facts.broken is not None and net.facts.broken.name in finding.nodes


def checked(settings: Settings) -> Settings:
    """The settings themselves. Raises `UsageError` where they name what there is not: a rule, a loss, a severity, a device."""
    wanted(settings)
    if settings.options.device:
        device_named(settings.options.device)
    for what, word, known in (("loss", settings.options.loss, LOSSES), ("severity", settings.fail_on, SEVERITIES)):
        if word and word not in known:
            raise UsageError(f"there is no {what} {quoted(word)}{nearest(word, [*known])}\n  fix: one of {', '.join(known)}")
    return settings


def wanted(settings: Settings) -> frozenset[str]:
    """The codes of the rules that run. Raises `UsageError` where a setting names no rule.

    A budget that is given is checked whatever is selected: only to ignore its rule turns it off.

    >>> from convlens.linting.options import Options
    >>> sorted(wanted(Settings(select=("S01",), options=Options(max_params=1000))))
    ['B01', 'S01']
    """
    selected = codes(settings.select) if settings.select else frozenset(rule.code for rule in every())
    given = tuple(name for name in BUDGETS if getattr(settings.options, name.replace("-", "_")) is not None)
    return (selected | codes(given)) - codes(settings.ignore)
