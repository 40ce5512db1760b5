"""A kernel of one pixel: a dense layer at every place."""

from typing import Any

from convlens.explanations.example import run
from convlens.explanations.sliding import slid, summed

FORMULA = "params = c_in*c_out + c_out"
CALLS = (
    ("Conv2d(64, 32, 1)", "1x64x56x56"),
    ("Linear(64, 32)", "3136x64"),
    ("Conv2d(256, 4096, 5)", "1x256x5x5"),
    ("Linear(6400, 4096)", "1x6400"),
)
SOURCE = "Lin, Chen, Yan, Network in Network, arXiv:1312.4400; Long, Shelhamer, Darrell, arXiv:1411.4038, section 3.1"
SEE = ("channels", "separable", "flatten-and-linear")

FIRST, SECOND = [[1, 2]], [[10, 20]]
WEIGHTS = (3, 4)


def values() -> dict[str, Any]:
    conv, dense, fully, flat = (run(*call) for call in CALLS)
    first, second = ([[weight]] for weight in WEIGHTS)
    three = run("Conv2d(64, 32, 3)", "1x64x56x56")
    return {
        "c_in": 64, "c_out": 32, "params": conv.params, "same": dense.params, "macs": conv.macs, "dense_macs": dense.macs,
        "fully": fully.params, "flat": flat.params, "wide": three.params, "width": 3, "size": 1,
        "first": FIRST[0], "second": SECOND[0], "weights": WEIGHTS,
        "mixed": summed(slid(FIRST, first), slid(SECOND, second))[0],
    }  # fmt: skip
