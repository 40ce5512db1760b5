"""Twins of the networks for small devices, and Xception: see `tests.networks.torch_twins`."""

from itertools import pairwise

import torch
from torch import Tensor, nn

from tests.networks.torch_blocks import conv_bn, head, named


class Residual(nn.Module):
    """The layers of ``block`` (torchvision's name for them differs), with a sum where nothing changes its shape."""

    def __init__(self, add: bool, **parts: nn.Module) -> None:
        super().__init__()
        self.add = add
        for name, part in parts.items():
            self.add_module(name, part)

    def forward(self, x: Tensor) -> Tensor:
        (block,) = self.children()
        return block(x) + x if self.add else block(x)


class SqueezeExcitation(nn.Module):
    def __init__(self, channels: int, squeezed: int, act: type[nn.Module], scale: type[nn.Module]) -> None:
        super().__init__()
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc1, self.activation = nn.Conv2d(channels, squeezed, 1), act()
        self.fc2, self.scale_activation = nn.Conv2d(squeezed, channels, 1), scale()

    def forward(self, x: Tensor) -> Tensor:
        y = self.activation(self.fc1(self.avgpool(x)))
        return self.scale_activation(self.fc2(y)) * x


def mobilenet_v2() -> nn.Module:
    features, channels = [conv_bn(3, 32, 3, 2, act=nn.ReLU6)], 32
    rows = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))
    for expansion, out, count, first in rows:
        for index in range(count):
            stride, wide = 1 if index else first, channels * expansion
            layers = [conv_bn(channels, wide, act=nn.ReLU6)] if expansion > 1 else []
            layers += [conv_bn(wide, wide, 3, stride, wide, nn.ReLU6), *conv_bn(wide, out, act=None)]
            features.append(Residual(stride == 1 and channels == out, conv=nn.Sequential(*layers)))
            channels = out
    features.append(conv_bn(320, 1280, act=nn.ReLU6))
    classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(1280, 1000))
    pool, flatten = nn.AdaptiveAvgPool2d(1), nn.Flatten()
    return named(features=nn.Sequential(*features), avgpool=pool, flatten=flatten, classifier=classifier)


def to_eights(channels: float) -> int:
    """The nearest multiple of 8, not more than a tenth below."""
    near = max(8, int(channels + 4) // 8 * 8)
    return near + 8 if near < 0.9 * channels else near


def v3_block(into: int, kernel: int, wide: int, out: int, squeeze: bool, act: type[nn.Module], stride: int) -> nn.Module:
    layers = [conv_bn(into, wide, act=act, eps=1e-3)] if wide != into else []
    layers.append(conv_bn(wide, wide, kernel, stride, wide, act, 1e-3))
    if squeeze:
        layers.append(SqueezeExcitation(wide, to_eights(wide // 4), nn.ReLU, nn.Hardsigmoid))
    layers.append(conv_bn(wide, out, act=None, eps=1e-3))
    return Residual(stride == 1 and into == out, block=nn.Sequential(*layers))


def mobilenet_v3() -> nn.Module:
    low, high, channels = nn.ReLU, nn.Hardswish, 16
    features = [conv_bn(3, 16, 3, 2, act=high, eps=1e-3)]
    rows = (
        (3, 16, 16, False, low, 1), (3, 64, 24, False, low, 2), (3, 72, 24, False, low, 1), (5, 72, 40, True, low, 2),
        (5, 120, 40, True, low, 1), (5, 120, 40, True, low, 1), (3, 240, 80, False, high, 2), (3, 200, 80, False, high, 1),
        (3, 184, 80, False, high, 1), (3, 184, 80, False, high, 1), (3, 480, 112, True, high, 1), (3, 672, 112, True, high, 1),
        (5, 672, 160, True, high, 2), (5, 960, 160, True, high, 1), (5, 960, 160, True, high, 1),
    )  # fmt: skip
    for kernel, wide, out, squeeze, act, stride in rows:
        features.append(v3_block(channels, kernel, wide, out, squeeze, act, stride))
        channels = out
    features.append(conv_bn(160, 960, act=high, eps=1e-3))
    classifier = nn.Sequential(nn.Linear(960, 1280), nn.Hardswish(), nn.Dropout(0.2), nn.Linear(1280, 1000))
    pool, flatten = nn.AdaptiveAvgPool2d(1), nn.Flatten()
    return named(features=nn.Sequential(*features), avgpool=pool, flatten=flatten, classifier=classifier)


def mbconv(into: int, out: int, expansion: int, kernel: int, stride: int) -> nn.Module:
    wide = into * expansion
    layers = [conv_bn(into, wide, act=nn.SiLU)] if expansion > 1 else []
    layers.append(conv_bn(wide, wide, kernel, stride, wide, nn.SiLU))
    layers += [SqueezeExcitation(wide, into // 4, nn.SiLU, nn.Sigmoid), conv_bn(wide, out, act=None)]
    return Residual(stride == 1 and into == out, block=nn.Sequential(*layers))


def efficientnet_b0() -> nn.Module:
    features, channels = [conv_bn(3, 32, 3, 2, act=nn.SiLU)], 32
    rows = ((1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3), (6, 5, 1, 112, 3), (6, 5, 2, 192, 4),
            (6, 3, 1, 320, 1))  # fmt: skip
    for expansion, kernel, first, out, count in rows:
        stage = [mbconv(channels, out, expansion, kernel, first)]
        stage += [mbconv(out, out, expansion, kernel, 1) for _ in range(count - 1)]
        features.append(nn.Sequential(*stage))
        channels = out
    features.append(conv_bn(320, 1280, act=nn.SiLU))
    classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(1280, 1000))
    pool, flatten = nn.AdaptiveAvgPool2d(1), nn.Flatten()
    return named(features=nn.Sequential(*features), avgpool=pool, flatten=flatten, classifier=classifier)


class Shuffle(nn.Module):
    """ShuffleNet's unit: half of the channels pass by, or at stride 2 both branches work on all of them."""

    def __init__(self, into: int, out: int, stride: int) -> None:
        super().__init__()
        half = out // 2
        if stride == 2:
            self.branch1 = nn.Sequential(*conv_bn(into, into, 3, 2, into, None), *conv_bn(into, half))
        first = conv_bn(into if stride == 2 else half, half)
        self.branch2 = nn.Sequential(*first, *conv_bn(half, half, 3, stride, half, None), *conv_bn(half, half))

    def forward(self, x: Tensor) -> Tensor:
        left, right = (self.branch1(x), x) if "branch1" in self._modules else x.chunk(2, dim=1)
        y = torch.cat((left, self.branch2(right)), 1)
        n, c, h, w = y.shape
        return y.view(n, 2, c // 2, h, w).transpose(1, 2).reshape(n, c, h, w)


class Mean(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.mean([2, 3])


def shufflenet_v2() -> nn.Module:
    parts: dict[str, nn.Module] = {"conv1": conv_bn(3, 24, 3, 2), "maxpool": nn.MaxPool2d(3, 2, 1)}
    channels = 24
    for number, (out, count) in enumerate(((116, 4), (232, 8), (464, 4)), 2):
        units = [Shuffle(channels, out, 2), *(Shuffle(out, out, 1) for _ in range(count - 1))]
        parts[f"stage{number}"] = nn.Sequential(*units)
        channels = out
    return named(**parts, conv5=conv_bn(464, 1024), globalpool=Mean(), fc=nn.Linear(1024, 1000))


def separable(into: int, out: int) -> nn.Sequential:
    return named(conv1=nn.Conv2d(into, into, 3, 1, 1, groups=into, bias=False), pointwise=nn.Conv2d(into, out, 1, bias=False))


class XceptionBlock(nn.Module):
    def __init__(self, *channels: int, stride: int, relu_first: bool = True) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for into, out in pairwise(channels):
            layers += [nn.ReLU(), separable(into, out), nn.BatchNorm2d(out)]
        layers = layers if relu_first else layers[1:]
        self.rep = nn.Sequential(*layers, *([nn.MaxPool2d(3, 2, 1)] if stride == 2 else []))
        if stride == 2:
            self.skip = nn.Conv2d(channels[0], channels[-1], 1, 2, bias=False)
            self.skipbn = nn.BatchNorm2d(channels[-1])

    def forward(self, x: Tensor) -> Tensor:
        return self.rep(x) + (self.skipbn(self.skip(x)) if "skip" in self._modules else x)


def xception() -> nn.Module:
    parts: dict[str, nn.Module] = {
        "conv1": nn.Conv2d(3, 32, 3, 2, bias=False), "bn1": nn.BatchNorm2d(32), "relu1": nn.ReLU(),
        "conv2": nn.Conv2d(32, 64, 3, bias=False), "bn2": nn.BatchNorm2d(64), "relu2": nn.ReLU(),
        "block1": XceptionBlock(64, 128, 128, stride=2, relu_first=False),
        "block2": XceptionBlock(128, 256, 256, stride=2), "block3": XceptionBlock(256, 728, 728, stride=2),
    }  # fmt: skip
    parts |= {f"block{number}": XceptionBlock(728, 728, 728, 728, stride=1) for number in range(4, 12)}
    parts |= {
        "block12": XceptionBlock(728, 728, 1024, stride=2),
        "conv3": separable(1024, 1536), "bn3": nn.BatchNorm2d(1536), "relu3": nn.ReLU(),
        "conv4": separable(1536, 2048), "bn4": nn.BatchNorm2d(2048), "relu4": nn.ReLU(),
    }  # fmt: skip
    return named(**parts, **head(2048))
