"""First weights: those that PyTorch's own layers start with."""

from collections.abc import Mapping

import torch
from torch import Tensor

from convlens.backends.plan import Key, checked, weights_of_node
from convlens.ir.errors import UsageError
from convlens.ir.graph import Graph, Node
from convlens.ir.label import stated_size
from convlens.ir.op import Inputs, lookup
from convlens.ir.spec import Shape, show_shape
from convlens.ir.spelling import Spelling

EMBEDDING_STD = 0.02
"""Spread of a trained tensor that no layer owns: that of the position tables of BERT and ViT."""


def initial_weights(graph: Graph, seed: int = 0) -> dict[Key, Tensor]:
    """Weights for every node, the same for the same seed, as the layers of torch.nn draw them (``reset_parameters``).

    A `parameter` that no layer owns is drawn from a normal distribution of spread 0.02. Raises `UsageError` for a
    `constant` whose values are not known.
    """
    known = checked(graph)
    found: dict[Key, Tensor] = {}
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(seed)
        for node in graph:
            shapes = weights_of_node(node, known)
            tied = {tie.param for tie in node.ties}
            if set(shapes) - tied:
                drawn = _drawn(node, known.nodes[node.name].inputs, shapes)
                found |= {(node.name, name): drawn[name] for name in shapes if name not in tied}
    return found


def _drawn(node: Node, xs: Inputs, shapes: Mapping[str, Shape]) -> dict[str, Tensor]:
    if node.value is not None:
        return {"value": node.value}
    if node.op.name == "constant":
        raise UsageError(
            f"constant {node.name!r} has no values in the graph; give a tensor of {show_shape(shapes['value'])} under the key "
            f"{(node.name, 'value')!r}"
        )
    if node.op.name in ("parameter", "opaque"):
        return {name: torch.empty(shape).normal_(std=EMBEDDING_STD) for name, shape in shapes.items()}
    layer = _layer(node, xs)
    return {name: getattr(layer, name).detach() for name in shapes}


def _layer(node: Node, xs: Inputs) -> torch.nn.Module:
    """PyTorch's layer with these settings, as far as they concern its weights: padding does not."""
    op = node.op
    spelling = next((s for s in _like(node) if s.framework == "torch.nn"), None)
    if spelling is None:
        raise UsageError(f"{op.name} {node.name!r}: PyTorch has no layer that says how its weights start")
    sizes = {arg.theirs: stated_size(arg.ours, op, xs) for arg in spelling.roles("size")}
    fields = [arg for arg in spelling.roles("setting") if arg.ours in op.fields and not arg.ours.startswith("padding")]
    settings = {arg.theirs: getattr(op, arg.ours) for arg in fields}
    kind: type[torch.nn.Module] = getattr(torch.nn, spelling.title(op.axes or getattr(op, "space", None) or 1))
    return kind(**sizes, **settings)


def _like(node: Node) -> tuple[Spelling, ...]:
    """The spellings of the operator; a deformable convolution starts as an ordinary one, as in torchvision."""
    return (lookup("conv") if node.op.name == "deform_conv" else node.op).spellings
