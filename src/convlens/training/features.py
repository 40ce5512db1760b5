"""What the first layers of a network make of one example, and which words of a text count."""

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from convlens.backends.torch.module import GraphModule
from convlens.training.preparation.text import TextPreparation
from convlens.training.preparation.words import UNKNOWN, words_of
from convlens.training.restored import Restored

MAX_LEFT_OUT = 128
"""Words of a text that are left out in turn."""

_CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)


class Maps(NamedTuple):
    """The output of one convolution for one example: (C, T), (C, H, W) or (C, D, H, W)."""

    layer: str
    values: Tensor


class Word(NamedTuple):
    """A word of a text; ``weight`` is by how much the probability of the answer falls where the network does not know it."""

    text: str
    known: bool
    weight: float


@torch.no_grad()
def first_maps(network: Restored, row: Tensor, layers: int = 1) -> list[Maps]:
    """The outputs of the first ``layers`` convolutions for a stored row, in float32."""
    x = network.preparation.batch(row[None])
    module = network.module
    return _of_graph(module, x, layers) if isinstance(module, GraphModule) else _of_code(module, x, layers)


def _of_graph(module: GraphModule, x: Tensor, layers: int) -> list[Maps]:
    wanted = [node.name for node in module.graph if node.op.name == "conv"][:layers]
    if not wanted:
        return []
    made = module.executor({module.graph.inputs[0].name: x}, module.weights(), keep_all=True)
    found = {ref.node: value for ref, value in made.items()}
    return [Maps(name, found[name][0].float()) for name in wanted]


def _of_code(module: nn.Module, x: Tensor, layers: int) -> list[Maps]:
    wanted = [(name, layer) for name, layer in module.named_modules() if isinstance(layer, _CONVOLUTIONS)][:layers]
    found: dict[str, Tensor] = {}

    def keep(name: str) -> Any:
        def hook(_module: nn.Module, _inputs: Any, output: Tensor) -> None:  # what a hook returns takes the output's place
            found.setdefault(name, output[0].float())

        return hook

    hooks = [layer.register_forward_hook(keep(name)) for name, layer in wanted]
    try:
        module(x)
    finally:
        for hook in hooks:
            hook.remove()
    return [Maps(name, found[name]) for name, _ in wanted if name in found]


def word_weights(network: Restored, text: str) -> list[Word]:
    """Each of the first words of a text, left out in turn: the unknown word stands in its place."""
    preparation = network.preparation
    if not isinstance(preparation, TextPreparation):
        return []
    row = preparation.read(text)
    words = words_of(text)[: min(preparation.longest, MAX_LEFT_OUT)]
    rows = row.repeat(len(words) + 1, 1)
    places = torch.arange(len(words))
    rows[places + 1, places] = UNKNOWN
    probabilities = torch.cat([network.probabilities(some) for some in rows.split(64)])
    answer = int(probabilities[0].argmax())
    falls = probabilities[0, answer] - probabilities[1:, answer]
    return [Word(word, word in preparation.vocabulary, float(fall)) for word, fall in zip(words, falls, strict=True)]
