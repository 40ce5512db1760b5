"""Twins of the networks that predict a class for every pixel, and BagNet: see `tests.networks.torch_twins`."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from tests.networks.torch_blocks import head, named
from tests.networks.twins_residual import Bottleneck, stages


class FCN32s(nn.Module):
    """Long et al.: the first convolution pads by 100, the enlarged map is cropped to the picture."""

    def __init__(self, classes: int = 21) -> None:
        super().__init__()
        channels = 3
        for block, (width, count) in enumerate(((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)), 1):
            for index in range(1, count + 1):
                padding = 100 if channels == 3 else 1
                self.add_module(f"conv{block}_{index}", nn.Conv2d(channels, width, 3, padding=padding))
                self.add_module(f"relu{block}_{index}", nn.ReLU())
                channels = width
            self.add_module(f"pool{block}", nn.MaxPool2d(2, 2, ceil_mode=True))
        self.fc6, self.relu6, self.drop6 = nn.Conv2d(512, 4096, 7), nn.ReLU(), nn.Dropout2d(0.5)
        self.fc7, self.relu7, self.drop7 = nn.Conv2d(4096, 4096, 1), nn.ReLU(), nn.Dropout2d(0.5)
        self.score_fr = nn.Conv2d(4096, classes, 1)
        self.upscore = nn.ConvTranspose2d(classes, classes, 64, 32, bias=False)
        self.upscore.weight.requires_grad_(False)

    def forward(self, x: Tensor) -> Tensor:
        y = x
        for part in self.children():
            y = part(y)
        return y[:, :, 19 : 19 + x.shape[2], 19 : 19 + x.shape[3]]


def fcn32s() -> nn.Module:
    return FCN32s()


def conv_bn_relu(into: int, out: int, kernel: int, dilation: int = 1) -> list[nn.Module]:
    conv = nn.Conv2d(into, out, kernel, padding=dilation * (kernel // 2), dilation=dilation, bias=False)
    return [conv, nn.BatchNorm2d(out), nn.ReLU()]


class ASPPPooling(nn.Sequential):
    def forward(self, x: Tensor) -> Tensor:
        return functional.interpolate(super().forward(x), size=x.shape[-2:], mode="bilinear", align_corners=False)


class ASPP(nn.Module):
    def __init__(self, into: int) -> None:
        super().__init__()
        branches = [nn.Sequential(*conv_bn_relu(into, 256, 1))]
        branches += [nn.Sequential(*conv_bn_relu(into, 256, 3, rate)) for rate in (12, 24, 36)]
        self.convs = nn.ModuleList([*branches, ASPPPooling(nn.AdaptiveAvgPool2d(1), *conv_bn_relu(into, 256, 1))])
        self.project = nn.Sequential(*conv_bn_relu(5 * 256, 256, 1), nn.Dropout(0.5))

    def forward(self, x: Tensor) -> Tensor:
        return self.project(torch.cat([conv(x) for conv in self.convs], 1))


class DeepLabV3(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.backbone = named(**stages(Bottleneck, (3, 4, 6, 3), (1, 1, 2, 4)))
        self.classifier = nn.Sequential(ASPP(2048), *conv_bn_relu(256, 256, 3), nn.Conv2d(256, 21, 1))

    def forward(self, x: Tensor) -> Tensor:
        y = self.classifier(self.backbone(x))
        return functional.interpolate(y, size=x.shape[-2:], mode="bilinear", align_corners=False)


def deeplabv3() -> nn.Module:
    return DeepLabV3()


class BagBlock(Bottleneck):
    """ResNet's bottleneck without padding; the shortcut loses its last rows and columns."""

    def __init__(self, into: int, planes: int, kernel: int, stride: int) -> None:
        super().__init__(into, planes, stride)
        self.conv2 = nn.Conv2d(planes, planes, kernel, stride, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        y = torch.relu(self.bn1(self.conv1(x)))
        y = self.bn3(self.conv3(torch.relu(self.bn2(self.conv2(y)))))
        residual = self.downsample(x)
        less = residual.shape[-1] - y.shape[-1]
        return torch.relu(y + (residual[:, :, :-less, :-less] if less else residual))


def bagnet17() -> nn.Module:
    parts: dict[str, nn.Module] = {
        "conv1": nn.Conv2d(3, 64, 1, bias=False), "conv2": nn.Conv2d(64, 64, 3, bias=False),
        "bn1": nn.BatchNorm2d(64), "relu": nn.ReLU(),
    }  # fmt: skip
    channels = 64
    for stage, (depth, stride, kernel) in enumerate(((3, 2, 3), (4, 2, 3), (6, 2, 3), (3, 1, 1))):
        blocks = []
        for index in range(depth):
            blocks.append(BagBlock(channels, 64 << stage, 1 if index else kernel, 1 if index else stride))
            channels = 256 << stage
        parts[f"layer{stage + 1}"] = nn.Sequential(*blocks)
    return named(**parts, **head(2048))
