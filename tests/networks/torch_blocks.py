"""Parts that several of the twins are built from."""

from collections import OrderedDict

from torch import nn


def named(**parts: nn.Module) -> nn.Sequential:
    return nn.Sequential(OrderedDict(parts))


Activation = type[nn.Module] | None


def conv_bn(
    into: int, out: int, kernel: int = 1, stride: int = 1, groups: int = 1, act: Activation = nn.ReLU, eps: float = 1e-5
) -> nn.Sequential:
    """Convolution that keeps the size at stride 1, batch normalisation, and an activation where there is one."""
    conv = nn.Conv2d(into, out, kernel, stride, kernel // 2, groups=groups, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(out, eps), *([act()] if act else []))


def head(channels: int, classes: int = 1000, **more: nn.Module) -> dict[str, nn.Module]:
    """Mean over space and a linear classifier, under torchvision's names."""
    return {"avgpool": nn.AdaptiveAvgPool2d(1), "flatten": nn.Flatten(), **more, "fc": nn.Linear(channels, classes)}
