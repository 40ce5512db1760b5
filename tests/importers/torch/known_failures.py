"""Small modules on which the counters that people use are known to be wrong, each with the arguments to call it with.

`test_known_failures` works out by hand what is right, and ``bench/known_failures.py`` asks the other tools. The layers have
no bias, which some tools count as a multiply-accumulate and some do not.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils import parametrizations


class Failure(NamedTuple):
    """``build()`` called on tensors of the shapes in ``args`` and ``kwargs``."""

    title: str
    build: Callable[[], nn.Module]
    args: tuple[tuple[int, ...], ...]
    kwargs: dict[str, tuple[int, ...]]


FAILURES: dict[str, Failure] = {}


def failure(title: str, *args: tuple[int, ...], **kwargs: tuple[int, ...]) -> Any:
    """Register the module below, or what a function below builds."""

    def register(build: Callable[[], nn.Module]) -> Callable[[], nn.Module]:
        FAILURES[build.__name__] = Failure(title, build, args, kwargs)
        return build

    return register


class CausalConv3d(nn.Conv3d):
    """Pads by hand, and then convolves as its base does."""

    def forward(self, x):
        return super().forward(F.pad(x, (1, 1, 1, 1, 2, 0)))


@failure("a subclass of Conv3d", (1, 3, 8, 16, 16))
class SubclassOfConv3d(nn.Sequential):
    def __init__(self):
        super().__init__(CausalConv3d(3, 8, 3, bias=False), nn.Conv3d(8, 2, 1, bias=False))


@failure("a linear layer over tokens of several axes", (2, 7, 7, 64))
def linear_over_tokens():
    return nn.Sequential(nn.Linear(64, 32, bias=False))


@failure("a transposed convolution", (1, 16, 8, 8))
def transposed_convolution():
    return nn.Sequential(nn.ConvTranspose2d(16, 8, 2, stride=2, bias=False))


@failure("padding='same'", (1, 3, 16, 16))
def padding_same():
    return nn.Sequential(nn.Conv2d(3, 8, 3, padding="same", bias=False))


@failure("a convolution called as a function", (1, 3, 16, 16))
class FunctionalConv(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(8, 3, 3, 3))

    def forward(self, x):
        return F.conv2d(x, self.weight, padding=1)


@failure("a layer whose .forward() is called", (1, 3, 16, 16))
class ForwardCalled(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1, bias=False)

    def forward(self, x):
        return self.conv.forward(x)


@failure("einsum", (2, 5, 6), (2, 6, 7))
class Einsum(nn.Module):
    def forward(self, x, y):
        return torch.einsum("bij,bjk->bik", x, y)


@failure("the operator @", (2, 5, 6), (2, 6, 7))
class AtOperator(nn.Module):
    def forward(self, x, y):
        return x @ y


@failure("a weight-normed convolution (torch.nn.utils.weight_norm)", (1, 3, 16, 16))
def weight_norm_by_hook():
    return torch.nn.utils.weight_norm(nn.Conv2d(3, 8, 3, padding=1, bias=False))


@failure("a weight-normed convolution (parametrizations.weight_norm)", (1, 3, 16, 16))
def weight_norm_by_parametrization():
    return parametrizations.weight_norm(nn.Conv2d(3, 8, 3, padding=1, bias=False))


@failure("fused attention: scaled_dot_product_attention", (2, 4, 16, 8), (2, 4, 20, 8), (2, 4, 20, 8))
class FusedAttention(nn.Module):
    def forward(self, query, key, value):
        return F.scaled_dot_product_attention(query, key, value)


@failure("fused attention: nn.MultiheadAttention", (2, 16, 32))
class SelfAttention(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(32, 4, bias=False, batch_first=True)

    def forward(self, x):
        return self.attention(x, x, x, need_weights=False)[0]


@failure("fused attention: nn.TransformerEncoderLayer in evaluation", (2, 16, 32))
def fused_encoder_layer():
    return nn.TransformerEncoderLayer(32, 4, 64, bias=False, batch_first=True)


@failure("tied weights", (2, 5))
class TiedWeights(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(100, 8)
        self.head = nn.Linear(8, 100, bias=False)
        self.head.weight = self.embedding.weight

    def forward(self, tokens):
        return self.head(self.embedding(tokens.long()))


@failure("a loose nn.Parameter", (1, 10, 16))
class LooseParameter(nn.Module):
    def __init__(self):
        super().__init__()
        self.position = nn.Parameter(torch.zeros(1, 10, 16))
        self.head = nn.Linear(16, 4, bias=False)

    def forward(self, x):
        return self.head(x + self.position)


@failure("an unbatched input (C, H, W)", (3, 16, 16))
def unbatched_input():
    return nn.Sequential(nn.Conv2d(3, 8, 3, padding=1, bias=False), nn.Conv2d(8, 4, 1, bias=False))


class Detections:
    """Neither a tuple nor a dict."""

    def __init__(self, boxes, scores):
        self.boxes, self.scores = boxes, scores


@failure("a module that returns an object of its own class", (1, 3, 16, 16))
class OwnOutput(nn.Module):
    def __init__(self):
        super().__init__()
        self.boxes, self.scores = nn.Conv2d(3, 4, 3, padding=1, bias=False), nn.Conv2d(3, 2, 1, bias=False)

    def forward(self, x):
        return Detections(self.boxes(x), self.scores(x))


@failure("keyword-only inputs", image=(1, 3, 16, 16), gate=(1, 8, 1, 1))
class KeywordOnly(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1, bias=False)

    def forward(self, *, image, gate):
        return self.conv(image) * gate


@failure("an LSTM", (4, 10, 8))
def lstm():
    return nn.LSTM(8, 16, num_layers=2, bias=False, batch_first=True, bidirectional=True)
