"""From bound arguments to a Graph of one or a few nodes."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from convlens.importers.calls.syntax import Call, Placeholder
from convlens.ir.errors import ShapeError, UsageError, quoted
from convlens.ir.graph import Graph, Input, Node, Ref
from convlens.ir.op import Inputs, Op
from convlens.ir.spec import Shape, TensorSpec, show_shape

Step = tuple[str, Op]
"""The name of a node and its operator; each step reads the one before it."""


def chain(
    call: Call,
    steps: Sequence[Step],
    inputs: Sequence[Shape],
    *,
    dialect: str = "torch.nn",
    layout: str = "NC*",
    check: Callable[[Inputs], None] | None = None,
) -> Graph:
    """A graph whose first node reads all inputs; ``check`` may refuse them with a `ShapeError`.

    ``inputs`` are in the framework's order of axes.
    """
    shapes = [channels_first(shape) if layout == "N*C" else tuple(shape) for shape in inputs]
    names = ["x"] if len(shapes) == 1 else [f"x{at}" for at in range(len(shapes))]
    dtypes = (*call.dtypes, *("float32",) * len(shapes))
    given = tuple(Input(name, TensorSpec(dims, dtype)) for name, dims, dtype in zip(names, shapes, dtypes, strict=False))
    nodes = tuple(
        Node(name, op, (Ref(steps[at - 1][0]),) if at else tuple(Ref(n) for n in names), source=call.text)
        for at, (name, op) in enumerate(steps)
    )
    graph = Graph(call.text, given, nodes, (Ref(nodes[-1].name),), layout, dialect)
    broken = _refusal(nodes[0], given, inputs, check)
    return graph if broken is None else Graph(call.text, given, nodes[:1], (Ref(nodes[0].name),), layout, dialect, (), broken)


def _refusal(
    node: Node, given: tuple[Input, ...], shown: Sequence[Shape], check: Callable[[Inputs], None] | None
) -> ShapeError | None:
    """Why the node cannot take its inputs, which are ``shown`` in the framework's own order of axes; None if it can."""
    xs = tuple(item.spec for item in given)
    try:
        node.op.infer(xs)
        if check is not None:
            check(xs)
    except ShapeError as error:
        texts = [f"{show_shape(shape)} from {item.name!r}" for shape, item in zip(shown, given, strict=True)]
        return error.at(node.op.name, node.name, texts)
    return None


def shape_of(value: Any, shapes: list[Shape], what: str) -> Shape:
    """A tensor argument: a shape written in the call, or a name, which takes the next given shape."""
    if isinstance(value, Placeholder):
        if not shapes:
            raise UsageError(
                f"no shape is given for {value.name!r} ({what}); give one --input for each name in the call, "
                "or its array in weights=[...]"
            )
        return shapes.pop(0)
    if not isinstance(value, list | tuple) or not all(type(n) is int for n in value):
        raise UsageError(f"{what} must be a name or a shape such as [2, 2, 3, 2], not {quoted(value)}")
    if any(n < 1 for n in value):
        raise UsageError(f"{what} {quoted(list(value))}: every size must be at least 1")
    return tuple(value)


def weight_shapes(call: Call, named: Mapping[str, Any], shapes: list[Shape]) -> dict[str, Shape]:
    """The shape of each weight that a call names: that of the array given for it, else the one written in the call.

    Raises `UsageError` where there are fewer arrays than weights, or an array has another shape than the call says.
    """
    if call.weights is None or not named:
        return {name: shape_of(value, shapes, name) for name, value in named.items()}
    if len(call.weights) != len(named):
        raise UsageError(wrong_number(call.last, list(named), call.weights))
    for (name, value), given in zip(named.items(), call.weights, strict=True):
        said = given if isinstance(value, Placeholder) else shape_of(value, [], name)
        if said != given:
            raise UsageError(f"{call.last}: its {name} is {show_shape(said)} in the call, but {show_shape(given)} is given")
    return dict(zip(named, call.weights, strict=True))


def wrong_number(title: str, wanted: Sequence[str], given: Sequence[Shape]) -> str:
    """What to say where a call is given too few weights or too many; ``wanted`` are their names."""
    return (
        f"{title} has {len(wanted)} weight{'s' if len(wanted) != 1 else ''} ({', '.join(wanted) or 'none'}), "
        f"but {len(given)} {'is' if len(given) == 1 else 'are'} given ({', '.join(map(show_shape, given)) or 'none'})\n"
        "  fix: one array for each of them, in this order, or no weights at all for random ones"
    )


def all_used(call: Call, shapes: Sequence[Shape], wanted: int) -> None:
    """As many shapes as the call has inputs, no fewer and no more."""
    if len(shapes) != wanted:
        shown = ", ".join(map(show_shape, shapes)) or "none"
        raise UsageError(
            f"{call.last} takes {wanted} input{'s' if wanted != 1 else ''}, but {len(shapes)} shapes are given ({shown})\n"
            "  fix: one --input SHAPE for each input, as in --input 1x3x224x224"
        )


def channels_first(shape: Shape) -> Shape:
    """N, space, C to N, C, space.

    >>> channels_first((10, 9, 8, 3))
    (10, 3, 9, 8)
    """
    return (shape[0], shape[-1], *shape[1:-1]) if len(shape) > 2 else tuple(shape)
