"""From what a person names (a network, a file, a layer, a kernel) to what can be run."""

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from convlens.execution.kernels import Kernel
from convlens.execution.runner import Runner
from convlens.importers.factory import made
from convlens.importers.model import load, runs_user_code
from convlens.ir.errors import UsageError
from convlens.ir.graph import Graph
from convlens.ir.spec import show_shape
from convlens.ir.text import parse
from convlens.lang.messages import marked
from convlens.lang.sentence import Sentence
from convlens.media.extras import extra
from convlens.media.read import read
from convlens.media.sample import Sample, Step

PADDINGS = {
    "same": "padding=same", "valid": "padding=valid", "reflect": "padding=same, padding_mode=reflect",
}  # fmt: skip
"""What a kernel made by hand reads beyond the border: zeros, nothing (the result is smaller), the mirrored picture."""


Weights = Sequence[Any] | Mapping[str, Any] | None
"""Files, tensors and arrays by name, or, of a call, arrays in the order in which it names them."""


def runner_for(model: Any, count: int, weights: Weights = None, seed: int = 0) -> Runner:
    """What runs ``model`` on so many inputs, with these ``weights``, or with those drawn for this ``seed``.

    ``model`` is what `convlens.importers.model.load` takes, or a call. What a factory makes runs in evaluation mode; a live
    module runs as it is, and on a copy of it where weights are given.

    Raises `UsageError` for what is not a model, or weights that do not fit it.
    """
    return _named(model, count, weights, seed) if isinstance(model, str) else _live(model, count, weights, seed)


def is_call(model: Any) -> bool:
    """
    >>> is_call("Conv2d(3, 8, 3)"), is_call("alexnet"), is_call("net.py:Net")
    (True, False, False)
    """
    return isinstance(model, str) and model.rstrip().endswith(")")


def _named(model: str, count: int, weights: Weights, seed: int) -> Runner:
    if model.endswith(".onnx"):
        if weights is not None:
            raise UsageError(f"{model} holds its own weights\n  fix: leave --weights out, in Python weights=")
        from convlens.execution.run_onnx import OnnxRunner  # noqa: PLC0415 - onnxruntime is an extra

        return OnnxRunner(model)
    extra("torch", Sentence("running a network"))
    if is_call(model):
        return _call(model, weights, seed)
    found: Any = made(model) if runs_user_code(model) else load(model)
    if isinstance(found, Graph):
        return _graph(found, weights, seed)
    module = _module(found, model).eval()
    return _module_runner(module, model, count, weights, Step("own", marked("as {model} made them"), {"model": model}))


def _live(model: Any, count: int, weights: Weights, seed: int) -> Runner:
    extra("torch", Sentence("running a network"))
    if isinstance(model, Graph):
        return _graph(model, weights, seed)
    name = type(model).__name__
    module = _module(model, name)
    own = Step("own", marked("its own"))
    return _module_runner(module if weights is None else copy.deepcopy(module), name, count, weights, own)


def kernel_runner(kernel: Kernel, sample: Sample, padding: str) -> Runner:
    """A kernel made by hand on each channel of a sample (N, C, H, W) or (C, H, W) by itself."""
    extra("torch", Sentence("running a kernel"))
    import torch  # noqa: PLC0415 - just seen to be there

    from convlens.execution.run_graph import GraphRunner  # noqa: PLC0415 - needs PyTorch

    shape = sample.values.shape
    if len(shape) not in (3, 4) or sample.kind == "sound":
        raise UsageError(f"{sample.path} has the shape {show_shape(shape)}; a kernel takes H x W, C x H x W or N x C x H x W")
    channels, rows, columns = shape[-3:]
    dtype = "float64" if sample.values.dtype == "float64" else "float32"
    size = len(kernel.rows)
    graph = parse(
        f"network {kernel.name}\ninput x: 1x{channels}x{rows}x{columns}: {dtype}\noutput = conv(x, out={channels}, "
        f"kernel={size}x{size}, groups={channels}, {PADDINGS[padding]}, bias=false)\noutput output"
    )
    weight = torch.tensor(kernel.weights(), dtype=getattr(torch, dtype)).expand(channels, 1, size, size)
    text = marked("the kernel {kernel}, made by hand, on each channel")
    return GraphRunner(graph, {("output", "weight"): weight}, Step("kernel", text, {"kernel": kernel.name}))


def _call(call: str, weights: Weights, seed: int) -> Runner:
    from convlens.execution.run_call import CallRunner  # noqa: PLC0415 - needs PyTorch

    if weights is None:
        return CallRunner(call, None, _drawn(seed), seed)
    if isinstance(weights, Mapping):
        raise UsageError(f"{call} takes its weights in order, bias last, not by name")
    if not _are_files(weights):
        return CallRunner(call, weights, Step("given", marked("{tensors} arrays"), {"tensors": len(weights)}), seed)
    wrong = next((path for path in weights if Path(path).suffix.lower() != ".npy"), None)
    if wrong is not None:
        raise UsageError(
            f"--weights {wrong}: the weights of a call are .npy files, in the order in which it names them, bias last"
        )
    return CallRunner(call, [read(path).values for path in weights], _stored(len(weights), weights), seed)


def _graph(graph: Graph, weights: Weights, seed: int) -> Runner:
    from convlens.backends.torch import initial_weights  # noqa: PLC0415 - needs PyTorch
    from convlens.execution.match import weights_for  # noqa: PLC0415 - needs PyTorch
    from convlens.execution.run_graph import GraphRunner  # noqa: PLC0415 - needs PyTorch

    if weights is None:
        return GraphRunner(graph, initial_weights(graph, seed), _drawn(seed))
    state, origin, step = _state(weights)
    return GraphRunner(graph, weights_for(graph, state, origin), step)


def _module(found: Any, model: str) -> Any:
    import torch  # noqa: PLC0415 - just seen to be there

    if not isinstance(found, torch.nn.Module):
        raise UsageError(f"{model} is not a model: a torch.nn.Module or a Graph is needed, found {type(found).__name__}")
    return found


def _module_runner(module: Any, name: str, count: int, weights: Weights, own: Step) -> Runner:
    from convlens.execution.match import load_into  # noqa: PLC0415 - needs PyTorch
    from convlens.execution.run_module import ModuleRunner  # noqa: PLC0415 - needs PyTorch

    if weights is None:
        return ModuleRunner(module, name, count, own)
    state, origin, step = _state(weights)
    load_into(module, state, origin)
    return ModuleRunner(module, name, count, step)


def _are_files(weights: Sequence[Any]) -> bool:
    return bool(weights) and all(isinstance(item, str) for item in weights)


def _state(weights: Sequence[Any] | Mapping[str, Any]) -> tuple[Any, str, Step]:
    """The tensors by name, what a message calls them, and where they are from."""
    from convlens.execution.checkpoint import named_state, read_state  # noqa: PLC0415 - needs PyTorch

    if isinstance(weights, Mapping):
        state = named_state(weights)
        return state, "weights", Step("given", marked("{tensors} tensors given by name"), {"tensors": len(state)})
    if not _are_files(weights):
        raise UsageError(
            "the weights of a network are tensors by name, as its state_dict() has them, or the path of a checkpoint\n"
            "  fix: weights={'conv1.weight': array, ...}"
        )
    if len(weights) > 1:
        raise UsageError(f"there are {len(weights)} files of weights, but a network has one")
    state = read_state(weights[0])
    return state, weights[0], _stored(len(state), weights)


def _drawn(seed: int) -> Step:
    return Step("drawn", marked("drawn as PyTorch's layers start, seed {seed}; nothing is trained"), {"seed": seed})


def _stored(count: int, files: Sequence[str]) -> Step:
    text = marked("{tensors} tensors of {files}")
    return Step("file", text, {"tensors": count, "files": ", ".join(files)})
