"""Twins of the networks with residual or dense connections: see `tests.networks.torch_twins`."""

from typing import Any

import torch
from torch import Tensor, nn

from tests.networks.torch_blocks import head, named


class Basic(nn.Module):
    expansion = 1

    def __init__(self, into: int, width: int, stride: int) -> None:
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(into, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width)
        self.conv2, self.bn2 = nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width)
        self.downsample = shortcut(into, width, stride)

    def forward(self, x: Tensor) -> Tensor:
        y = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.bn2(self.conv2(y)) + self.downsample(x))


class Bottleneck(nn.Module):
    expansion = 4

    def __init__(self, into: int, planes: int, stride: int, groups: int = 1, base: int = 64, dilation: int = 1) -> None:
        super().__init__()
        width, out = planes * base // 64 * groups, 4 * planes
        self.conv1, self.bn1 = nn.Conv2d(into, width, 1, bias=False), nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, dilation, dilation, groups, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3, self.bn3 = nn.Conv2d(width, out, 1, bias=False), nn.BatchNorm2d(out)
        self.downsample = shortcut(into, out, stride)

    def forward(self, x: Tensor) -> Tensor:
        y = torch.relu(self.bn1(self.conv1(x)))
        y = torch.relu(self.bn2(self.conv2(y)))
        return torch.relu(self.bn3(self.conv3(y)) + self.downsample(x))


def shortcut(into: int, out: int, stride: int) -> nn.Module:
    if stride == 1 and into == out:
        return nn.Identity()
    return nn.Sequential(nn.Conv2d(into, out, 1, stride, bias=False), nn.BatchNorm2d(out))


def stages(block: Any, depths: tuple[int, ...], dilations: tuple[int, ...] = (1, 1, 1, 1), **more: int) -> dict[str, nn.Module]:
    """Stem and the four stages; a stage that dilates more than the one before it does so instead of striding."""
    parts: dict[str, nn.Module] = {
        "conv1": nn.Conv2d(3, 64, 7, 2, 3, bias=False),
        "bn1": nn.BatchNorm2d(64),
        "relu": nn.ReLU(),
        "maxpool": nn.MaxPool2d(3, 2, 1),
    }
    channels, before = 64, 1
    for stage, (depth, dilation) in enumerate(zip(depths, dilations, strict=True)):
        blocks = []
        for index in range(depth):
            stride = 2 if stage and not index and dilation == before else 1
            dilated = {"dilation": dilation if index else before} if dilation > 1 else {}
            blocks.append(block(channels, 64 << stage, stride, **dilated, **more))
            channels = (64 << stage) * block.expansion
        parts[f"layer{stage + 1}"] = nn.Sequential(*blocks)
        before = dilation
    return parts


def resnet18() -> nn.Module:
    return named(**stages(Basic, (2, 2, 2, 2)), **head(512))


def resnet34() -> nn.Module:
    return named(**stages(Basic, (3, 4, 6, 3)), **head(512))


def resnet50() -> nn.Module:
    return named(**stages(Bottleneck, (3, 4, 6, 3)), **head(2048))


def resnet101() -> nn.Module:
    return named(**stages(Bottleneck, (3, 4, 23, 3)), **head(2048))


def resnext50() -> nn.Module:
    return named(**stages(Bottleneck, (3, 4, 6, 3), groups=32, base=4), **head(2048))


class DenseLayer(nn.Sequential):
    def __init__(self, into: int) -> None:
        super().__init__()
        self.norm1, self.relu1, self.conv1 = nn.BatchNorm2d(into), nn.ReLU(), nn.Conv2d(into, 128, 1, bias=False)
        self.norm2, self.relu2, self.conv2 = nn.BatchNorm2d(128), nn.ReLU(), nn.Conv2d(128, 32, 3, 1, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([x, super().forward(x)], 1)


def densenet121() -> nn.Module:
    parts: dict[str, nn.Module] = {
        "conv0": nn.Conv2d(3, 64, 7, 2, 3, bias=False),
        "norm0": nn.BatchNorm2d(64),
        "relu0": nn.ReLU(),
        "pool0": nn.MaxPool2d(3, 2, 1),
    }
    channels = 64
    for number, depth in enumerate((6, 12, 24, 16), 1):
        layers = {f"denselayer{index + 1}": DenseLayer(channels + 32 * index) for index in range(depth)}
        parts[f"denseblock{number}"] = named(**layers)
        channels += 32 * depth
        if number < 4:
            norm, conv = nn.BatchNorm2d(channels), nn.Conv2d(channels, channels // 2, 1, bias=False)
            parts[f"transition{number}"] = named(norm=norm, relu=nn.ReLU(), conv=conv, pool=nn.AvgPool2d(2))
            channels //= 2
    parts["norm5"] = nn.BatchNorm2d(channels)
    tail = {"avgpool": nn.AdaptiveAvgPool2d(1), "flatten": nn.Flatten(), "classifier": nn.Linear(channels, 1000)}
    return named(features=named(**parts), relu=nn.ReLU(), **tail)


class Video(nn.Module):
    """The basic block in three dimensions."""

    def __init__(self, into: int, width: int, stride: int) -> None:
        super().__init__()
        conv = nn.Conv3d(into, width, 3, stride, 1, bias=False)
        self.conv1 = nn.Sequential(conv, nn.BatchNorm3d(width), nn.ReLU())
        self.conv2 = nn.Sequential(nn.Conv3d(width, width, 3, 1, 1, bias=False), nn.BatchNorm3d(width))
        self.relu = nn.ReLU()
        if stride == 2:
            self.downsample = nn.Sequential(nn.Conv3d(into, width, 1, stride, bias=False), nn.BatchNorm3d(width))

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv2(self.conv1(x))
        return self.relu(y + (self.downsample(x) if "downsample" in self._modules else x))


def r3d_18() -> nn.Module:
    stem = nn.Conv3d(3, 64, (3, 7, 7), (1, 2, 2), (1, 3, 3), bias=False)
    parts: dict[str, nn.Module] = {"stem": nn.Sequential(stem, nn.BatchNorm3d(64), nn.ReLU())}
    for stage, (into, width) in enumerate(((64, 64), (64, 128), (128, 256), (256, 512)), 1):
        parts[f"layer{stage}"] = nn.Sequential(Video(into, width, 2 if stage > 1 else 1), Video(width, width, 1))
    return named(**parts, avgpool=nn.AdaptiveAvgPool3d(1), flatten=nn.Flatten(), fc=nn.Linear(512, 400))


class LayerNorm2d(nn.LayerNorm):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class Permute(nn.Module):
    def __init__(self, *order: int) -> None:
        super().__init__()
        self.order = order

    def forward(self, x: Tensor) -> Tensor:
        return x.permute(self.order)


class NextBlock(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.block = nn.Sequential(
            nn.Conv2d(dim, dim, 7, padding=3, groups=dim), Permute(0, 2, 3, 1), nn.LayerNorm(dim, 1e-6),
            nn.Linear(dim, 4 * dim), nn.GELU(), nn.Linear(4 * dim, dim), Permute(0, 3, 1, 2),
        )  # fmt: skip
        self.layer_scale = nn.Parameter(torch.ones(dim, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        return self.layer_scale * self.block(x) + x


def convnext_tiny() -> nn.Module:
    widths, features = (96, 192, 384, 768), [nn.Sequential(nn.Conv2d(3, 96, 4, 4), LayerNorm2d(96, 1e-6))]
    for stage, depth in enumerate((3, 3, 9, 3)):
        width = widths[stage]
        if stage:
            features.append(nn.Sequential(LayerNorm2d(width // 2, 1e-6), nn.Conv2d(width // 2, width, 2, 2)))
        features.append(nn.Sequential(*(NextBlock(width) for _ in range(depth))))
    classifier = nn.Sequential(LayerNorm2d(768, 1e-6), nn.Flatten(), nn.Linear(768, 1000))
    return named(features=nn.Sequential(*features), avgpool=nn.AdaptiveAvgPool2d(1), classifier=classifier)
