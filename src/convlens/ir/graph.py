"""A network as a value: immutable nodes in topological order, with several inputs and outputs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

from convlens.ir.errors import ShapeError
from convlens.ir.op import Op
from convlens.ir.spec import Shape, TensorSpec


class Ref(NamedTuple):
    """A tensor: output ``port`` of a node, or a graph input (port 0).

    >>> str(Ref("split", 1)), str(Ref("x"))
    ('split[1]', 'x')
    """

    node: str
    port: int = 0

    def __str__(self) -> str:
        return f"{self.node}[{self.port}]" if self.port else self.node


class Tie(NamedTuple):
    """Parameter ``param`` of a node is the same tensor as ``owner_param`` of the earlier node ``owner``."""

    param: str
    owner: str
    owner_param: str


class Extra(NamedTuple):
    """A parameter or buffer that the network holds but no node uses."""

    name: str
    shape: Shape
    kind: str = "param"
    trainable: bool = True


class Captured(NamedTuple):
    """How a graph was taken from a module that ran: ``calls`` is how many calls were recorded.

    ``meta_calls`` are those whose shapes PyTorch's own kernels told on tensors without memory, because no operator of
    convlens is that call. With ``real`` all were computed on values.
    """

    calls: int
    meta_calls: tuple[str, ...] = ()
    real: bool = False


class Input(NamedTuple):
    name: str
    spec: TensorSpec


@dataclass(frozen=True, slots=True)
class Node:
    """One use of an operator.

    ``module`` is the path of the module that made the call (empty: the name says it), ``ties`` the parameters that are
    counted at an earlier node, ``frozen`` the parameters that are not trained. ``in_place`` says that the output takes the
    memory of the first input; ``source`` where the node was written, ``weights`` the path in the module of each one:
    ``(name, path)``, ``value`` the array of a constant where it is known.
    """

    name: str
    op: Op
    inputs: tuple[Ref, ...]
    module: str = ""
    ties: tuple[Tie, ...] = ()
    frozen: tuple[str, ...] = ()
    in_place: bool = False
    source: str = field(default="", compare=False)
    weights: tuple[tuple[str, str], ...] = field(default=(), compare=False)
    value: Any = field(default=None, compare=False, repr=False)

    @property
    def path(self) -> str:
        """The module path by which a report groups this node."""
        return self.module or self.name


class _Open(Node):
    """A node that is being made, with fields that may be set as those of any object."""

    __slots__ = ()
    __setattr__ = object.__setattr__
    __delattr__ = object.__delattr__


def recorded(
    name: str,
    op: Op,
    inputs: tuple[Ref, ...],
    module: str,
    ties: tuple[Tie, ...],
    frozen: tuple[str, ...],
    in_place: bool,
    weights: tuple[tuple[str, str], ...],
    value: Any,
    source: str = "",
) -> Node:
    """The same as `Node` of these fields in half the time: the constructor of a frozen dataclass calls a function for each."""
    node: Any = object.__new__(_Open)
    node.name = name
    node.op = op
    node.inputs = inputs
    node.module = module
    node.ties = ties
    node.frozen = frozen
    node.in_place = in_place
    node.source = source
    node.weights = weights
    node.value = value
    node.__class__ = Node
    made: Node = node
    return made


@dataclass(frozen=True)
class Graph:
    """A whole network. ``layout`` is how its framework orders axes: "NC*" or "N*C" (channels last); the specs inside
    are always N, C, then space. ``dialect`` is the framework whose words its labels use. ``held`` names the last node
    that ran while a captured program still held a tensor; a tensor that it does not name is held until its last use.
    ``captured`` says how it was taken from a live module.
    """

    name: str
    inputs: tuple[Input, ...]
    nodes: tuple[Node, ...]
    outputs: tuple[Ref, ...]
    layout: str = "NC*"
    dialect: str = "torch.nn"
    extras: tuple[Extra, ...] = ()
    broken: ShapeError | None = field(default=None, compare=False)
    held: Mapping[Ref, str] = field(default_factory=dict, compare=False)
    captured: Captured | None = field(default=None, compare=False)

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    def __getitem__(self, name: str) -> Node:
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> dict[str, Node]:
        return {node.name: node for node in self.nodes}

    @cached_property
    def _users(self) -> dict[str, list[Node]]:
        users: dict[str, list[Node]] = {}
        for node in self.nodes:
            for name in dict.fromkeys(ref.node for ref in node.inputs):
                users.setdefault(name, []).append(node)
        return users

    def users(self, name: str) -> list[Node]:
        """The nodes that read an output of the node or input ``name``, in order."""
        return self._users.get(name, [])

    def with_inputs(self, specs: tuple[TensorSpec, ...]) -> "Graph":
        """The same network on inputs of other shapes."""
        inputs = tuple(Input(old.name, spec) for old, spec in zip(self.inputs, specs, strict=True))
        return replace(self, inputs=inputs)
