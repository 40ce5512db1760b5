"""Run a graph node by node."""

from collections.abc import Mapping, Sequence

from torch import Tensor

from convlens.backends.plan import Key, check_weights, checked, constants_of, given_weights, resized, steps_of, walk
from convlens.backends.torch.call import Call
from convlens.backends.torch.lower import lowering_of
from convlens.ir.errors import ShapeError
from convlens.ir.graph import Graph, Node, Ref
from convlens.ir.op import Inputs
from convlens.ir.spec import Shape, TensorSpec


class Executor:
    """A graph made ready to run with PyTorch.

    Raises `UsageError` at once for an operator that cannot be run, and the graph's own `ShapeError` where it breaks.

    >>> import torch
    >>> from convlens.ir.text import parse
    >>> graph = parse("input x: 1x1x4\\nc = conv(x, out=1, kernel=2, bias=false)\\noutput c")
    >>> x, ones = torch.arange(4.0).reshape(1, 1, 4), torch.ones(1, 1, 2)
    >>> Executor(graph)({"x": x}, {("c", "weight"): ones})[Ref("c")].tolist()
    [[[1.0, 3.0, 5.0]]]
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.steps = steps_of(graph)
        self._constants: dict[Key, Tensor] = constants_of(graph)
        known = checked(graph).nodes
        self._lowerings = {node.name: lowering_of(node, known[node.name].inputs) for node in graph}

    def __call__(
        self,
        inputs: Mapping[str, Tensor],
        weights: Mapping[Key, Tensor],
        *,
        training: bool = False,
        keep_all: bool = False,
    ) -> dict[Ref, Tensor]:
        """The network's outputs, or with ``keep_all`` every tensor of it, inputs included.

        ``inputs`` are tensors by input name, of the graph's shapes or others that fit it; ``weights`` those of
        `weights_of` or `initial_weights`, in any dtype that PyTorch can compute with. With ``training`` dropout falls
        and batch statistics are taken (and the running ones moved). Raises `UsageError` for a missing tensor or one of
        a wrong shape, `ShapeError` where a node cannot take its inputs.
        """
        weights = {**self._constants, **weights}
        self._check({name: tuple(x.shape) for name, x in inputs.items()}, weights)

        def apply(node: Node, xs: Sequence[Tensor], own: Mapping[str, Tensor]) -> Sequence[Tensor]:
            return self._run(node, xs, own, training)

        return walk(self.steps, self.graph.outputs, inputs, weights, apply, keep_all=keep_all)

    def _check(self, shapes: dict[str, Shape], weights: Mapping[Key, Tensor]) -> None:
        known = checked(resized(self.graph, shapes))
        check_weights(self.steps, known, {key: tuple(tensor.shape) for key, tensor in weights.items()})

    def _run(self, node: Node, xs: Sequence[Tensor], own: Mapping[str, Tensor], training: bool) -> Sequence[Tensor]:
        specs = tuple(TensorSpec(tuple(x.shape), str(x.dtype).removeprefix("torch.")) for x in xs)
        names = given_weights(node.op, specs)
        data = len(xs) - len(names)
        call = Call(node.op, xs[:data], {**own, **dict(zip(names, xs[data:], strict=True))}, specs[:data], training)
        try:
            made = self._lowerings[node.name](call)
        except ShapeError as error:
            raise self._placed(error, node, specs) from error
        except (RuntimeError, ValueError, TypeError, IndexError, NotImplementedError) as error:
            raise self._placed(ShapeError(f"PyTorch refuses it: {error}"), node, specs) from error
        return (made,) if isinstance(made, Tensor) else tuple(made)

    @staticmethod
    def _placed(error: ShapeError, node: Node, specs: Inputs) -> ShapeError:
        given = [f"{x} {x.dtype} from {str(ref)!r}" for x, ref in zip(specs, node.inputs, strict=True)]
        return error.at(node.op.name, node.name, given, node.source)
