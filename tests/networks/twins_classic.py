"""Twins of the networks that the textbooks teach, and of U-Net: see `tests.networks.torch_twins`."""

from typing import Any

import torch
from torch import Tensor, nn

from tests.networks.torch_blocks import named


def lenet5() -> nn.Module:
    return named(
        c1=nn.Conv2d(1, 6, 5), act1=nn.Tanh(), s2=nn.AvgPool2d(2),
        c3=nn.Conv2d(6, 16, 5), act3=nn.Tanh(), s4=nn.AvgPool2d(2),
        c5=nn.Conv2d(16, 120, 5), act5=nn.Tanh(), flatten=nn.Flatten(),
        f6=nn.Linear(120, 84), act6=nn.Tanh(), output=nn.Linear(84, 10),
    )  # fmt: skip


def classifier(features: int, classes: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(features, 4096), nn.ReLU(), nn.Dropout(0.5),
        nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout(0.5), nn.Linear(4096, classes),
    )  # fmt: skip


def alexnet() -> nn.Module:
    features = nn.Sequential(
        nn.Conv2d(1, 96, 11, stride=4, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2),
        nn.Conv2d(96, 256, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2),
        nn.Conv2d(256, 384, 3, padding=1), nn.ReLU(),
        nn.Conv2d(384, 384, 3, padding=1), nn.ReLU(),
        nn.Conv2d(384, 256, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2),
    )  # fmt: skip
    return named(features=features, flatten=nn.Flatten(), classifier=classifier(6400, 10))


def vgg(*repeats: int) -> nn.Module:
    layers: list[nn.Module] = []
    channels = 3
    for width, count in zip((64, 128, 256, 512, 512), repeats, strict=True):
        for _ in range(count):
            layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU()]
            channels = width
        layers.append(nn.MaxPool2d(2, 2))
    return named(
        features=nn.Sequential(*layers), avgpool=nn.AdaptiveAvgPool2d(7), flatten=nn.Flatten(), classifier=classifier(25088, 1000)
    )


def vgg11() -> nn.Module:
    return vgg(1, 1, 2, 2, 2)


def vgg16() -> nn.Module:
    return vgg(2, 2, 3, 3, 3)


def vgg19() -> nn.Module:
    return vgg(2, 2, 4, 4, 4)


def nin() -> nn.Module:
    def block(into: int, out: int, kernel: int, stride: int, padding: int) -> nn.Sequential:
        return nn.Sequential(
            nn.Conv2d(into, out, kernel, stride, padding), nn.ReLU(),
            nn.Conv2d(out, out, 1), nn.ReLU(), nn.Conv2d(out, out, 1), nn.ReLU(),
        )  # fmt: skip

    return named(
        net=nn.Sequential(
            block(1, 96, 11, 4, 0), nn.MaxPool2d(3, 2), block(96, 256, 5, 1, 2), nn.MaxPool2d(3, 2),
            block(256, 384, 3, 1, 1), nn.MaxPool2d(3, 2), nn.Dropout(0.5),
            block(384, 10, 3, 1, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        )
    )  # fmt: skip


def mobilenet_v1() -> nn.Module:
    def part(into: int, out: int, kernel: int = 1, stride: int = 1, groups: int = 1) -> nn.Sequential:
        low, high = (0, 1) if stride == 2 else (kernel // 2, kernel // 2)
        conv = nn.Conv2d(into, out, kernel, stride, groups=groups, bias=False)
        return named(same=nn.ZeroPad2d((low, high, low, high)), conv=conv, bn=nn.BatchNorm2d(out), relu6=nn.ReLU6())

    parts, channels = {"Conv2d_0": part(3, 32, 3, 2)}, 32
    rows = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5, (1024, 2), (1024, 1)]
    for index, (out, stride) in enumerate(rows, 1):
        parts[f"Conv2d_{index}_depthwise"] = part(channels, channels, 3, stride, channels)
        parts[f"Conv2d_{index}_pointwise"] = part(channels, out)
        channels = out
    logits = named(pool=nn.AdaptiveAvgPool2d(1), flatten=nn.Flatten(), dropout=nn.Dropout(0.001), fc=nn.Linear(1024, 1000))
    return named(**parts, Logits=logits)


class UNet(nn.Module):
    """Ronneberger et al., figure 1: crop to the centre, put the contracting path's map first."""

    def __init__(self) -> None:
        super().__init__()
        widths = {1: 64, 2: 128, 3: 256, 4: 512}
        for level, width in widths.items():
            self.add_module(f"down{level}", self.pair(widths.get(level - 1, 1), width))
            self.add_module(f"up{level}", self.pair(2 * width, width, upconv=nn.ConvTranspose2d(2 * width, width, 2, 2)))
        self.bottom = self.pair(512, 1024)
        self.out = nn.Conv2d(64, 2, 1)

    @staticmethod
    def pair(into: int, width: int, **more: nn.Module) -> nn.ModuleDict:
        return nn.ModuleDict({"conv1": nn.Conv2d(into, width, 3), "conv2": nn.Conv2d(width, width, 3), **more})

    @staticmethod
    def run(pair: Any, x: Tensor) -> Tensor:
        return torch.relu(pair["conv2"](torch.relu(pair["conv1"](x))))

    def forward(self, x: Tensor) -> Tensor:
        skips = []
        for level in (1, 2, 3, 4):
            x = self.run(getattr(self, f"down{level}"), x)
            skips.append(x)
            x = nn.functional.max_pool2d(x, 2)
        x = self.run(self.bottom, x)
        for level in (4, 3, 2, 1):
            up = getattr(self, f"up{level}")
            x, skip = up["upconv"](x), skips.pop()
            margin = (x.shape[-1] - skip.shape[-1]) // 2
            x = self.run(up, torch.cat([nn.functional.pad(skip, (margin,) * 4), x], 1))
        return self.out(x)


def unet() -> nn.Module:
    return UNet()


class PaddedUNet(nn.Module):
    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        self.inc = self.double(channels, 64)
        for level in (1, 2, 3, 4):
            width = 32 << level
            self.add_module(f"down{level}", named(maxpool_conv=nn.Sequential(nn.MaxPool2d(2), self.double(width, 2 * width))))
            up, conv = nn.ConvTranspose2d(2 * width, width, 2, 2), self.double(2 * width, width)
            self.add_module(f"up{5 - level}", nn.ModuleDict({"up": up, "conv": conv}))
        self.outc = named(conv=nn.Conv2d(64, classes, 1))

    @staticmethod
    def double(into: int, out: int) -> nn.Sequential:
        layers: list[nn.Module] = []
        for channels in (into, out):
            layers += [nn.Conv2d(channels, out, 3, padding=1, bias=False), nn.BatchNorm2d(out), nn.ReLU()]
        return named(double_conv=nn.Sequential(*layers))

    def forward(self, x: Tensor) -> Tensor:
        maps = [self.inc(x)]
        for down in (self.down1, self.down2, self.down3, self.down4):
            maps.append(down(maps[-1]))
        x = maps.pop()
        for up in (self.up1, self.up2, self.up3, self.up4):
            x = up["conv"](torch.cat([maps.pop(), up["up"](x)], 1))
        return self.outc(x)


def unet_same() -> nn.Module:
    return PaddedUNet(3, 1)


def dcgan_generator() -> nn.Module:
    layers: list[nn.Module] = [nn.ConvTranspose2d(100, 512, 4, 1, 0, bias=False), nn.BatchNorm2d(512), nn.ReLU()]
    for width in (256, 128, 64):
        layers += [nn.ConvTranspose2d(2 * width, width, 4, 2, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
    return named(main=nn.Sequential(*layers, nn.ConvTranspose2d(64, 3, 4, 2, 1, bias=False), nn.Tanh()))
