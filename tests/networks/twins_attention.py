"""Twins of the networks with attention: see `tests.networks.torch_twins`."""

from collections import OrderedDict

import torch
from torch import Tensor, nn

from tests.networks.torch_blocks import named


class Attention(nn.Module):
    """Scaled dot products of 12 heads, written out."""

    def __init__(self) -> None:
        super().__init__()
        self.in_proj, self.out_proj, self.softmax = nn.Linear(768, 3 * 768), nn.Linear(768, 768), nn.Softmax(-1)

    def forward(self, x: Tensor) -> Tensor:
        n, tokens, dim = x.shape
        q, k, v = (part.reshape(n, tokens, 12, 64).permute(0, 2, 1, 3) for part in self.in_proj(x).chunk(3, -1))
        weights = self.softmax(q @ k.permute(0, 1, 3, 2) / 8)
        return self.out_proj((weights @ v).permute(0, 2, 1, 3).reshape(n, tokens, dim))


class EncoderBlock(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.ln_1, self.self_attention, self.ln_2 = nn.LayerNorm(768, 1e-6), Attention(), nn.LayerNorm(768, 1e-6)
        self.mlp = nn.Sequential(OrderedDict({"0": nn.Linear(768, 3072), "1": nn.GELU(), "3": nn.Linear(3072, 768)}))

    def forward(self, x: Tensor) -> Tensor:
        x = self.self_attention(self.ln_1(x)) + x
        return x + self.mlp(self.ln_2(x))


class Encoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.pos_embedding = nn.Parameter(torch.empty(1, 197, 768))
        self.layers = named(**{f"encoder_layer_{index}": EncoderBlock() for index in range(12)})
        self.ln = nn.LayerNorm(768, 1e-6)

    def forward(self, x: Tensor) -> Tensor:
        return self.ln(self.layers(x + self.pos_embedding))


class VisionTransformer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv_proj = nn.Conv2d(3, 768, 16, 16)
        self.class_token = nn.Parameter(torch.empty(1, 1, 768))
        self.encoder, self.heads = Encoder(), named(head=nn.Linear(768, 1000))

    def forward(self, x: Tensor) -> Tensor:
        patches = self.conv_proj(x).flatten(2).permute(0, 2, 1)
        tokens = torch.cat([self.class_token.expand(x.shape[0], -1, -1), patches], 1)
        return self.heads(self.encoder(tokens)[:, 0])


def vit_b_16() -> nn.Module:
    return VisionTransformer()
