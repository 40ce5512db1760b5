"""The true inputs of a model (those without an initializer) and the sizes that they are given."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from convlens.importers.onnx.quote import listed, plain, quoted
from convlens.importers.onnx.tensor import dtype_of
from convlens.ir.errors import GraphError, UsageError, nearest
from convlens.ir.graph import Input
from convlens.ir.setting import whole
from convlens.ir.spec import MAX_AXES, Shape, TensorSpec, check_sizes, show_shape

if TYPE_CHECKING:
    from onnx import GraphProto, ValueInfoProto

Size = int | str | None
"""A declared size: a number, the name of a dynamic dim, or nothing at all."""

LARGEST = 2**63 - 1
"""The largest size that ONNX can write."""

Given = Mapping[str, Shape] | Sequence[Shape]


def bound_inputs(graph: "GraphProto", inputs: Given, dims: Mapping[str, int]) -> tuple[tuple[Input, ...], dict[str, int]]:
    """The true inputs with all their sizes, and the value of every dynamic dim.

    Raises `UsageError` where a dim stays open, a binding contradicts the model or another one, or a name is unknown.
    """
    stored = {tensor.name for tensor in graph.initializer}
    true = {info.name: info for info in graph.input if info.name not in stored}
    given = _by_name(inputs, list(true))
    declared = {name: declared_sizes(info) for name, info in true.items()}
    names = _bindings(declared, given, dims)
    return tuple(Input(name, _spec(true[name], declared[name], given.get(name), names)) for name in true), names


def declared_sizes(info: "ValueInfoProto") -> tuple[Size, ...] | None:
    """The sizes that a model declares for a tensor; None where it declares none."""
    kind = info.type.tensor_type
    return tuple(map(_size, kind.shape.dim)) if kind.HasField("shape") else None


def _size(dim: Any) -> Size:
    if dim.HasField("dim_value"):
        return int(dim.dim_value) if dim.dim_value >= 0 else None
    return str(dim.dim_param) or None


def _by_name(inputs: Given, names: list[str]) -> dict[str, Shape]:
    if not isinstance(inputs, Mapping):
        if len(inputs) > len(names):
            raise UsageError(f"{len(inputs)} input shapes are given, but the model has {len(names)} inputs: {listed(names)}")
        inputs = dict(zip(names, inputs, strict=False))
    for name, shape in inputs.items():
        if name not in names:
            raise UsageError(f"the model has no input {quoted(name)}{nearest(name, names)}; its inputs are: {listed(names)}")
        check_sizes(tuple(map(whole, shape)))
        if max(shape, default=1) > LARGEST:
            raise UsageError(f"input {quoted(name)}: a size is over {LARGEST}, the largest that a model can hold")
    return {name: tuple(shape) for name, shape in inputs.items()}


def _bindings(
    declared: Mapping[str, tuple[Size, ...] | None], given: Mapping[str, Shape], dims: Mapping[str, int]
) -> dict[str, int]:
    """The value of each named dim, from ``dims`` and from the input shapes."""
    known = list(dict.fromkeys(size for sizes in declared.values() for size in sizes or () if isinstance(size, str)))
    for name, value in dims.items():
        if name not in known:
            raise UsageError(f"the model has no dynamic dim {quoted(name)}{nearest(name, known)}; it has: {listed(known)}")
        if whole(value) < 1:
            raise UsageError(f"dim {plain(name)}={value}: every size must be at least 1")
    names = dict(dims)
    for size, value, name in _pairs(declared, given):
        if isinstance(size, str) and names.setdefault(size, value) != value:
            raise UsageError(
                f"dim {quoted(size)} is {names[size]}, but the shape given for input {quoted(name)} makes it {value}"
            )
    return names


def _pairs(declared: Mapping[str, tuple[Size, ...] | None], given: Mapping[str, Shape]) -> Iterator[tuple[Size, int, str]]:
    for name, shape in given.items():
        sizes = declared[name]
        if sizes is None:
            continue
        if len(sizes) != len(shape):
            raise UsageError(
                f"input {quoted(name)} is declared {shown_sizes(sizes)}, {len(sizes)} axes, "
                f"but {show_shape(shape)} has {len(shape)}"
            )
        yield from ((size, value, name) for size, value in zip(sizes, shape, strict=True))


def _spec(info: "ValueInfoProto", sizes: tuple[Size, ...] | None, shape: Shape | None, names: Mapping[str, int]) -> TensorSpec:
    where = f"input {quoted(info.name)}"
    if not info.type.HasField("tensor_type"):
        kind = (info.type.WhichOneof("value") or "value without a type").removesuffix("_type")
        raise UsageError(f"{where} is a {kind}; only tensors can be given a shape")
    if sizes is not None and len(sizes) > MAX_AXES:
        raise UsageError(f"{where} is declared with {len(sizes)} axes; a tensor has at most {MAX_AXES}")
    dtype = dtype_of(info.type.tensor_type.elem_type, where)
    if sizes is None and shape is None:
        raise UsageError(f"{where} declares no shape\n  fix: --input {plain(info.name)}=1x3x224x224")
    return TensorSpec(_filled(info.name, sizes, shape, names), dtype)


def _filled(name: str, sizes: tuple[Size, ...] | None, shape: Shape | None, names: Mapping[str, int]) -> Shape:
    if sizes is None:
        return shape or ()
    if shape is not None:
        if any(isinstance(size, int) and size not in (0, value) for size, value in zip(sizes, shape, strict=True)):
            raise UsageError(f"input {quoted(name)} is declared {shown_sizes(sizes)}; {show_shape(shape)} contradicts it")
        return shape
    return tuple(_resolved(name, axis, sizes, names) for axis in range(len(sizes)))


def _resolved(name: str, axis: int, sizes: tuple[Size, ...], names: Mapping[str, int]) -> int:
    size = sizes[axis]
    if isinstance(size, int) and size:
        return size
    if isinstance(size, str) and size in names:
        return names[size]
    example = "x".join(str(s) if isinstance(s, int) and s else "1" for s in sizes)
    by_name = f" or --dim {plain(size)}=1" if isinstance(size, str) else ""
    why = f"axis {axis} ({plain(size) if isinstance(size, str) else 'unnamed'}) is dynamic and needs a size"
    if size == 0:
        why = f"axis {axis} has no values; every size must be at least 1"
    raise UsageError(
        f"input {quoted(name)} is declared {shown_sizes(sizes)}: {why}\n  fix: --input {plain(name)}={example}{by_name}"
    )


def shown_sizes(sizes: Sequence[Size]) -> str:
    """
    >>> shown_sizes((1, None, "N"))
    '1x?xN'
    """
    return "x".join("?" if size is None else plain(str(size)) for size in sizes) or "scalar"


def check_names(graph: "GraphProto") -> None:
    """No input and no initializer twice."""
    for what, items in (("input", graph.input), ("initializer", graph.initializer)):
        seen: set[str] = set()
        for item in items:
            if item.name in seen:
                raise GraphError(f"the {what} {quoted(item.name)} is there twice")
            seen.add(item.name)
