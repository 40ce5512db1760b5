"""What has been recorded so far: nodes, names, and which parameter belongs to which node."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import torch
from torch.nn.parameter import is_lazy

from convlens.importers.torch.frames import running_modules, user_line
from convlens.importers.torch.shadow import DTYPE_NAMES, Shadow, spec_of
from convlens.ir.errors import ShapeError, UsageError
from convlens.ir.graph import Captured, Extra, Input, Node, Ref, Tie
from convlens.ir.names import Names
from convlens.ir.op import Inputs, Op
from convlens.ir.spec import TensorSpec
from convlens.ops._source import Source
from convlens.ops._structure import Structural
from convlens.ops.constant import Constant
from convlens.ops.parameter import Parameter
from convlens.passes.facts import op_facts

MAX_NODES = 1_000_000


class Trace:
    """One capture in progress."""

    def __init__(self, module: torch.nn.Module, *, real: bool) -> None:
        self.real = real
        self.nodes: list[Node] = []
        self.inputs: list[Input] = []
        self.broken: ShapeError | None = None
        self.held: dict[Ref, str] = {}
        self.meta_calls: list[str] = []
        self.paths: dict[int, str] = {}
        self.registered: dict[int, tuple[str, torch.Tensor]] = {}
        self._trained: set[int] = set()
        self.modules: list[torch.nn.Module] = []
        for path, child in module.named_modules():
            self.modules.append(child)
            self.paths[id(child)] = path
            self._register(f"{path}." if path else "", child)
        tensors = [tensor for _, tensor in self.registered.values()]
        self.device = tensors[0].device if tensors else torch.device("cpu")
        floats = (tensor.dtype for tensor in tensors if tensor.is_floating_point())
        self.dtype = DTYPE_NAMES[next(floats, torch.float32)]
        self.owners: dict[int, tuple[str, str]] = {}
        self.constants: dict[int, tuple[torch.Tensor, Ref]] = {}
        self._names = Names()
        self.on_dispatch: Any = None

    def _register(self, prefix: str, module: torch.nn.Module) -> None:
        """Remember the module's own tensors; one that several modules share has the name of the first."""
        for tensors in (module._parameters, module._buffers):  # noqa: SLF001 - named_parameters() walks all modules again
            for name, tensor in tensors.items():
                if tensor is None:
                    continue
                self.registered.setdefault(id(tensor), (prefix + name, tensor))
                if type(tensor) is not torch.Tensor:
                    self._register_special(prefix + name, tensor)

    def _register_special(self, name: str, tensor: torch.Tensor) -> None:
        if type(tensor) is not torch.nn.Parameter and is_lazy(tensor):
            raise UsageError(
                f"{name!r} has no shape yet: a lazy layer gets its weights at its first call\n"
                "  fix: run the module once on a real input, or give the layer its input size"
            )
        if isinstance(tensor, torch.nn.Parameter):
            self._trained.add(id(tensor))

    def shadow(self, spec: TensorSpec, ref: Ref) -> Shadow:
        return Shadow(spec, ref, self.device, self.on_dispatch, self._let_go)

    def _let_go(self, ref: Ref) -> None:
        """The last shadow to go says until when the program held the tensor."""
        if self.nodes:
            self.held[ref] = self.nodes[-1].name

    def lifetimes(self) -> Mapping[Ref, str]:
        """The last node that ran while the program held each tensor; whoever calls a network holds its inputs until the end."""
        last = self.nodes[-1].name if self.nodes else ""
        return {**self.held, **{Ref(item.name): last for item in self.inputs}}

    def written(self, old: Ref, new: Ref) -> None:
        """Tensor ``old`` was written over with ``new``: the node that made it took the memory of its first input."""
        node = self.nodes[-1] if self.nodes else None
        if node is not None and node.name == new.node and node.inputs[:1] == (old,):
            self.nodes[-1] = replace(node, in_place=True)

    def shadow_of(self, tensor: torch.Tensor) -> Shadow:
        """The tensor as a shadow: one that is none becomes a `parameter` or `constant` node."""
        if isinstance(tensor, Shadow):
            return tensor
        made = self.shadow(spec_of(tensor), self.ref_of(tensor))
        made.value = tensor if self.real else None
        return made

    def add_input(self, name: str, spec: TensorSpec) -> Shadow:
        name = self._names.unique(name)
        self.inputs.append(Input(name, spec))
        return self.shadow(spec, Ref(name))

    def emit(
        self,
        op: Op,
        inputs: Sequence[Any],
        weights: Mapping[str, torch.Tensor] | None = None,
        *,
        name: str = "",
        refusal: ShapeError | None = None,
        value: torch.Tensor | None = None,
    ) -> list[Shadow]:
        """Record one node and return its outputs.

        ``inputs`` are tensors of any kind, ``weights`` the parameters that the node owns, ``value``
        what a constant holds. With a ``refusal`` the node is the last one, and it is raised.
        """
        xs = tuple([x.spec if type(x) is Shadow else spec_of(x) for x in inputs])
        refs = tuple([x.ref if type(x) is Shadow else self.ref_of(x) for x in inputs])
        path, module = self.running()
        own = self._names.unique(name or _name_for(op, path, module))
        ties, frozen, paths = self._own(own, weights) if weights else ((), (), ())
        path = path if own != path else ""
        if len(self.nodes) >= MAX_NODES:
            raise UsageError(f"the forward makes more than {MAX_NODES} calls; a loop that does not end?")
        try:
            outputs = op_facts(op, xs).outputs
            if refusal is not None:
                raise refusal
        except ShapeError as error:
            self._break(Node(own, op, refs, path, ties, frozen, source=user_line()), xs, error)
            raise
        self.nodes.append(Node(own, op, refs, path, ties, frozen, weights=paths, value=value))
        return [self.shadow(spec, Ref(own, port)) for port, spec in enumerate(outputs)]

    def _break(self, node: Node, xs: Inputs, error: ShapeError) -> None:
        self.nodes.append(node)
        given = [f"{x} from {str(ref)!r}" for x, ref in zip(xs, node.inputs, strict=True)]
        self.broken = error.at(node.op.name, node.name, given, node.source)

    def ref_of(self, tensor: torch.Tensor) -> Ref:
        """The graph's name for any tensor; a tensor that is no shadow becomes a `parameter` or `constant` node once."""
        if isinstance(tensor, Shadow):
            return tensor.ref
        known = self.constants.get(id(tensor))
        if known is None:
            known = self.constants[id(tensor)] = (tensor, self._source(tensor))
        return known[1]

    def is_parameter(self, tensor: Any) -> bool:
        return id(tensor) in self._trained

    def is_buffer(self, tensor: Any) -> bool:
        return id(tensor) in self.registered and id(tensor) not in self._trained

    def captured(self) -> Captured:
        """How the shapes were found. A tensor that the module holds is a node, and no call."""
        calls = sum(not isinstance(node.op, Source) for node in self.nodes)
        return Captured(calls, tuple(self.meta_calls), self.real)

    def unused(self) -> tuple[Extra, ...]:
        """Parameters and buffers that no node owns."""
        return tuple(
            Extra(name, tuple(t.shape), *(("param", t.requires_grad) if self.is_parameter(t) else ("buffer", True)))
            for key, (name, t) in self.registered.items()
            if key not in self.owners
        )

    def running(self) -> tuple[str, torch.nn.Module | None]:
        """The path of the module that runs, and the module. One that no attribute holds is named behind its caller."""
        behind: list[str] = []
        inner = None
        for module in running_modules():
            inner = module if inner is None else inner
            path = self.paths.get(id(module))
            if path is not None:
                return ".".join([path, *reversed(behind)]).lstrip("."), inner
            behind.append(type(module).__name__)
        return "", None

    def _source(self, tensor: torch.Tensor) -> Ref:
        spec = spec_of(tensor)
        name, _ = self.registered.get(id(tensor), ("", tensor))
        if self.is_parameter(tensor):
            op: Op = Parameter(shape=spec.dims, dtype=spec.dtype)
        else:
            op = Constant(shape=spec.dims, dtype=spec.dtype, stored=bool(name))
        value = None if name or tensor.is_meta else tensor.detach().clone()
        (made,) = self.emit(op, (), {"value": tensor} if name else None, name=name, value=value)
        return made.ref

    def _own(
        self, node: str, weights: Mapping[str, torch.Tensor]
    ) -> tuple[tuple[Tie, ...], tuple[str, ...], tuple[tuple[str, str], ...]]:
        """Which weights are shared with an earlier node, which are not trained, and where each is registered."""
        ties, frozen, paths = [], [], []
        for param, tensor in weights.items():
            owner = self.owners.setdefault(id(tensor), (node, param))
            if owner[0] != node or owner[1] != param:
                ties.append(Tie(param, *owner))
            if id(tensor) in self._trained and not tensor.requires_grad:
                frozen.append(param)
            if id(tensor) in self.registered:
                paths.append((param, self.registered[id(tensor)][0]))
        return tuple(ties), tuple(frozen), tuple(paths)


def _name_for(op: Op, path: str, module: torch.nn.Module | None) -> str:
    """A layer of torch.nn gives its path to its main operator; any other call is named behind its module's path."""
    if path and module is not None and not isinstance(op, Structural) and is_layer(module):
        return path
    return f"{path}.{op.name}" if path else op.name


def is_layer(module: torch.nn.Module) -> bool:
    """One of torch.nn's own layers, or a subclass of one, rather than a container or a block of the user's."""
    return not module._modules and _is_of_torch(type(module).__mro__)  # noqa: SLF001 - children() costs a generator a call


@lru_cache(maxsize=256)
def _is_of_torch(bases: tuple[type, ...]) -> bool:
    return any(c is not torch.nn.Module and c.__module__.startswith("torch.nn.modules") for c in bases)
