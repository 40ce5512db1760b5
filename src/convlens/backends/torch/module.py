"""A graph as a `torch.nn.Module`: its parameters have the names of the nodes, and it can be trained and saved."""

from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import Tensor

from convlens.backends.plan import Key, checked, constants_of, weights_of_node
from convlens.backends.torch.executor import Executor
from convlens.backends.torch.initial import initial_weights
from convlens.backends.torch.weights import paths_of
from convlens.ir.errors import UsageError
from convlens.ir.graph import Graph, Node


def as_module(graph: Graph, weights: Mapping[Key, Tensor] | None = None, *, seed: int = 0) -> "GraphModule":
    """The graph as a module with these weights (copied), or with those of `initial_weights` for this seed.

    >>> from convlens.ir.text import parse
    >>> net = as_module(parse("input x: 1x1x4\\nc = conv(x, out=1, kernel=2)\\nb = batch_norm(c)\\noutput b"))
    >>> list(net.state_dict()), net(torch.zeros(5, 1, 4)).shape
    (['c.weight', 'c.bias', 'b.weight', 'b.bias', 'b.running_mean', 'b.running_var'], torch.Size([5, 1, 3]))
    """
    return GraphModule(graph, initial_weights(graph, seed) if weights is None else weights)


class GraphModule(torch.nn.Module):
    """Runs its graph. ``forward`` takes the graph's inputs in order or by name and returns its output, or a tuple of them.

    What is shared in the graph is one parameter here; frozen parameters do not require gradients; buffers are buffers.
    Training mode lets dropout fall and takes the statistics of the batch.
    """

    def __init__(self, graph: Graph, weights: Mapping[Key, Tensor]) -> None:
        super().__init__()
        self.graph = graph
        self.executor = Executor(graph)
        self._places = _Registrar(self, graph).register(weights)

    def forward(self, *args: Tensor, **kwargs: Tensor) -> Tensor | tuple[Tensor, ...]:
        names = [item.name for item in self.graph.inputs]
        if len(args) > len(names):
            raise UsageError(f"the network has {len(names)} inputs, but {len(args)} are given: {', '.join(names)}")
        given = {**dict(zip(names, args, strict=False)), **kwargs}
        made = self.executor(given, self.weights(), training=self.training)
        outputs = tuple(made[ref] for ref in self.graph.outputs)
        return outputs[0] if len(outputs) == 1 else outputs

    def weights(self) -> dict[Key, Tensor]:
        """The tensors that it holds now, by node and name."""
        return {key: getattr(holder, name) for key, (holder, name) in self._places.items()}


class _Registrar:
    """Puts every weight where its path says, in nested modules: ``layer1.0.conv1.weight``."""

    def __init__(self, root: torch.nn.Module, graph: Graph) -> None:
        self.root = root
        self.graph = graph
        self.known = checked(graph)
        self.places: dict[Key, tuple[torch.nn.Module, str]] = {}
        self.prefixes: set[str] = set()

    def register(self, weights: Mapping[Key, Tensor]) -> dict[Key, tuple[torch.nn.Module, str]]:
        weights = {**constants_of(self.graph), **weights}
        paths = {key: path for node in self.graph for key, path in self._paths(node)}
        self.prefixes = {prefix for path in paths.values() for prefix in _prefixes(path)}
        for node in self.graph:
            for key, path in self._paths(node):
                if key not in weights:
                    raise UsageError(f"{node.op.name} {node.name!r} needs its {key[1]}, a tensor under the key {key!r}")
                self._place(node, key, path if path not in self.prefixes else f"{path}.{key[1]}", weights[key])
        return self.places

    def _paths(self, node: Node) -> Iterable[tuple[Key, str]]:
        tied = {tie.param for tie in node.ties}
        for name in weights_of_node(node, self.known):
            if name not in tied:
                yield (node.name, name), paths_of(node, name)[0]

    def _place(self, node: Node, key: Key, path: str, tensor: Tensor) -> None:
        *parents, name = path.split(".")
        holder = self.root
        for parent in parents:
            holder = _child(holder, parent)
        name = _free(holder, name)
        if self._is_parameter(node, key[1]):
            trained = key[1] not in node.frozen and tensor.is_floating_point()
            holder.register_parameter(name, torch.nn.Parameter(tensor.detach().clone(), requires_grad=trained))
        else:
            holder.register_buffer(name, tensor.detach().clone(), persistent=node.value is None)
        self.places[key] = (holder, name)

    def _is_parameter(self, node: Node, name: str) -> bool:
        return name in node.op.params(self.known.nodes[node.name].inputs)


def _prefixes(path: str) -> list[str]:
    parts = path.split(".")[:-1]
    return [".".join(parts[: end + 1]) for end in range(len(parts))]


def _child(holder: torch.nn.Module, name: str) -> torch.nn.Module:
    known: dict[str, Any] = holder._modules  # noqa: SLF001 - get_submodule() would not tell a module from an attribute
    if name not in known:
        name = name if not hasattr(holder, name) else f"{name}_"
        if name not in known:
            holder.add_module(name, torch.nn.Module())
    child: torch.nn.Module = known[name]
    return child


def _free(holder: torch.nn.Module, name: str) -> str:
    """A name that no attribute of a module has."""
    return _free(holder, f"{name}_") if hasattr(holder, name) else name
