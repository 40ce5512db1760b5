"""Words as numbers, windows of words, and what pooling over time forgets."""

from typing import Any

from convlens.explanations.example import run
from convlens.explanations.sliding import slid_row
from convlens.ir.text import parse
from convlens.passes.facts import facts

FORMULA = "out = words - k + 1"
CALLS = (("Conv1d(128, 100, 3)", "1x128x20"),)
SOURCE = "Kim, Convolutional Neural Networks for Sentence Classification, arXiv:1408.5882; torch.nn.Embedding"
SEE = ("speech-convolution", "convolution", "pooling")

CODES = {"dog": 1, "bites": 2, "man": 4}
FIRST, SECOND = ("dog", "bites", "man"), ("man", "bites", "dog")


def _most(sentence: tuple[str, ...], kernel: tuple[int, ...]) -> Any:
    """The largest answer of a kernel anywhere in the sentence."""
    return max(slid_row([CODES[word] for word in sentence], kernel))


def values() -> dict[str, Any]:
    layer = run(*CALLS[0])
    table = facts(parse("input x: 1x20:int64\ne = embedding(x, count=10000, width=128)\noutput e")).nodes["e"]
    return {
        "words": 20, "k": 3, "out": layer.output[2], "known": 10_000, "wide": layer.input[1], "table": table.params,
        "kernels": layer.output[1], "first": " ".join(FIRST), "second": " ".join(SECOND), "one": 1, "two": 2,
        "single_first": _most(FIRST, (1,)), "single_second": _most(SECOND, (1,)),
        "pair_first": _most(FIRST, (1, -1)), "pair_second": _most(SECOND, (1, -1)),
    }  # fmt: skip
