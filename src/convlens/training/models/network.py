"""A network made ready for training: from a name, a text form or the user's own code to a module."""

import contextlib
import sys
from dataclasses import dataclass

from torch import nn

from convlens.backends.torch.module import as_module
from convlens.importers.model import load, runs_user_code
from convlens.importers.torch.opaque import DataDependentError
from convlens.ir.errors import UsageError, quoted
from convlens.ir.graph import Graph
from convlens.ir.spec import Shape, TensorSpec, parse_spec
from convlens.lang.messages import marked
from convlens.lang.remark import Remark, remark
from convlens.lang.sentence import Sentence
from convlens.passes.facts import facts
from convlens.training.models.called import evaluating
from convlens.training.models.dropout import with_dropout
from convlens.training.models.fields import Fields, open_channels
from convlens.training.models.head import clipped, with_head
from convlens.training.models.initial import start_by
from convlens.training.models.length import takes_lengths
from convlens.training.models.norms import with_norm
from convlens.training.models.own import own_module
from convlens.training.models.stem import with_stem
from convlens.training.models.tables import with_small_tables
from convlens.training.preparation.text import MARGIN
from convlens.training.settings.settings import Settings


@dataclass(frozen=True)
class Network:
    """``module`` takes (N, *input) and gives logits (N, classes). ``graph`` is what it is, for costs and lint.

    ``text`` is true where the graph itself is trained, so that its text form says all of the network. ``any_length`` is false
    where it takes texts of the length of ``input`` alone. ``remarks`` say what was changed to fit the data.
    """

    name: str
    module: nn.Module
    graph: Graph
    input: Shape
    dtype: str
    text: bool
    any_length: bool = True
    remarks: tuple[Remark, ...] = ()

    @property
    def params(self) -> int:
        """Values of the module, trained or frozen."""
        return sum(weight.numel() for weight in self.module.parameters())

    @property
    def macs(self) -> int:
        """Multiply-accumulates for one example, as far as they are known."""
        return sum(each.macs for each in facts(self.graph).nodes.values() if each.macs is not None)


def wanted_shape(model: str) -> Shape | None:
    """The input (without the batch) that a network states itself; None for the user's own code, which states none.

    Its channels are 0, which leaves them to the data: the first layer is fitted to them.

    >>> wanted_shape("lenet5"), wanted_shape("mine.py:net")
    ((0, 32, 32), None)
    """
    if runs_user_code(model):
        return None
    return open_channels(_one_input(_loaded(model)).dims[1:])


def network_of(model: str, fields: Fields, settings: Settings) -> Network:
    """The network for this input and these classes, with weights drawn from the seed.

    Raises `UsageError` where the model cannot be trained on them, `ShapeError` where its layers do not fit the input.
    """
    if runs_user_code(model):
        return _own(model, fields, settings)
    graph = _loaded(model)
    before = _one_input(graph)
    fitted = with_stem(graph, fields)
    headed, width = with_head(fitted, fields.classes)
    changed = with_dropout(headed, settings.dropout) if settings.dropout is not None else headed
    if settings.norm not in (None, "batch"):
        changed = with_norm(changed, str(settings.norm))
    remarks = [*_stem_remarks(before.dims[1:], fields), *_head_remarks(width, fields.classes), *_clipped_remarks(changed)]
    module = with_small_tables(as_module(changed, seed=settings.seed))
    if settings.initialization is not None:
        start_by(module, settings.initialization, settings.seed)
    lengths = _any_length(module, changed, fields)
    return Network(
        _title(model), module, changed, fields.shape, fields.dtype, text=True, any_length=lengths, remarks=tuple(remarks)
    )


def _loaded(model: str) -> Graph:
    if model.endswith(".onnx"):
        raise UsageError(
            Sentence(
                "{network}: an ONNX file holds a finished network, which is not trained here\n"
                "  fix: its text form, a network's name, or file.py:factory",
                network=quoted(model),
            )
        )
    if model == "-":
        raise UsageError(
            Sentence(
                "the standard input can be read once, but a training that goes on reads its network again\n  fix: a file.txt"
            )
        )
    return load(model)


def _one_input(graph: Graph) -> TensorSpec:
    if len(graph.inputs) != 1 or len(graph.outputs) != 1:
        raise UsageError(
            Sentence(
                "network {network} has {inputs} inputs and {outputs} outputs; "
                "training takes networks with one input and one output",
                network=repr(graph.name), inputs=len(graph.inputs), outputs=len(graph.outputs),
            )
        )  # fmt: skip
    return graph.inputs[0].spec


def _title(model: str) -> str:
    return model.replace("\\", "/").rpartition("/")[2].removesuffix(".txt")


def _own(model: str, fields: Fields, settings: Settings) -> Network:
    if settings.norm is not None:
        raise UsageError(
            Sentence(
                "norm={norm} changes networks in the text form, not the code of {network}",
                norm=settings.norm, network=quoted(model),
            )
        )  # fmt: skip
    module, remarks = own_module(model, fields, settings)
    if settings.initialization is not None:
        start_by(module, settings.initialization, settings.seed)
    graph, lengths = _graph(module, fields), _any_length(module, None, fields)
    return Network(
        _title(model), module, graph, fields.shape, fields.dtype, text=False, any_length=lengths, remarks=tuple(remarks)
    )


def _graph(module: nn.Module, fields: Fields) -> Graph:
    """What the user's module computes for one example. Code that looks at values is run on zeros."""
    spec = [parse_spec(f"1x{'x'.join(map(str, fields.shape))}:{fields.dtype}")]
    with evaluating(module), contextlib.redirect_stdout(sys.stderr):  # what the code prints is no result
        try:
            return load(module, spec)
        except DataDependentError:
            return load(module, spec, real=True)


def _any_length(module: nn.Module, graph: Graph | None, fields: Fields) -> bool:
    """Batches of texts are cut to their longest: the shortest has one word, and the margin behind it."""
    longest = fields.shape[0]
    return fields.kind != "text" or takes_lengths(module, graph, (min(MARGIN + 1, longest), longest), fields.classes)


def _stem_remarks(own: Shape, fields: Fields) -> list[Remark]:
    if own[0] == fields.shape[0] or fields.kind == "text":
        return []
    return [
        remark(
            marked("the first layer reads {channels} instead of {own} channels, as the data have"),
            channels=fields.shape[0], own=own[0],
        )
    ]  # fmt: skip


def _clipped_remarks(graph: Graph) -> list[Remark]:
    name = clipped(graph)
    if not name:
        return []
    return [
        remark(
            marked("the network ends with the ReLU {name}: a class whose scores are all negative gets no gradient any more"),
            name=name,
        )
    ]


def _head_remarks(width: int, classes: int) -> list[Remark]:
    if width == classes:
        return []
    return [
        remark(
            marked("the last layer gives {classes} instead of {width} values, one for each class"), classes=classes, width=width
        )
    ]
