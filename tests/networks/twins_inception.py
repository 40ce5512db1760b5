"""Twins of the networks with parallel branches: see `tests.networks.torch_twins`."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from tests.networks.torch_blocks import head, named


class BasicConv2d(nn.Module):
    def __init__(self, into: int, out: int, **more: Any) -> None:
        super().__init__()
        self.conv, self.bn = nn.Conv2d(into, out, bias=False, **more), nn.BatchNorm2d(out, 1e-3)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.bn(self.conv(x)))


def conv(into: int, out: int, *kernel: int) -> BasicConv2d:
    """A convolution that keeps the size."""
    sizes = kernel if len(kernel) == 2 else kernel * 2
    return BasicConv2d(into, out, kernel_size=sizes, padding=tuple(size // 2 for size in sizes))


class Inception(nn.Module):
    def __init__(self, into: int, one: int, three: tuple[int, int], five: tuple[int, int], pool: int) -> None:
        super().__init__()
        self.branch1 = conv(into, one, 1)
        self.branch2 = nn.Sequential(conv(into, three[0], 1), conv(*three, 3))
        self.branch3 = nn.Sequential(conv(into, five[0], 1), conv(*five, 3))
        self.branch4 = nn.Sequential(nn.MaxPool2d(3, 1, 1, ceil_mode=True), conv(into, pool, 1))

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.branch1(x), self.branch2(x), self.branch3(x), self.branch4(x)], 1)


def googlenet() -> nn.Module:
    return named(
        conv1=BasicConv2d(3, 64, kernel_size=7, stride=2, padding=3), maxpool1=nn.MaxPool2d(3, 2, ceil_mode=True),
        conv2=conv(64, 64, 1), conv3=conv(64, 192, 3), maxpool2=nn.MaxPool2d(3, 2, ceil_mode=True),
        inception3a=Inception(192, 64, (96, 128), (16, 32), 32),
        inception3b=Inception(256, 128, (128, 192), (32, 96), 64), maxpool3=nn.MaxPool2d(3, 2, ceil_mode=True),
        inception4a=Inception(480, 192, (96, 208), (16, 48), 64),
        inception4b=Inception(512, 160, (112, 224), (24, 64), 64),
        inception4c=Inception(512, 128, (128, 256), (24, 64), 64),
        inception4d=Inception(512, 112, (144, 288), (32, 64), 64),
        inception4e=Inception(528, 256, (160, 320), (32, 128), 128), maxpool4=nn.MaxPool2d(2, 2, ceil_mode=True),
        inception5a=Inception(832, 256, (160, 320), (32, 128), 128),
        inception5b=Inception(832, 384, (192, 384), (48, 128), 128),
        **head(1024, dropout=nn.Dropout(0.2)),
    )  # fmt: skip


class Branches(nn.Module):
    """Modules under their own names; those of a branch are numbered and run one behind the other."""

    def __init__(self, **parts: nn.Module) -> None:
        super().__init__()
        for name, part in parts.items():
            self.add_module(name, part)

    def chain(self, x: Tensor, name: str) -> Tensor:
        for part in [part for own, part in self.named_children() if own.rpartition("_")[0] == name]:
            x = part(x)
        return x


class InceptionA(Branches):
    def __init__(self, into: int, pool: int) -> None:
        super().__init__(
            branch1x1=conv(into, 64, 1), branch5x5_1=conv(into, 48, 1), branch5x5_2=conv(48, 64, 5),
            branch3x3dbl_1=conv(into, 64, 1), branch3x3dbl_2=conv(64, 96, 3), branch3x3dbl_3=conv(96, 96, 3),
            branch_pool=conv(into, pool, 1),
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        maps = [self.branch1x1(x), self.chain(x, "branch5x5"), self.chain(x, "branch3x3dbl")]
        return torch.cat([*maps, self.branch_pool(functional.avg_pool2d(x, 3, 1, 1))], 1)


class InceptionB(Branches):
    def __init__(self, into: int) -> None:
        super().__init__(
            branch3x3=BasicConv2d(into, 384, kernel_size=3, stride=2), branch3x3dbl_1=conv(into, 64, 1),
            branch3x3dbl_2=conv(64, 96, 3), branch3x3dbl_3=BasicConv2d(96, 96, kernel_size=3, stride=2),
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.branch3x3(x), self.chain(x, "branch3x3dbl"), functional.max_pool2d(x, 3, 2)], 1)


class InceptionC(Branches):
    def __init__(self, mid: int) -> None:
        super().__init__(
            branch1x1=conv(768, 192, 1), branch7x7_1=conv(768, mid, 1), branch7x7_2=conv(mid, mid, 1, 7),
            branch7x7_3=conv(mid, 192, 7, 1), branch7x7dbl_1=conv(768, mid, 1), branch7x7dbl_2=conv(mid, mid, 7, 1),
            branch7x7dbl_3=conv(mid, mid, 1, 7), branch7x7dbl_4=conv(mid, mid, 7, 1), branch7x7dbl_5=conv(mid, 192, 1, 7),
            branch_pool=conv(768, 192, 1),
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        maps = [self.branch1x1(x), self.chain(x, "branch7x7"), self.chain(x, "branch7x7dbl")]
        return torch.cat([*maps, self.branch_pool(functional.avg_pool2d(x, 3, 1, 1))], 1)


class InceptionD(Branches):
    def __init__(self) -> None:
        super().__init__(
            branch3x3_1=conv(768, 192, 1), branch3x3_2=BasicConv2d(192, 320, kernel_size=3, stride=2),
            branch7x7x3_1=conv(768, 192, 1), branch7x7x3_2=conv(192, 192, 1, 7), branch7x7x3_3=conv(192, 192, 7, 1),
            branch7x7x3_4=BasicConv2d(192, 192, kernel_size=3, stride=2),
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.chain(x, "branch3x3"), self.chain(x, "branch7x7x3"), functional.max_pool2d(x, 3, 2)], 1)


class InceptionE(Branches):
    def __init__(self, into: int) -> None:
        super().__init__(
            branch1x1=conv(into, 320, 1), branch3x3_1=conv(into, 384, 1), branch3x3_2a=conv(384, 384, 1, 3),
            branch3x3_2b=conv(384, 384, 3, 1), branch3x3dbl_1=conv(into, 448, 1), branch3x3dbl_2=conv(448, 384, 3),
            branch3x3dbl_3a=conv(384, 384, 1, 3), branch3x3dbl_3b=conv(384, 384, 3, 1), branch_pool=conv(into, 192, 1),
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        one, y = self.branch1x1(x), self.branch3x3_1(x)
        three = torch.cat([self.branch3x3_2a(y), self.branch3x3_2b(y)], 1)
        y = self.branch3x3dbl_2(self.branch3x3dbl_1(x))
        five = torch.cat([self.branch3x3dbl_3a(y), self.branch3x3dbl_3b(y)], 1)
        return torch.cat([one, three, five, self.branch_pool(functional.avg_pool2d(x, 3, 1, 1))], 1)


def inception_v3() -> nn.Module:
    return named(
        Conv2d_1a_3x3=BasicConv2d(3, 32, kernel_size=3, stride=2), Conv2d_2a_3x3=BasicConv2d(32, 32, kernel_size=3),
        Conv2d_2b_3x3=conv(32, 64, 3), maxpool1=nn.MaxPool2d(3, 2),
        Conv2d_3b_1x1=conv(64, 80, 1), Conv2d_4a_3x3=BasicConv2d(80, 192, kernel_size=3), maxpool2=nn.MaxPool2d(3, 2),
        Mixed_5b=InceptionA(192, 32), Mixed_5c=InceptionA(256, 64), Mixed_5d=InceptionA(288, 64),
        Mixed_6a=InceptionB(288), Mixed_6b=InceptionC(128), Mixed_6c=InceptionC(160), Mixed_6d=InceptionC(160),
        Mixed_6e=InceptionC(192), Mixed_7a=InceptionD(), Mixed_7b=InceptionE(1280), Mixed_7c=InceptionE(2048),
        avgpool=nn.AdaptiveAvgPool2d(1), dropout=nn.Dropout(0.5), flatten=nn.Flatten(), fc=nn.Linear(2048, 1000),
    )  # fmt: skip
