"""The module of a run: from its text form, or from the user's own code, with nothing made that the weights do not hold."""

from math import prod

from torch import nn

from convlens.backends.torch.module import GraphModule, as_module
from convlens.importers.model import runs_user_code
from convlens.ir.errors import UsageError
from convlens.ir.graph import Graph
from convlens.ir.spec import Shape, show_shape
from convlens.lang.sentence import Sentence
from convlens.passes.facts import facts
from convlens.training.models.fields import Fields
from convlens.training.models.own import own_module
from convlens.training.preparation.preparation import Preparation
from convlens.training.recipe import run_recipe
from convlens.training.record.checkpoint import Checkpoint
from convlens.training.run import Run

MAX_VALUES = 1 << 27
"""Of the input, or of any layer's output, for one example: 512 MB in float32."""


def of_graph(graph: Graph, checkpoint: Checkpoint, shape: Shape, classes: int, where: str) -> GraphModule:
    """The graph as a module; nothing is allocated that the file of weights does not hold."""
    if len(graph.inputs) != 1 or len(graph.outputs) != 1 or graph.inputs[0].spec.dims[1:] != shape:
        raise UsageError(
            Sentence(
                "{path} is another network: the run's has one input of {shape} and one output",
                path=where, shape=show_shape(shape),
            )
        )  # fmt: skip
    known = facts(graph)
    if known.error is not None:
        raise known.error
    ref = graph.outputs[0]
    output = known.nodes[ref.node].outputs[ref.port].dims if ref.node in known.nodes else shape
    if output != (1, classes):
        raise UsageError(
            Sentence(
                "{path} is another network: it gives {shape}, but the run has {classes} classes",
                path=where, shape=show_shape(output), classes=classes,
            )
        )  # fmt: skip
    largest = max(prod(output.dims) for node in known.nodes.values() for output in node.outputs)
    held = sum(weight.numel() for weight in checkpoint.model.values())
    needed = sum(node.params for node in known.nodes.values())
    if largest > MAX_VALUES or needed > held:
        raise UsageError(
            Sentence(
                "{path} is another network: {needed} parameters, {held} values are stored; {largest} values in its largest layer",
                path=where, needed=needed, held=held, largest=largest,
            )
        )  # fmt: skip
    return as_module(graph)


def of_code(run: Run, network: str, preparation: Preparation, classes: int) -> nn.Module:
    recipe = run_recipe(run.folder)
    if not runs_user_code(recipe.network):
        raise UsageError(
            Sentence(
                "{path} is missing, so what the network of {run} is cannot be told\n  fix: the whole folder that train made",
                path=str(run.folder.network), run=str(run.path),
            )
        )  # fmt: skip
    if not network:
        raise UsageError(
            Sentence(
                "the network of {run} is code of your own, which is run only where you name it\n  fix: --network {network}",
                run=str(run.path), network=recipe.network,
            )
        )  # fmt: skip
    if not runs_user_code(network):
        raise UsageError(Sentence("--network {network} is not package.module:factory or file.py:factory", network=network))
    words = int(getattr(preparation, "words", 0))
    fields = Fields(preparation.kind, preparation.shape, preparation.dtype, classes, words)
    return own_module(network, fields, recipe.settings)[0]
