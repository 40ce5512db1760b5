"""What TensorFlow, and Keras on TensorFlow or on JAX, say. This runs in their own environment and imports nothing of convlens.

Each line of input is ``{"file": ..., "cases": [[call, input shape, [weight shape, ...]], ...]}``; the arrays go to the file,
a line of output says for each case why it was refused, or null. A call of tf.nn names its weights ``w0``, ``w1``; a layer of
Keras is built and has as many as it has. A schedule answers with the rates of its first steps; an optimizer with the weights
after each step, where the shape is (steps, weights).
"""

import importlib.metadata
import json
import sys
from typing import Any

import keras
import numpy as np

from tests.frameworks.values import array


def answer(call: str, shape: list[int], weights: list[list[int]]) -> np.ndarray:
    if call.startswith("keras.optimizers."):
        return moved(eval(call, {"keras": keras}), call, shape)
    x = array(call, "x", shape)
    if not call.startswith("keras."):
        import tensorflow as tf  # Keras on JAX does without it

        given = {f"w{at}": tf.constant(array(call, f"w{at}", size)) for at, size in enumerate(weights)}
        return eval(call, {"tf": tf, "x": tf.constant(x), **given}).numpy()
    layer = eval(call, {"keras": keras})
    layer.build(x.shape)
    layer.set_weights([array(call, f"w{at}", w.shape) for at, w in enumerate(layer.get_weights())])
    return np.asarray(layer(x))


def moved(rule: Any, call: str, shape: list[int]) -> np.ndarray:
    if call.startswith("keras.optimizers.schedules."):
        return np.array([float(rule(step)) for step in range(shape[0])])
    weight = keras.Variable(array(call, "start", shape[1:]), dtype="float64")
    made = []
    for gradient in array(call, "gradients", shape):
        rule.apply([keras.ops.convert_to_tensor(gradient)], [weight])
        made.append(np.array(weight.numpy()))
    return np.stack(made)


def answers(cases: list[Any]) -> tuple[dict[str, np.ndarray], list[str | None]]:
    made: dict[str, np.ndarray] = {}
    refused: list[str | None] = []
    for at, case in enumerate(cases):
        try:
            made[str(at)] = answer(*case)
            refused.append(None)
        except Exception as error:  # noqa: BLE001 - whatever it is, this framework refuses the call
            refused.append(f"{type(error).__name__}: {error}"[:300])
    return made, refused


_PACKAGES = {"tensorflow": "tensorflow-cpu"}


def main() -> None:
    names = ("keras", keras.backend.backend())
    print(json.dumps({name: importlib.metadata.version(_PACKAGES.get(name, name)) for name in names}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        made, refused = answers(request["cases"])
        np.savez(request["file"], **made)
        print(json.dumps(refused), flush=True)


if __name__ == "__main__":
    main()
