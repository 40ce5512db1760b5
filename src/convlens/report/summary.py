"""The verb ``summary``: what is in a network, what comes out, what does each layer cost and see?"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from convlens.ir.graph import Graph
from convlens.ir.record import as_json
from convlens.lang.printable import printable
from convlens.linting.finding import Finding
from convlens.passes.facts import Facts, facts
from convlens.passes.liveness import Activations, activations
from convlens.passes.receptive_field import ReceptiveField, lost_at, receptive_fields
from convlens.passes.storage import Memory, storages
from convlens.passes.training import Training, training
from convlens.report.collector import paused
from convlens.report.totals import Totals, totals
from convlens.report.words import plural


class Summary:
    """All facts of one network. ``str`` is the table for a terminal, `to_dict` the record for machines.

    ``facts.broken`` is the node whose shapes do not fit, if there is one; everything before it is reported.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph: Graph = graph
        self.facts: Facts = facts(graph)

    @cached_property
    @paused()
    def receptive_fields(self) -> Mapping[str, ReceptiveField | None]:
        return receptive_fields(self.graph, self.facts)

    @cached_property
    def lost_fields(self) -> Mapping[str, str]:
        """The layers whose receptive field cannot be told, and the layer at which it was lost."""
        return lost_at(self.graph, self.facts) if None in self.receptive_fields.values() else {}

    @cached_property
    def _memory(self) -> Memory:
        return storages(self.graph, self.facts)

    @cached_property
    def activations(self) -> Activations:
        return activations(self.graph, self.facts, self._memory)

    @cached_property
    def training(self) -> Mapping[str, Training]:
        return training(self.graph, self.facts, self._memory)

    @cached_property
    @paused()
    def totals(self) -> Totals:
        return totals(self.graph, self.facts, self.activations, self.training)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong with it, the worst first: those of `convlens.lint` with every rule and no settings."""
        from convlens.linting.lint import lint_graph  # noqa: PLC0415 - costs alone need no rule

        return lint_graph(self.graph, known=self.facts).findings

    @property
    def unknown(self) -> list[str]:
        """The layers whose cost cannot be told, and an unknown call behind which nothing can."""
        found = [name for name, f in self.facts.nodes.items() if f.macs is None or f.elementwise is None]
        broken = self.facts.broken
        return [*found, broken.name] if broken is not None and broken.op.name == "opaque" else found

    @paused()
    def to_dict(self) -> dict[str, Any]:
        """The record of ``summary --json``, schema ``convlens/summary/1``."""
        from convlens.report.record import summary_record  # noqa: PLC0415 - each form loads its own writer

        return summary_record(self)

    def to_json(self) -> str:
        """`to_dict` as JSON text."""
        return as_json(self.to_dict())

    def to_markdown(self, *, depth: int | None = None, fold: bool = False, lang: str = "en") -> str:
        """A table and a list, for a page or a pull request; the options are those of `to_text`."""
        from convlens.report.markdown import summary_markdown  # noqa: PLC0415 - each form loads its own writer

        return summary_markdown(self, depth, fold, lang)

    def to_html(self, *, depth: int | None = None, fold: bool = False, lang: str = "en") -> str:
        """A whole page of plain HTML; the options are those of `to_text`."""
        from convlens.report.html import page, summary_html  # noqa: PLC0415 - each form loads its own writer

        return page(self.graph.name, summary_html(self, depth, fold, lang), lang)

    @paused()
    def to_text(self, screen: Any = None, *, depth: int | None = None, fold: bool = False, lang: str = "en") -> str:
        """The table for a terminal; ``depth`` folds deeper modules into one row each, ``fold`` repeated blocks into one.

        ``screen`` is a `convlens.report.terminal.Screen`; without it, that of the standard output, without colour.
        ``lang`` is "en" or "zh".
        """
        from convlens.report.table import summary_text  # noqa: PLC0415 - Rich is loaded only to print for a person

        return summary_text(self, screen, depth, fold, lang)

    def __str__(self) -> str:
        error = self.facts.error
        return self.to_text() + (printable(f"\nerror: {error}\n", "\n") if error is not None else "")

    def __repr__(self) -> str:
        layers, params = plural(len(self.graph.nodes), "layer"), plural(self.totals.params, "parameter")
        return f"<Summary of {self.graph.name!r}: {layers}, {params}>"

    def _repr_html_(self) -> str:
        from convlens.report.html import LONG, summary_html  # noqa: PLC0415 - each form loads its own writer
        from convlens.report.strip.notebook import strip_html  # noqa: PLC0415 - nor is anything drawn for a terminal

        return strip_html(self) + summary_html(self, closed_beyond=LONG)


@paused()
def summary(model: Any, *inputs: Any, dims: Mapping[str, int] | None = None, real: bool = False, **named_inputs: Any) -> Summary:
    """What is in ``model``, what comes out, what does each layer cost and see?

    ``model`` is what `convlens.importers.model.load` takes: a network's name, a file, ``package.module:factory``, a live
    ``torch.nn.Module`` or a `Graph`. ``inputs`` and ``named_inputs`` are what the model's own forward takes, a tuple of
    whole numbers standing for a tensor of that shape, a text such as ``2x7:int64`` for one of that dtype too; ``dims`` binds
    named sizes of an ONNX file; ``real`` runs a torch module on real zeros, for code that looks at values.

    A network whose shapes break is reported up to the break; only a model that cannot be read raises, a `ConvlensError`.

    >>> from convlens.ir.text import parse
    >>> stem = parse("input x: 1x3x224x224\\nc = conv(x, out=64, kernel=7x7, stride=2, padding=3, bias=false)\\noutput c")
    >>> summary(stem).totals.macs
    118013952
    """
    from convlens.importers.model import load  # noqa: PLC0415 - `import convlens` stays light

    return Summary(load(model, inputs, named_inputs, dims or {}, real))
