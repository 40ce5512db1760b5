"""A layer as its framework writes it, in one line of text, becomes a Graph.

``Conv2d(3, 64, 7, stride=2, padding=3)`` (torch.nn), ``F.conv2d(x, [64, 3, 7, 7])`` (torch), ``Conv2D(64, 7,
padding="same")`` (keras.layers), ``tf.nn.conv2d(x, filters=[2, 2, 3, 2], strides=[1, 5, 5, 1], padding="SAME")``. The
text is parsed and never evaluated. Keras and TensorFlow calls take and show N, space, C.
"""

import re
from collections.abc import Sequence
from typing import Any

from convlens.importers.calls import keras, tensorflow, torch
from convlens.importers.calls.syntax import Call, parse
from convlens.ir.errors import UsageError, nearest
from convlens.ir.graph import Graph
from convlens.ir.spec import Shape, check_sizes
from convlens.ir.spelling import Spelling
from convlens.lang.sentence import Sentence

_FRAMEWORKS: Sequence[Any] = (torch, keras, tensorflow)


def read(text: str, shapes: Sequence[Shape], weights: Sequence[Shape] | None = None, dtypes: Sequence[str] = ()) -> Graph:
    """The network of one call on inputs of these ``shapes``, in the framework's own order of axes.

    ``weights`` are the shapes of the arrays that stand for the weights that a function names, in its order; without them
    the call says those shapes itself, or they follow those of the inputs. An input is float32 unless ``dtypes`` says else.

    Raises `UsageError` where the text is no call, the name or an argument is unknown, or the number of shapes is wrong.
    Where the layer cannot take the input, the graph is returned as broken (`Graph.broken`, or found by
    `convlens.passes.facts`).

    >>> read("Conv2d(3, 64, 7, stride=2, padding=3)", [(1, 3, 224, 224)]).nodes[0].op.kernel
    (7, 7)
    """
    for shape in shapes:
        check_sizes(shape)
    call = parse(text)._replace(weights=None if weights is None else tuple(weights), dtypes=tuple(dtypes))
    for framework in _likeliest_first(call):
        graph: Graph | None = framework.read(call, list(shapes))
        if graph is not None:
            return graph
    raise UsageError(_unknown(call))


def spelled(text: str) -> tuple[Call, Spelling, int]:
    """The call, its framework's table of arguments, and the number of spatial axes that its name says (or 0).

    >>> call, spelling, axes = spelled("Conv2D(8, 3)")
    >>> spelling.framework, spelling.args[0].theirs, axes
    ('keras', 'filters', 2)
    """
    call = parse(text)
    for framework in _likeliest_first(call):
        found: tuple[Spelling, int] | None = framework.spelling(call)
        if found is not None:
            return call, *found
    raise UsageError(_unknown(call))


def _likeliest_first(call: Call) -> Sequence[Any]:
    """Asking the right framework first saves reading every operator's file: only Keras writes ``2D`` large."""
    return (keras, torch, tensorflow) if re.search("[123]D", call.last) else _FRAMEWORKS


def _unknown(call: Call) -> str:
    names = sorted({name for framework in _FRAMEWORKS for name in framework.names()})
    return Sentence(
        "unknown layer {name}{meant}\n"
        "  fix: a layer of torch.nn such as Conv2d(3, 64, 7), of keras.layers such as Conv2D(64, 7), or tf.nn.conv2d(...)",
        name=repr(call.name), meant=nearest(call.last, names),
    )  # fmt: skip
