"""One output value of a layer, written out: ``convlens.layer(call, shape).trace(index)``."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, SupportsIndex

from convlens.backends.plan import Key
from convlens.ir.errors import UsageError
from convlens.ir.graph import Graph
from convlens.ir.record import as_json
from convlens.ir.spec import Shape
from convlens.passes.facts import Facts
from convlens.tracing.arrays import values_array, weight_arrays
from convlens.tracing.check import Checked, checked
from convlens.tracing.number import Number
from convlens.tracing.position import inward, outward, read_index
from convlens.tracing.source import Given, Made, Source, Turned, Zero
from convlens.tracing.term import Stage, Traced
from convlens.tracing.walk import Walk, check_traceable, has_batch
from convlens.tracing.weights import Held, weights_held

DIGITS = (0, 10)
"""Made inputs are 0 to 9."""

SMALL = (-2, 5)
"""Made weights are -2 to 2."""


class Trace:
    """One value of the output and all that it is made of. ``str`` is the explanation, `text` in Chinese too.

    ``index`` is in the layout of the call, the batch included. ``values`` and ``weights`` are paths or arrays in that layout
    too; what is not given is made of small whole numbers. With ``flip`` every kernel is turned by 180 degrees. Raises
    `UsageError` for a layer that cannot be traced, a bad index, and numbers that do not fit.
    """

    def __init__(
        self,
        call: str,
        graph: Graph,
        known: Facts,
        index: str | int | Sequence[SupportsIndex],
        *,
        values: Any = None,
        weights: Any = None,
        flip: bool = False,
    ) -> None:
        check_traceable(call, graph)
        self.call: str = call
        self.graph: Graph = graph
        self.facts: Facts = known
        self.flip: bool = flip
        self.index: Shape = read_index(index, self.output, batched=has_batch(graph, known))
        self.given: dict[str, Any] = {"input": values, "weights": weights}
        self.held = weights_held(graph)
        if flip and not any(len(held.shape) > 2 for held in self.held):
            raise UsageError(f"{call} has no kernel that could be turned\n  fix: no flip; it is for convolutions")
        self.no_bias: bool = False
        self._x = self._input(values)
        self._weights = self._sources(weights)
        self.stages: tuple[Stage, ...] = Walk(graph, known, self._x, self._weights).stages(inward(self.index, graph.layout))

    @property
    def input(self) -> Shape:
        """The shape of the input, in the layout of the call."""
        return outward(self.graph.inputs[0].spec.dims, self.graph.layout)

    @property
    def output(self) -> Shape:
        ref = self.graph.outputs[0]
        return outward(self.facts.nodes[ref.node].outputs[ref.port].dims, self.graph.layout)

    @property
    def last(self) -> Traced:
        """The value of the last node: the one that was asked for."""
        return self.stages[-1].values[-1]

    @property
    def value(self) -> Number:
        return self.last.value

    @cached_property
    def checked(self) -> Checked:
        """What PyTorch computes at this index from the same numbers, or why it was not asked."""
        return checked(self.graph, self.facts, self._x, self._weights, self.last)

    @cached_property
    def unturned(self) -> Number:
        """The value with every kernel as it is: what a framework computes."""
        weights = {key: source.source if isinstance(source, Turned) else source for key, source in self._weights.items()}
        stages = Walk(self.graph, self.facts, self._x, weights).stages(inward(self.index, self.graph.layout))
        return stages[-1].values[-1].value

    def walk(self) -> Walk:
        """A way to every value of every node, from the same numbers."""
        return Walk(self.graph, self.facts, self._x, self._weights)

    def weight(self, key: Key) -> Source:
        """The numbers of one weight, in the order of axes that convlens uses inside."""
        return self._weights[key]

    def look(self, index: Shape) -> Number:
        """An input value (N, C, space) for a drawing, which may also be no number."""
        return self._x.look(index) if isinstance(self._x, Given) else self._x.read(index)

    def own(self, index: Shape) -> Shape:
        """An index of any tensor on the way in the layout of the call."""
        return outward(index, self.graph.layout)

    def text(self, lang: str = "en") -> str:
        """The explanation, in "en" or "zh"."""
        from convlens.tracing.text import trace_text  # noqa: PLC0415 - each form loads its own writer

        return trace_text(self, lang)

    def to_dict(self) -> dict[str, Any]:
        """The record of ``layer --trace --json``, schema ``convlens/trace/1``."""
        from convlens.tracing.record import trace_record  # noqa: PLC0415 - each form loads its own writer

        return trace_record(self)

    def to_json(self) -> str:
        """`to_dict` as JSON text."""
        return as_json(self.to_dict())

    def to_markdown(self, lang: str = "en") -> str:
        """The explanation as Markdown."""
        return f"```\n{self.text(lang).rstrip()}\n```\n"

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"<Trace of {self.call!r} at {list(self.index)}: {self.value}>"

    def _input(self, values: Any) -> Source:
        if values is None:
            return Made("input", *DIGITS)
        what = f"--values {values}" if isinstance(values, str | Path) else "values"
        return Given(what, values_array(values, self.input), self.own)

    def _sources(self, weights: Any) -> Mapping[Key, Source]:
        arrays = weight_arrays(weights, self.held) if weights is not None else None
        return {held.key: self._source(held, arrays) for held in self.held}

    def _source(self, held: Held, arrays: Mapping[Key, Any] | None) -> Source:
        if arrays is None:
            source: Source = Made(held.key[1], *SMALL)
        elif held.key in arrays:
            source = Given(held.names[0], arrays[held.key], held.place)
        else:
            self.no_bias = True
            source = Zero()
        return Turned(source, held.shape[2:]) if self.flip and len(held.shape) > 2 else source
