"""The verb ``layer``: what does this one layer do, with the formulas filled in?"""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, SupportsIndex

from convlens.ir.errors import UsageError, quoted
from convlens.ir.graph import Graph, Node
from convlens.ir.label import label
from convlens.ir.record import as_json
from convlens.ir.spec import Shape, TensorSpec, check_sizes, parse_spec, show_shape
from convlens.passes.facts import Facts, NodeFacts, facts
from convlens.passes.receptive_field import ReceptiveField, receptive_fields
from convlens.report.layout import own
from convlens.report.window import AxisWindow, axis_windows
from convlens.report.words import plural

if TYPE_CHECKING:
    from convlens.tracing.trace import Trace


class LayerReport:
    """All facts of one call. ``str`` is the explanation in English, ``text("zh")`` in Chinese, `to_dict` the record.

    A call may be several nodes (a separable convolution). Raises `ShapeError` where the layer cannot take its input.
    """

    def __init__(self, call: str, graph: Graph) -> None:
        self.call: str = call
        self.graph: Graph = graph
        self.facts: Facts = facts(graph)
        if self.facts.error is not None:
            raise self.facts.error

    @property
    def nodes(self) -> list[tuple[Node, NodeFacts]]:
        return [(node, self.facts.nodes[node.name]) for node in self.graph]

    @property
    def windows(self) -> list[AxisWindow]:
        """The spatial axes of the first node that has windows."""
        return next((w for w in (axis_windows(node.op, known.inputs) for node, known in self.nodes) if w), [])

    def shapes(self) -> tuple[list[Shape], list[Shape]]:
        """Inputs and outputs, in the layout of the call."""
        given = [own(item.spec.dims, self.graph.layout) for item in self.graph.inputs]
        made = [self.facts.nodes[ref.node].outputs[ref.port].dims for ref in self.graph.outputs]
        return given, [own(dims, self.graph.layout) for dims in made]

    def to_dict(self) -> dict[str, Any]:
        """The record of ``layer --json``, schema ``convlens/layer/1``."""
        from convlens.report.layer_text import formula  # noqa: PLC0415 - loaded with the first form that is asked for
        from convlens.report.record import field_record  # noqa: PLC0415 - each form loads its own writer

        given, made = self.shapes()
        return {
            "schema": "convlens/layer/1",
            "call": self.call,
            "inputs": [list(dims) for dims in given],
            "outputs": [list(dims) for dims in made],
            **_costs([known for _, known in self.nodes]),
            **_border(self.windows),
            "receptive_field": field_record(self.field),
            "formula": {lang: formula(self, lang) for lang in ("en", "zh")},
            "layers": [self._part(node, known) for node, known in self.nodes],
        }

    @cached_property
    def field(self) -> ReceptiveField | None:
        """What one output sees of the input; None where it sees no image, or it cannot be told."""
        return receptive_fields(self.graph, self.facts).get(self.graph.outputs[0].node)

    def _part(self, node: Node, known: NodeFacts) -> dict[str, Any]:
        return {
            "name": node.name,
            "op": node.op.name,
            "label": label(node.op, known.inputs, self.graph.dialect),
            "outputs": [list(own(spec.dims, self.graph.layout)) for spec in known.outputs],
            **_costs([known]),
            **_border(axis_windows(node.op, known.inputs)),
        }

    def trace(
        self,
        index: "str | int | Sequence[SupportsIndex]",
        *,
        values: Any = None,
        weights: Any = None,
        flip: bool = False,
    ) -> "Trace":
        """One value of the output, written out as the sum that it is: see `convlens.tracing.trace.Trace`.

        >>> layer("Conv2d(1, 1, 3, padding=1)", (1, 1, 5, 5)).trace((0, 2, 2), values=None).checked.agrees in (True, None)
        True
        """
        from convlens.tracing.trace import Trace  # noqa: PLC0415 - only a trace needs it

        return Trace(self.call, self.graph, self.facts, index, values=values, weights=weights, flip=flip)

    def to_json(self) -> str:
        """`to_dict` as JSON text."""
        return as_json(self.to_dict())

    def text(self, lang: str = "en") -> str:
        """The explanation, in "en" or "zh"."""
        from convlens.report.layer_text import layer_text  # noqa: PLC0415 - loaded with the first form that is asked for

        return layer_text(self, lang)

    def to_markdown(self, lang: str = "en") -> str:
        """The explanation as Markdown."""
        return f"```\n{self.text(lang).rstrip()}\n```\n"

    def to_html(self, lang: str = "en") -> str:
        """A whole page of plain HTML."""
        from convlens.report.html import page  # noqa: PLC0415 - each form loads its own writer
        from convlens.report.layer_html import layer_html  # noqa: PLC0415 - each form loads its own writer

        return page(self.call, layer_html(self, lang), lang)

    def _repr_html_(self) -> str:
        from convlens.report.layer_html import layer_html  # noqa: PLC0415 - each form loads its own writer

        return layer_html(self, "en")

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        _, made = self.shapes()
        params = plural(sum(known.params for _, known in self.nodes), "parameter")
        return f"<LayerReport of {self.call!r}: {', '.join(map(show_shape, made))}, {params}>"


def layer(call: str, *shapes: Shape | TensorSpec | str) -> LayerReport:
    """What does this one layer do to inputs of these shapes?

    ``call`` is the layer as its framework writes it; it is parsed, never evaluated. A shape is a tuple of whole numbers or
    a text such as ``1x3x224x224`` or, with a dtype, ``2x7:int64``, in the layout of the call: channels last for Keras and
    tf.nn. Raises `UsageError` for what is not a call, `ShapeError` where the layer cannot take the input.

    >>> layer("Conv2d(3, 192, 3, bias=False)", (1, 3, 32, 32)).to_dict()["params"]
    5184
    """
    from convlens.importers.calls import read  # noqa: PLC0415 - `import convlens` stays light

    if not isinstance(call, str):
        raise UsageError(
            f"a call is text such as 'Conv2d(3, 64, 7)', not a {type(call).__name__}\n  fix: convlens.summary for a live module"
        )
    specs = [_spec(shape) for shape in shapes]
    return LayerReport(call, read(call, [spec.dims for spec in specs], dtypes=[spec.dtype for spec in specs]))


def _spec(given: Shape | TensorSpec | str) -> TensorSpec:
    """The dtype is float32 unless it is said."""
    read = parse_spec(given) if isinstance(given, str) else given
    return read if isinstance(read, TensorSpec) else TensorSpec(_sizes(read))


def _sizes(given: Shape) -> Shape:
    sizes = tuple(given)
    if not all(hasattr(size, "__index__") and not isinstance(size, bool) for size in sizes):
        raise UsageError(f"{quoted(given)} is not a shape: a tuple of whole numbers, or a text such as '1x3x224x224'")
    check_sizes(sizes)
    return sizes


def _costs(found: Sequence[NodeFacts]) -> dict[str, int | None]:
    macs, elementwise = [f.macs for f in found], [f.elementwise for f in found]
    return {
        "params": sum(f.params for f in found),
        "buffers": sum(f.buffers for f in found),
        "macs": None if None in macs else sum(m or 0 for m in macs),
        "elementwise": None if None in elementwise else sum(e or 0 for e in elementwise),
    }


def _border(windows: list[AxisWindow]) -> dict[str, Any]:
    return {"padding": [list(w.padding) for w in windows], "dropped": [w.dropped for w in windows]}
