"""Take the weights of a graph's nodes from a live module."""

from collections.abc import Mapping

import torch
from torch import Tensor

from convlens.backends.plan import Key, checked, weights_of_node
from convlens.ir.errors import UsageError, nearest
from convlens.ir.graph import Graph, Node
from convlens.ir.spec import show_shape


def weights_of(module: torch.nn.Module, graph: Graph) -> dict[Key, Tensor]:
    """The module's own tensors for every node of a graph that was captured from it, or that has its names.

    A weight is looked for where the capture found it, and else under the node's name and the module's path. Raises
    `UsageError` where it is missing or has another shape. Tensors that the forward makes itself are not the module's:
    they are left out.
    """
    known = checked(graph)
    held = {**dict(module.named_parameters(remove_duplicate=False)), **dict(module.named_buffers(remove_duplicate=False))}
    found: dict[Key, Tensor] = {}
    for node in graph:
        tied = {tie.param for tie in node.ties}
        for name, shape in weights_of_node(node, known).items():
            if name in tied or _made_in_forward(node):
                continue
            path, tensor = _lookup(held, node, name)
            if tuple(tensor.shape) != tuple(shape):
                raise UsageError(
                    f"{node.op.name} {node.name!r}: its {name} is {show_shape(tuple(shape))}, "
                    f"but {path!r} of {type(module).__name__} is {show_shape(tuple(tensor.shape))}"
                )
            found[node.name, name] = tensor
    return found


def _made_in_forward(node: Node) -> bool:
    return node.op.name == "constant" and not node.op.settings()["stored"]


def _lookup(held: Mapping[str, Tensor], node: Node, name: str) -> tuple[str, Tensor]:
    paths = paths_of(node, name)
    for path in paths:
        if path in held:
            return path, held[path]
    raise UsageError(
        f"{node.op.name} {node.name!r} needs its {name}, but the module has no {paths[0]!r}{nearest(paths[0], list(held))}"
    )


def paths_of(node: Node, name: str) -> list[str]:
    """Where a weight may be in a module, the surest place first."""
    named = [f"{path}.{name}" for path in (node.name, node.module) if path]
    recorded = [path for param, path in node.weights if param == name]
    return [*recorded, *([node.name] if name == "value" else []), *named]
