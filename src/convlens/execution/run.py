"""The verb ``run``: what does this network, or this layer, really give?"""

import os
import sys
from collections.abc import Mapping
from typing import Any

from convlens.execution.runner import Made
from convlens.execution.targets import Weights, runner_for
from convlens.ir.errors import ConvlensError
from convlens.ir.spec import show_shape


def run(model: Any, array: Any = (), /, weights: Any = None, *, layer: str = "", seed: int = 0, **named_inputs: Any) -> Any:
    """The output of a network, or of one layer of PyTorch, Keras or tf.nn, on real values, in its own order of axes.

    ``model`` is what `convlens.summary` takes (a network's name, a file, ``package.module:factory``, a live
    ``torch.nn.Module``, a `Graph`), or a call such as ``"Conv2d(3, 8, 3)"``. ``array`` is a NumPy array or a tensor; a tuple
    of them for several inputs, which a network may also be given by name. A tensor gives a tensor, anything else a NumPy
    array; several outputs are a tuple. ``layer`` names the layer whose output is wanted instead of the network's.

    ``weights`` of a network are tensors or arrays by name, as ``module.state_dict()`` has them, or the path of a checkpoint,
    of which nothing is ever run. Those of a call are arrays, one for each weight that it names, in its order, bias last:
    filters are space, in, out for Keras and TensorFlow, and out, in, space for PyTorch. Without them a network by name and a
    call have weights that are drawn, the same for the same ``seed``; a live module and an ONNX file have their own.

    A live module runs as it is, in the mode in which it is, without gradients; where ``weights`` are given, a copy of it. A
    network by name and a call run as in inference: dropout lets everything through, and batch normalisation takes its stored
    statistics. A network computes in the dtype that its input states, float32 for those by name; a layer of Keras in float32
    unless its call says ``dtype="float64"``, as in Keras.

    Raises `UsageError` where the model, an input or the weights are not understood or do not fit, and `ShapeError` where a
    layer cannot take what reaches it. Needs the extra ``torch``; for an ONNX file ``run``.

    >>> import numpy as np
    >>> picture = np.arange(9.0).reshape(1, 3, 3, 1)
    >>> run("tf.nn.conv2d(x, filters, strides=1, padding='VALID')", picture, [np.ones((2, 2, 1, 1))])[0, :, :, 0]
    array([[ 8., 12.],
           [20., 24.]])

    >>> run("lenet5", np.zeros((2, 1, 32, 32))).shape, run("lenet5", np.zeros((2, 1, 32, 32)), layer="c3").shape
    ((2, 10), (2, 16, 10, 10))

    >>> import torch
    >>> half = torch.nn.Linear(2, 1, bias=False)
    >>> run(half, np.array([[3.0, 5.0]]), {"weight": [[0.5, 0.5]]})
    array([[4.]], dtype=float32)
    """
    inputs = array if isinstance(array, tuple) else (array,)
    tensors = any(map(_holds_tensor, (*inputs, *named_inputs.values())))
    runner = runner_for(model, len(inputs), _files(weights), seed)
    made = [_given(_kept(item), tensors) for item in runner.call(inputs, named_inputs, layer)]
    return made[0] if len(made) == 1 else tuple(made)


def _files(weights: Any) -> Weights:
    """A path is a list of one."""
    if isinstance(weights, str | os.PathLike):
        return [os.fspath(weights)]
    if weights is None or isinstance(weights, Mapping):
        return weights
    return [os.fspath(item) if isinstance(item, os.PathLike) else item for item in weights]


def _holds_tensor(value: Any) -> bool:
    torch = sys.modules.get("torch")
    if isinstance(value, Mapping):
        return any(map(_holds_tensor, value.values()))
    if isinstance(value, list | tuple):
        return any(map(_holds_tensor, value))
    return torch is not None and isinstance(value, torch.Tensor)


def _kept(made: Made) -> Any:
    if made.foretold is not None and tuple(made.values.shape) != made.foretold:
        found, foretold = show_shape(tuple(made.values.shape)), show_shape(made.foretold)
        raise ConvlensError(f"the run gave {found}, but {foretold} was foretold; please report the network")
    return made.values


def _given(values: Any, tensors: bool) -> Any:
    """As a tensor where a tensor was given, else as a NumPy array."""
    if _holds_tensor(values) is tensors:
        return values
    from convlens.execution.arrays import numpy_of, tensor_of  # noqa: PLC0415 - an ONNX file runs without PyTorch

    return tensor_of(values, "an output") if tensors else numpy_of(values)
