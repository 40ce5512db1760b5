"""Twins of the networks without branches: see `tests.networks.torch_twins`."""

import torch
from torch import Tensor, nn

from tests.networks.torch_blocks import named


def alexnet_torchvision() -> nn.Module:
    features = nn.Sequential(
        nn.Conv2d(3, 64, 11, stride=4, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2),
        nn.Conv2d(64, 192, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2),
        nn.Conv2d(192, 384, 3, padding=1), nn.ReLU(),
        nn.Conv2d(384, 256, 3, padding=1), nn.ReLU(),
        nn.Conv2d(256, 256, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2),
    )  # fmt: skip
    classifier = nn.Sequential(
        nn.Dropout(0.5), nn.Linear(9216, 4096), nn.ReLU(),
        nn.Dropout(0.5), nn.Linear(4096, 4096), nn.ReLU(), nn.Linear(4096, 1000),
    )  # fmt: skip
    return named(features=features, avgpool=nn.AdaptiveAvgPool2d(6), flatten=nn.Flatten(), classifier=classifier)


def zfnet() -> nn.Module:
    return named(
        conv1=nn.Conv2d(3, 96, 7, 2, 1), relu1=nn.ReLU(), pool1=nn.MaxPool2d(3, 2, 1), norm1=nn.LocalResponseNorm(5),
        conv2=nn.Conv2d(96, 256, 5, 2), relu2=nn.ReLU(), pool2=nn.MaxPool2d(3, 2, 1), norm2=nn.LocalResponseNorm(5),
        conv3=nn.Conv2d(256, 384, 3, 1, 1), relu3=nn.ReLU(), conv4=nn.Conv2d(384, 384, 3, 1, 1), relu4=nn.ReLU(),
        conv5=nn.Conv2d(384, 256, 3, 1, 1), relu5=nn.ReLU(), pool5=nn.MaxPool2d(3, 2), flatten=nn.Flatten(),
        fc6=nn.Linear(9216, 4096), relu6=nn.ReLU(), drop6=nn.Dropout(0.5),
        fc7=nn.Linear(4096, 4096), relu7=nn.ReLU(), drop7=nn.Dropout(0.5), fc8=nn.Linear(4096, 1000),
    )  # fmt: skip


class Fire(nn.Module):
    def __init__(self, into: int, squeezed: int, out: int) -> None:
        super().__init__()
        self.squeeze, self.squeeze_activation = nn.Conv2d(into, squeezed, 1), nn.ReLU()
        self.expand1x1, self.expand1x1_activation = nn.Conv2d(squeezed, out, 1), nn.ReLU()
        self.expand3x3, self.expand3x3_activation = nn.Conv2d(squeezed, out, 3, padding=1), nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        x = self.squeeze_activation(self.squeeze(x))
        return torch.cat([self.expand1x1_activation(self.expand1x1(x)), self.expand3x3_activation(self.expand3x3(x))], 1)


def squeezenet() -> nn.Module:
    def pool() -> nn.Module:
        return nn.MaxPool2d(3, 2, ceil_mode=True)

    features = nn.Sequential(
        nn.Conv2d(3, 64, 3, 2), nn.ReLU(), pool(), Fire(64, 16, 64), Fire(128, 16, 64), pool(), Fire(128, 32, 128),
        Fire(256, 32, 128), pool(), Fire(256, 48, 192), Fire(384, 48, 192), Fire(384, 64, 256), Fire(512, 64, 256),
    )  # fmt: skip
    classifier = nn.Sequential(nn.Dropout(0.5), nn.Conv2d(512, 1000, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(1))
    return named(features=features, classifier=classifier, flatten=nn.Flatten())


def patchgan() -> nn.Module:
    layers: list[nn.Module] = [nn.Conv2d(6, 64, 4, 2, 1), nn.LeakyReLU(0.2)]
    for into, out, stride in ((64, 128, 2), (128, 256, 2), (256, 512, 1)):
        layers += [nn.Conv2d(into, out, 4, stride, 1, bias=False), nn.BatchNorm2d(out), nn.LeakyReLU(0.2)]
    return named(model=nn.Sequential(*layers, nn.Conv2d(512, 1, 4, 1, 1)))


def c3d() -> nn.Module:
    def conv(into: int, out: int) -> nn.Module:
        return nn.Conv3d(into, out, 3, padding=1)

    return named(
        conv1=conv(3, 64), relu1=nn.ReLU(), pool1=nn.MaxPool3d((1, 2, 2)),
        conv2=conv(64, 128), relu2=nn.ReLU(), pool2=nn.MaxPool3d(2),
        conv3a=conv(128, 256), relu3a=nn.ReLU(), conv3b=conv(256, 256), relu3b=nn.ReLU(), pool3=nn.MaxPool3d(2),
        conv4a=conv(256, 512), relu4a=nn.ReLU(), conv4b=conv(512, 512), relu4b=nn.ReLU(), pool4=nn.MaxPool3d(2),
        conv5a=conv(512, 512), relu5a=nn.ReLU(), conv5b=conv(512, 512), relu5b=nn.ReLU(),
        pool5=nn.MaxPool3d(2, padding=(0, 1, 1)), flatten=nn.Flatten(),
        fc6=nn.Linear(8192, 4096), relu6=nn.ReLU(), dropout6=nn.Dropout(0.5),
        fc7=nn.Linear(4096, 4096), relu7=nn.ReLU(), dropout7=nn.Dropout(0.5), fc8=nn.Linear(4096, 487),
    )  # fmt: skip


class TextCNN(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        for width in (3, 4, 5):
            self.add_module(f"conv{width}", nn.Conv1d(300, 100, width))
            self.add_module(f"relu{width}", nn.ReLU())
            self.add_module(f"pool{width}", nn.AdaptiveMaxPool1d(1))
        self.flatten, self.dropout, self.fc = nn.Flatten(), nn.Dropout(0.5), nn.Linear(300, 2)

    def forward(self, x: Tensor) -> Tensor:
        maps = [getattr(self, f"pool{n}")(getattr(self, f"relu{n}")(getattr(self, f"conv{n}")(x))) for n in (3, 4, 5)]
        return self.fc(self.dropout(self.flatten(torch.cat(maps, 1))))


def textcnn() -> nn.Module:
    return TextCNN()


def m5() -> nn.Module:
    parts: dict[str, nn.Module] = {}
    for number, (into, out, kernel, stride) in enumerate(((1, 32, 80, 16), (32, 32, 3, 1), (32, 64, 3, 1), (64, 64, 3, 1)), 1):
        parts |= {f"conv{number}": nn.Conv1d(into, out, kernel, stride), f"bn{number}": nn.BatchNorm1d(out)}
        parts |= {f"relu{number}": nn.ReLU(), f"pool{number}": nn.MaxPool1d(4)}
    tail = {"avgpool": nn.AdaptiveAvgPool1d(1), "flatten": nn.Flatten(), "fc1": nn.Linear(64, 35)}
    return named(**parts, **tail, log_softmax=nn.LogSoftmax(-1))


def keyword_spotter() -> nn.Module:
    return named(
        conv1=nn.Conv2d(1, 64, (20, 8), bias=False), relu1=nn.ReLU(), pool1=nn.MaxPool2d((1, 3)),
        conv2=nn.Conv2d(64, 64, (10, 4), bias=False), relu2=nn.ReLU(), flatten=nn.Flatten(),
        lin=nn.Linear(2048, 32, bias=False), dnn=nn.Linear(32, 128, bias=False), relu3=nn.ReLU(),
        output=nn.Linear(128, 4, bias=False), softmax=nn.Softmax(-1),
    )  # fmt: skip
