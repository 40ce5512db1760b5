"""Which pixels an output sees, layer by layer, through a well-known network."""

from typing import Any

from convlens import networks
from convlens.arith.axis import compose, window
from convlens.passes.facts import facts
from convlens.passes.receptive_field import receptive_fields

FORMULA = "size = 1 + (k1 - 1) + (k2 - 1)*s1 + (k3 - 1)*s1*s2"
CALLS = (("Conv2d(1, 1, 3)", "1x1x9x9"), ("Conv2d(1, 1, 7)", "1x1x9x9"))
SOURCE = "Araujo, Norris, Sim, Computing Receptive Fields of Convolutional Neural Networks, Distill 2019"
SEE = ("dilation", "stride", "pooling", "kernel")

SHOWN = ("features.0", "features.2", "features.4", "features.9", "features.16", "features.23", "features.30")
"""Layers of VGG-16, the last its last pooling."""


def values() -> dict[str, Any]:
    graph = networks.load("vgg16")
    fields = receptive_fields(graph, facts(graph))
    rows = []
    for name in SHOWN:
        field = fields[name]
        assert field is not None
        rows.append((name, field.axes[0].size, field.axes[0].stride))
    triple = compose(compose(window(kernel=3), window(kernel=3)), window(kernel=3))
    return {
        "k1": 3, "k2": 3, "k3": 3, "s1": 1, "s2": 1, "size": triple.sizes[1], "wrong": 3 + 3 + 3, "rows": rows,
        "last": rows[-1][1], "step": rows[-1][2], "image": graph.inputs[0].spec.dims[2], "network": graph.name,
        "three": 3 * 3 * 3, "one": triple.sizes[1] * triple.sizes[1],
    }  # fmt: skip
