"""From what a person calls a model to a `Graph`: a network's name, a file, the user's own code, a live object."""

import inspect
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from convlens.importers.files import nearest_file, need_file
from convlens.ir import text
from convlens.ir.errors import ShapeError, UsageError, nearest, quoted
from convlens.ir.graph import Graph
from convlens.ir.spec import Shape, TensorSpec, check_sizes, parse_spec, show_shape
from convlens.lang.sentence import Sentence

HOW = Sentence(
    "a model is the name of a network (such as alexnet), file.onnx, file.txt or - (text form), "
    "package.module:factory, or file.py:factory"
)


def load(
    model: Any,
    inputs: Sequence[Any] = (),
    named: Mapping[str, Any] | None = None,
    dims: Mapping[str, int] | None = None,
    real: bool = False,
) -> Graph:
    """The graph of ``model``, on inputs of other shapes where ``inputs`` or ``named`` give them.

    ``model`` is a `Graph`, a live ``torch.nn.Module``, or a text: the name of a network, ``file.onnx``, ``file.txt``, ``-``
    (the text form from the standard input), ``package.module:factory`` or ``file.py:factory``, which runs that code. A
    shape is a tuple of whole numbers, or a text such as ``1x3x224x224`` or, with a dtype, ``2x7:int64``. ``dims`` binds
    named sizes of an ONNX file; ``real`` runs a torch module on real zeros.

    Raises `UsageError` for what is not a model, cannot be read, or does not take such inputs.

    >>> from convlens.ir.text import parse
    >>> load(parse("input x: 1x3x8x8\\nr = relu(x)\\noutput r"), ["1x3x4x4"]).inputs[0].spec.dims
    (1, 3, 4, 4)
    """
    by_name = dict(named or {})
    if isinstance(model, str):
        return _from_text(model, inputs, by_name, dims or {}, real)
    return _from_object(model, inputs, by_name, dims or {}, real, type(model).__name__)


def runs_user_code(model: str) -> bool:
    """True where reading ``model`` runs code of the user's own: ``package.module:factory``, ``file.py:factory``.

    >>> runs_user_code("mine.py:net"), runs_user_code("alexnet"), runs_user_code("C:/nets/a.onnx")
    (True, False, False)
    """
    return ":" in model and not model.endswith((".onnx", ".txt", ".keras"))


def _from_text(model: str, inputs: Sequence[Any], named: dict[str, Any], dims: Mapping[str, int], real: bool) -> Graph:
    if model.endswith(".onnx"):
        return _from_onnx(model, inputs, named, dims)
    if runs_user_code(model):
        from convlens.importers.factory import made  # noqa: PLC0415 - only this form runs code

        return _from_object(made(model), inputs, named, dims, real, model)
    _no_dims(model, dims)
    if model == "-" or model.endswith(".txt"):
        return with_inputs(_read_text(model), inputs, named)
    return with_inputs(_from_name(model), inputs, named)


def _from_object(
    model: Any, inputs: Sequence[Any], named: dict[str, Any], dims: Mapping[str, int], real: bool, name: str
) -> Graph:
    _no_dims(name, dims)
    if isinstance(model, Graph):
        return with_inputs(model, inputs, named)
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(model, torch.nn.Module):
        return _captured(model, inputs, named, real, name)
    raise UsageError(f"{name} is not a model: a torch.nn.Module or a Graph is needed, found {type(model).__name__}")


def _captured(module: Any, inputs: Sequence[Any], named: dict[str, Any], real: bool, name: str) -> Graph:
    if not inputs and not named:
        raise UsageError(
            Sentence(
                "{name} is a torch module, which does not say its input\n"
                "  fix: give it, on the command line as --input 1x3x224x224, in Python as summary(model, (1, 3, 224, 224))",
                name=name,
            )
        )
    from convlens.importers.torch import capture  # noqa: PLC0415 - only a live module needs torch
    from convlens.importers.torch.opaque import DataDependentError  # noqa: PLC0415 - only a live module needs torch

    given = tuple(parse_spec(item) if isinstance(item, str) else item for item in inputs)
    by_name = {key: _spec_or_value(item) for key, item in named.items()}
    if not all(isinstance(item, str) for item in (*inputs, *named.values())):
        return capture(module, given, by_name, real=real)
    try:
        return capture(module, given, by_name, real=real)
    except DataDependentError:  # it took what it was given
        raise
    except (UsageError, ShapeError) as error:
        kind = UsageError if isinstance(error, UsageError) else ShapeError
        raise kind(f"{error}\n  {_what_forward_takes(module)}") from error


def _what_forward_takes(module: Any) -> str:
    """The command line gives tensors alone; a forward may want something else."""
    parameters = inspect.signature(module.forward).parameters.values()
    shown = ", ".join(p.name if p.default is p.empty else f"{p.name}={p.default!r}" for p in parameters)
    return (
        f"forward({shown}) was given tensors: a shape stands for a tensor of floats, 1x16:int64 for one of whole numbers;\n"
        "    a dict, a list or another value can be given from Python: summary(model, {'image': (1, 3, 224, 224)})"
    )


def _spec_or_value(item: Any) -> Any:
    return parse_spec(item) if isinstance(item, str) and item[:1].isdigit() else item


def _from_onnx(path: str, inputs: Sequence[Any], named: Mapping[str, Any], dims: Mapping[str, int]) -> Graph:
    need_file(path)
    from convlens.importers.onnx import read  # noqa: PLC0415 - the onnx package is an extra

    if named and inputs:
        raise UsageError(f"{path}: its inputs are given by name or by position, not both")
    by_name = {name: _spec(item, "") for name, item in named.items()}
    in_order = [_spec(item, "") for item in inputs]
    shapes = {name: spec.dims for name, spec in by_name.items()} if named else [spec.dims for spec in in_order]
    graph = read(path, inputs=shapes, dims=dims)
    _check_dtypes(graph, by_name or {item.name: spec for item, spec in zip(graph.inputs, in_order, strict=False)}, path)
    return graph


def _check_dtypes(graph: Graph, asked: Mapping[str, TensorSpec], path: str) -> None:
    """An ONNX file says the dtypes of its inputs; an empty one is not asked for."""
    for item in graph.inputs:
        dtype = asked[item.name].dtype if item.name in asked else ""
        if dtype not in ("", item.spec.dtype):
            raise UsageError(f"input {item.name!r} of {path} is {item.spec.dtype}, not {dtype}; a file's dtypes are fixed")


def _read_text(path: str) -> Graph:
    if path == "-":
        return text.parse(_decoded(_standard_input(), "standard input"), "standard input")
    place = need_file(path)
    try:
        with place.open("rb") as file:
            content = file.read(text.MAX_CHARACTERS * 4 + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None
    return text.parse(_decoded(content, path), path)


def _standard_input() -> bytes:
    if sys.stdin is None:
        raise UsageError("the standard input is closed, so there is no text form to read from it")
    try:
        return sys.stdin.buffer.read(text.MAX_CHARACTERS * 4 + 1)
    except OSError as error:
        raise UsageError(f"the standard input cannot be read: {error.strerror}") from None


def _decoded(content: bytes, origin: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{origin} is not text in UTF-8: byte {error.start} is 0x{content[error.start]:02x}") from None


def _from_name(name: str) -> Graph:
    from convlens import networks  # noqa: PLC0415 - a file at hand needs none of them

    if name in networks.names():
        return networks.load(name)
    if name.endswith(".keras"):
        raise UsageError(f"{name}: Keras files cannot be read\n  fix: model.export('model.onnx', format='onnx'), then that file")
    file = nearest_file(name)
    meant = Sentence(" (did you mean the file {file}?)", file=repr(file)) if file else nearest(name, networks.names())
    known = ", ".join(networks.names())
    raise UsageError(
        Sentence(
            "there is no network {name}{meant}\n  {how}\n  networks: {known}",
            name=quoted(name), meant=meant, how=HOW, known=known,
        )
    )  # fmt: skip


def _no_dims(name: str, dims: Mapping[str, int]) -> None:
    if dims:
        raise UsageError(f"{name} has no named sizes, so {next(iter(dims))!r} cannot be set; only an ONNX file has them")


def with_inputs(graph: Graph, inputs: Sequence[Any], named: Mapping[str, Any]) -> Graph:
    """The same network on inputs of these shapes; one that is not given keeps its own.

    Raises `UsageError` where their number, a name or a number of axes does not match.
    """
    if not inputs and not named:
        return graph
    names = [item.name for item in graph.inputs]
    own = ", ".join(f"{item.name}: {show_shape(item.spec.dims)}" for item in graph.inputs) or "none"
    for name in named:
        if name not in names:
            raise UsageError(f"network {graph.name!r} has no input {quoted(name)}{nearest(name, names)}; it has: {own}")
    if inputs and named:
        raise UsageError(f"the inputs of {graph.name!r} are given by name or by position, not both; it has: {own}")
    if inputs and len(inputs) != len(names):
        taken = f"{len(names)} input{'' if len(names) == 1 else 's'}"
        given = f"{len(inputs)} shape is" if len(inputs) == 1 else f"{len(inputs)} shapes are"
        raise UsageError(f"network {graph.name!r} takes {taken}, but {given} given; it has: {own}")
    shapes = dict(zip(names, inputs, strict=False)) | dict(named)
    return graph.with_inputs(
        tuple(
            _replaced(graph, item.name, item.spec, shapes[item.name]) if item.name in shapes else item.spec
            for item in graph.inputs
        )
    )


def _replaced(graph: Graph, name: str, old: TensorSpec, given: Any) -> TensorSpec:
    new = _spec(given, old.dtype)
    dims = new.dims
    if graph.layout == "N*C" and len(dims) >= 3:
        dims = (dims[0], dims[-1], *dims[1:-1])
    if len(dims) != old.rank:
        own = f"{old.rank} {'axis' if old.rank == 1 else 'axes'} ({show_shape(old.dims)})"
        raise UsageError(f"input {name!r} of {graph.name!r} has {own}, but {show_shape(dims)} has {len(dims)}")
    return TensorSpec(dims, new.dtype)


def _spec(given: Any, dtype: str) -> TensorSpec:
    """A shape, a text or a tensor; of this ``dtype`` unless a text or a `TensorSpec` says another."""
    found = parse_spec(given) if isinstance(given, str) else given
    return found if isinstance(found, TensorSpec) else TensorSpec(_shape(found), dtype)


def _shape(given: Any) -> Shape:
    dims = tuple(given.shape if hasattr(given, "shape") else given if isinstance(given, list | tuple) else ("?",))
    if not all(hasattr(size, "__index__") and not isinstance(size, bool) for size in dims):
        raise UsageError(f"{quoted(given)} is not a shape: a tuple of whole numbers, or a text such as '1x3x224x224'")
    whole = tuple(int(size.__index__()) for size in dims)
    check_sizes(whole)
    return whole
