"""The verb ``run``: what does this layer really give?"""

from collections.abc import Sequence
from typing import Any

from convlens.execution.arrays import shape_of, spec_of, tensor_of
from convlens.execution.layer import Layer


def run(call: str, array: Any, weights: Sequence[Any] | None = None, *, seed: int = 0) -> Any:
    """The output of one layer of PyTorch, Keras or tf.nn on real values, in the call's own order of axes.

    ``array`` is a NumPy array or a tensor (a tuple of them for a call of several inputs), ``weights`` one array for each
    weight that the call names, in its order, bias last: filters are space, in, out for Keras and TensorFlow, and out, in,
    space for PyTorch. Without them they are drawn, the same for the same ``seed``. A tensor gives a tensor, anything else
    a NumPy array; a call of several outputs gives a tuple. Dropout lets everything through, and batch normalisation takes
    its stored statistics. A layer of Keras computes in float32 unless its call says ``dtype="float64"``, as in Keras.

    Raises `UsageError` where the call, an array or a weight is not understood or has another shape than the call needs, and
    `ShapeError` where the layer cannot take the input. Needs the extra ``torch``.

    >>> import numpy as np
    >>> picture = np.arange(9.0).reshape(1, 3, 3, 1)
    >>> run("tf.nn.conv2d(x, filters, strides=1, padding='VALID')", picture, [np.ones((2, 2, 1, 1))])[0, :, :, 0]
    array([[ 8., 12.],
           [20., 24.]])
    """
    inputs = array if isinstance(array, tuple) else (array,)
    specs = [spec_of(tensor_of(x, f"input {at + 1}")) for at, x in enumerate(inputs)]
    given = None if weights is None else [shape_of(tensor_of(w, f"weight {at + 1}")) for at, w in enumerate(weights)]
    made = Layer(call, specs, given)(inputs, weights, seed=seed)
    return made[0] if len(made) == 1 else made
