"""What has been recorded so far: nodes, names, and which parameter belongs to which node."""

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from functools import lru_cache
from typing import Any

import torch

from convlens.importers.lines import lines_wanted
from convlens.importers.torch.frames import innermost_module, running_modules, user_line
from convlens.importers.torch.held import Holdings
from convlens.importers.torch.shadow import DTYPE_NAMES, Shadow, spec_of
from convlens.ir.errors import ShapeError, UsageError
from convlens.ir.graph import Captured, Extra, Input, Node, Ref, Tie, recorded
from convlens.ir.names import Names
from convlens.ir.op import Inputs, Op
from convlens.ir.spec import TensorSpec
from convlens.ops._source import Source
from convlens.ops._structure import Structural
from convlens.ops.constant import Constant
from convlens.ops.parameter import Parameter
from convlens.passes.facts import op_facts

MAX_NODES = 1_000_000

Weights = Sequence[tuple[str, int]]
"""The parameters that a node owns: the operator's name of each, and the identity of the tensor."""


class Trace:
    """One capture in progress.

    ``last`` is the name of the last node, ``looks`` how often the forward looked at values of the module's own tensors.
    """

    def __init__(self, module: torch.nn.Module, *, real: bool) -> None:
        self.real = real
        self.lines = lines_wanted()
        self.nodes: list[Node] = []
        self.inputs: list[Input] = []
        self.broken: ShapeError | None = None
        self.last = ""
        self.held: dict[Ref, str] = {}
        self.meta_calls: list[str] = []
        self.looks = 0
        held = Holdings(module)
        self.paths, self.registered, self.modules = held.paths, held.tensors, held.modules
        first = next(iter(self.registered.values()), None)
        self.device = first.tensor.device if first is not None else torch.device("cpu")
        floats = (held.tensor.dtype for held in self.registered.values() if held.tensor.is_floating_point())
        self.dtype = DTYPE_NAMES[next(floats, torch.float32)]
        self.owners: dict[int, tuple[str, str]] = {}
        self.constants: dict[int, tuple[torch.Tensor, Ref]] = {}
        self._names = Names()
        self.on_dispatch: Callable[[], Callable[..., Any] | None] = lambda: None

    def shadow(self, spec: TensorSpec, ref: Ref) -> Shadow:
        return Shadow.of(spec, ref, self.device, self)

    def lifetimes(self) -> Mapping[Ref, str]:
        """The last node that ran while the program held each tensor; whoever calls a network holds its inputs until the end."""
        return {**self.held, **{Ref(item.name): self.last for item in self.inputs}}

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
        what a constant holds. With a ``refusal`` the node is the last one, and a copy of it is raised: it may be kept.
        """
        xs = tuple([x.spec if type(x) is Shadow else spec_of(x) for x in inputs])
        refs = tuple([x.ref if type(x) is Shadow else self.ref_of(x) for x in inputs])
        path, module = self.running()
        own = self._names.unique(name or _name_for(op, path, module))
        owned = [(param, id(tensor)) for param, tensor in weights.items()] if weights else ()
        try:
            outputs = op_facts(op, xs).outputs
            if refusal is not None:
                raise copy(refusal)
        except ShapeError as error:
            ties, frozen, _ = self._own(own, owned)
            self._break(Node(own, op, refs, path if own != path else "", ties, frozen, source=user_line()), xs, error)
            raise
        self._record(own, op, refs, path, owned, value=value)
        return [self.shadow(spec, Ref(own, port)) for port, spec in enumerate(outputs)]

    def repeat(self, op: Op, inputs: Sequence[Shadow], output: TensorSpec, *, in_place: bool = False) -> Shadow:
        """Record a call without weights of which all is known, and return its output.

        With ``in_place`` the first input is written into, which must be no view.
        """
        path, module = self.running()
        own = self._names.unique(_name_for(op, path, module))
        self._record(own, op, tuple([x.ref for x in inputs]), path, (), in_place)
        return self._output(own, output) if not in_place else self._written_into(own, inputs[0])

    def repeat_layer(
        self,
        path: str,
        op: Op,
        x: Shadow,
        output: TensorSpec,
        weights: Sequence[tuple[str, int]],
        keys: Sequence[int],
        in_place: bool,
    ) -> Shadow:
        """The same for a layer of torch.nn, which gives its path to the node, and its ``weights``: the operator's name of each,
        and its place among ``keys``, the identities of the layer's tensors.
        """
        own = self._names.unique(path)
        self._record(own, op, (x.ref,), path, [(param, keys[at]) for param, at in weights] if weights else (), in_place)
        return self._output(own, output) if not in_place else self._written_into(own, x)

    def _output(self, own: str, spec: TensorSpec) -> Shadow:
        return Shadow.of(spec, _ref(Ref, (own, 0)), self.device, self)

    def _written_into(self, own: str, x: Shadow) -> Shadow:
        """It now holds the output of node ``own``, and the node holds it."""
        x.ref = ref = _ref(Ref, (own, 0))
        self.held[ref] = own
        return x

    def view(self, base: Shadow, view: Shadow, undo: Op) -> Shadow:
        """``view`` shares the memory of ``base``, which ``undo`` gives back of it, also after a write into the view."""
        view.base, view.undo = base, undo
        view.write_back = lambda changed: self.emit(undo, [changed])[0].ref
        return view

    def _record(
        self,
        own: str,
        op: Op,
        refs: tuple[Ref, ...],
        path: str,
        weights: Weights,
        in_place: bool = False,
        value: torch.Tensor | None = None,
    ) -> None:
        if len(self.nodes) >= MAX_NODES:
            raise UsageError(f"the forward makes more than {MAX_NODES} calls; a loop that does not end?")
        ties, frozen, paths = self._own(own, weights) if weights else ((), (), ())
        module = path if own != path else ""
        source = user_line(in_forward=True) if self.lines else ""
        self.nodes.append(recorded(own, op, refs, module, ties, frozen, in_place, paths, value, source))
        self.last = own

    def _break(self, node: Node, xs: Inputs, error: ShapeError) -> None:
        self.nodes.append(node)
        self.last = node.name
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
        held = self.registered.get(id(tensor))
        return held is not None and held.parameter

    def is_buffer(self, tensor: Any) -> bool:
        held = self.registered.get(id(tensor))
        return held is not None and not held.parameter

    def captured(self) -> Captured:
        """How the shapes were found. A tensor that the module holds is a node, and no call."""
        calls = sum(not isinstance(node.op, Source) for node in self.nodes)
        return Captured(calls, tuple(self.meta_calls), self.real)

    def unused(self) -> tuple[Extra, ...]:
        """Parameters and buffers that no node owns."""
        owners = self.owners
        left = [held for key, held in self.registered.items() if key not in owners]
        return tuple(
            [
                Extra(held.name, tuple(held.tensor.shape), "param" if held.parameter else "buffer", not held.frozen)
                for held in left
            ]
        )

    def running(self) -> tuple[str, torch.nn.Module | None]:
        """The path of the module that runs, and the module. One that no attribute holds is named behind its caller."""
        inner = innermost_module()
        path = self.paths.get(id(inner))
        if path is not None:
            return path, inner
        behind: list[str] = []
        for module in running_modules():
            path = self.paths.get(id(module))
            if path is not None:
                return ".".join([path, *reversed(behind)]).lstrip("."), inner
            behind.append(type(module).__name__)
        return "", None

    def _source(self, tensor: torch.Tensor) -> Ref:
        spec = spec_of(tensor)
        held = self.registered.get(id(tensor))
        name = held.name if held is not None else ""
        if held is not None and held.parameter:
            op: Op = Parameter(shape=spec.dims, dtype=spec.dtype)
        else:
            op = Constant(shape=spec.dims, dtype=spec.dtype, stored=bool(name))
        value = None if name or tensor.is_meta else tensor.detach().clone()
        (made,) = self.emit(op, (), {"value": tensor} if name else None, name=name, value=value)
        return made.ref

    def _own(self, node: str, weights: Weights) -> tuple[tuple[Tie, ...], tuple[str, ...], tuple[tuple[str, str], ...]]:
        """Which weights are shared with an earlier node, which are not trained, and where each is registered."""
        ties: tuple[Tie, ...] = ()
        frozen: tuple[str, ...] = ()
        paths = []
        owners, registered = self.owners, self.registered
        for param, key in weights:
            if key in owners:
                ties = (*ties, Tie(param, *owners[key]))
            else:
                owners[key] = (node, param)
            if key in registered:
                held = registered[key]
                paths.append((param, held.name))
                if held.frozen:
                    frozen = (*frozen, param)
        return ties, frozen, tuple(paths)


_ref = tuple.__new__
"""What the constructor of a `NamedTuple` calls, without its own time."""


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
