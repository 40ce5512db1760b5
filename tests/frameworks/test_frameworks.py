"""`run` against the real TensorFlow and the real Keras: the same line of text on both sides.

``make test`` asks for a few settings of each function, ``make frameworks`` for many (CONVLENS_CASES).
"""

import os

import numpy as np
import pytest

import convlens
from tests.frameworks.compare import relative, verdict
from tests.frameworks.draw import Case, Draw
from tests.frameworks.functions import FUNCTIONS
from tests.frameworks.layers import LAYERS, ON_JAX
from tests.frameworks.oracle import PYTHON
from tests.frameworks.store import stored

CASES = int(os.environ.get("CONVLENS_CASES", "20"))
needs_tensorflow = pytest.mark.skipif(not PYTHON.exists(), reason=f"no TensorFlow at {PYTHON}: `make frameworks` installs it")


@needs_tensorflow
@pytest.mark.conformance
@pytest.mark.parametrize("name", [*FUNCTIONS, *LAYERS])
def test_the_same_numbers_as_tensorflow(tensorflow, name, record_property):
    cases = [({**FUNCTIONS, **LAYERS})[name](Draw(f"{name} {at}")) for at in range(CASES)]
    _check(list(zip(cases, tensorflow.ask(cases), strict=True)), record_property)


@pytest.mark.parametrize("name", ON_JAX)
def test_the_same_numbers_as_keras_on_jax(name, record_property):
    _check(stored()[0][name], record_property)


def _check(pairs, record_property):
    found = [verdict(case, theirs) for case, theirs in pairs]
    faults = [f"{case}: {one.fault}" for (case, _), one in zip(pairs, found, strict=True) if one.fault]
    assert not faults, "\n".join([f"{len(faults)} of {len(pairs)}", *faults[:5]])
    refused = sum(one.refused for one in found)
    assert refused < len(pairs) / 2, "most settings must be legal"
    record_property("largest difference", max(one.difference for one in found))
    record_property("cases", len(pairs))
    record_property("refused by both", refused)


@pytest.mark.parametrize("spoilt", [lambda y: y * (1 + 1e-4), lambda y: y[:, 1:], lambda y: y.astype("float32"), lambda y: "no"])
def test_the_comparison_would_see_another_answer(spoilt):
    """Each answer of Keras on JAX, made wrong."""
    pairs = stored()[0]["keras.layers.Conv2D"]
    legal = [(case, theirs) for case, theirs in pairs if not isinstance(theirs, str) and theirs.size]
    assert all(verdict(case, spoilt(theirs)).fault for case, theirs in legal)


@pytest.mark.parametrize(("theirs", "expected"), [([1.0, np.nan], np.inf), ([1.0, 2.0], 0.0), ([1.0, 2.2], 0.2 / 2.2)])
def test_the_difference_is_measured_by_the_largest_value(theirs, expected):
    assert relative(np.array([1.0, 2.0]), np.array(theirs)) == pytest.approx(expected)


@needs_tensorflow
def test_conv3d_of_tensorflow_breaks_its_own_rule(tensorflow):
    """On a CPU it starts one pixel late where "SAME" needs less than nothing; its conv2d and convlens start at 0."""
    flat = Case("tf.nn.conv2d(x, w0, strides=3, padding='SAME')", (1, 1, 6, 1), ((1, 1, 1, 1),))
    deep = Case("tf.nn.conv3d(x, w0, strides=[1, 1, 1, 3, 1], padding='SAME')", (1, 1, 1, 6, 1), ((1, 1, 1, 1, 1),))
    row, one = np.arange(6.0), np.ones(1)
    assert not verdict(flat, tensorflow.ask([flat])[0]).fault
    assert verdict(deep, tensorflow.ask([deep])[0]).fault
    for call, shape, weights in (flat, deep):
        made = convlens.run(call, row.reshape(shape), [one.reshape(weights[0])])
        assert made.ravel().tolist() == [0.0, 3.0]
