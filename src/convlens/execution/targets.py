"""From what a person names (a network, a file, a layer, a kernel) to what can be run."""

from collections.abc import Sequence
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
from convlens.media.extras import extra
from convlens.media.read import read
from convlens.media.sample import Sample, Step

PADDINGS = {
    "same": "padding=same", "valid": "padding=valid", "reflect": "padding=same, padding_mode=reflect",
}  # fmt: skip
"""What a kernel made by hand reads beyond the border: zeros, nothing (the result is smaller), the mirrored picture."""


def runner_for(model: str, files: int, weights: Sequence[str] = (), seed: int = 0) -> Runner:
    """What runs ``model`` on so many files, with the weights of these files, or those drawn for this ``seed``.

    Raises `UsageError` for what is not a model, or weights that do not fit it.
    """
    if model.endswith(".onnx"):
        if weights:
            raise UsageError(f"--weights: {model} holds its own weights")
        from convlens.execution.run_onnx import OnnxRunner  # noqa: PLC0415 - onnxruntime is an extra

        return OnnxRunner(model)
    extra("torch", "running a network")
    if model.rstrip().endswith(")"):
        return _call(model, weights, seed)
    found: Any = made(model) if runs_user_code(model) else load(model)
    return _graph(found, weights, seed) if isinstance(found, Graph) else _module(found, model, files, weights)


def kernel_runner(kernel: Kernel, sample: Sample, padding: str) -> Runner:
    """A kernel made by hand on each channel of a sample (N, C, H, W) or (C, H, W) by itself."""
    extra("torch", "running a kernel")
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


def _call(call: str, weights: Sequence[str], seed: int) -> Runner:
    from convlens.execution.run_call import CallRunner  # noqa: PLC0415 - needs PyTorch

    if not weights:
        return CallRunner(call, None, _drawn(seed), seed)
    wrong = next((path for path in weights if Path(path).suffix.lower() != ".npy"), None)
    if wrong is not None:
        raise UsageError(
            f"--weights {wrong}: the weights of a call are .npy files, in the order in which it names them, bias last"
        )
    return CallRunner(call, [read(path).values for path in weights], _stored(len(weights), weights), seed)


def _graph(graph: Graph, weights: Sequence[str], seed: int) -> Runner:
    from convlens.backends.torch import initial_weights  # noqa: PLC0415 - needs PyTorch
    from convlens.execution.match import weights_for  # noqa: PLC0415 - needs PyTorch
    from convlens.execution.run_graph import GraphRunner  # noqa: PLC0415 - needs PyTorch

    if not weights:
        return GraphRunner(graph, initial_weights(graph, seed), _drawn(seed))
    state = _state(weights)
    return GraphRunner(graph, weights_for(graph, state, weights[0]), _stored(len(state), weights))


def _module(found: Any, model: str, files: int, weights: Sequence[str]) -> Runner:
    import torch  # noqa: PLC0415 - just seen to be there

    from convlens.execution.match import load_into  # noqa: PLC0415 - needs PyTorch
    from convlens.execution.run_module import ModuleRunner  # noqa: PLC0415 - needs PyTorch

    if not isinstance(found, torch.nn.Module):
        raise UsageError(f"{model} is not a model: a torch.nn.Module or a Graph is needed, found {type(found).__name__}")
    if not weights:
        return ModuleRunner(found, model, files, Step("own", marked("as {model} made them"), {"model": model}))
    state = _state(weights)
    load_into(found, state, weights[0])
    return ModuleRunner(found, model, files, _stored(len(state), weights))


def _state(weights: Sequence[str]) -> Any:
    from convlens.execution.checkpoint import read_state  # noqa: PLC0415 - needs PyTorch

    if len(weights) > 1:
        raise UsageError(f"--weights is given {len(weights)} times; a network has one file of weights")
    return read_state(weights[0])


def _drawn(seed: int) -> Step:
    return Step("drawn", marked("drawn as PyTorch's layers start, seed {seed}; nothing is trained"), {"seed": seed})


def _stored(count: int, files: Sequence[str]) -> Step:
    text = marked("{tensors} tensors of {files}")
    return Step("file", text, {"tensors": count, "files": ", ".join(files)})
