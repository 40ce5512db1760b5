"""Networks whose receptive fields are published, written as text: spatial settings are exact, channels are nominal.

Sources: TF-Slim (github.com/tensorflow/models, research/slim/nets: alexnet.py, vgg.py, inception_v2.py, resnet_v1.py,
resnet_utils.py); torchvision/models/resnet.py; github.com/wielandbrendel/bag-of-local-features-models,
bagnets/pytorchnet.py; github.com/phillipi/pix2pix, models.lua, defineD_n_layers.
"""

from typing import Any

from convlens.ir.graph import Graph
from convlens.ir.text import parse

Branch = list[tuple[str, dict[str, Any]]]


class Draft:
    """A network being written, line by line; every method returns the name of the node it adds."""

    def __init__(self, size: int) -> None:
        self.lines = [f"input x: 1x1x{size}x{size}"]
        self.last = "x"

    def add(self, name: str, op: str, *inputs: str, **settings: Any) -> str:
        given = [*(inputs or (self.last,)), *(f"{field}={value}" for field, value in settings.items())]
        self.lines.append(f"{name} = {op}({', '.join(given)})")
        self.last = name
        return name

    def conv(self, name: str, kernel: int, stride: int = 1, padding: Any = 0, *, of: str = "") -> str:
        inputs = (of,) if of else ()
        return self.add(name, "conv", *inputs, out=1, kernel=f"{kernel}x{kernel}", stride=stride, padding=padding)

    def pool(self, name: str, kernel: int, stride: int = 1, padding: Any = 0, *, of: str = "") -> str:
        inputs = (of,) if of else ()
        return self.add(name, "max_pool", *inputs, kernel=f"{kernel}x{kernel}", stride=stride, padding=padding)

    def graph(self) -> Graph:
        return parse("\n".join([*self.lines, f"output {self.last}"]))


def alexnet_v2(size: int, fully_convolutional: bool = False) -> Graph:
    net = Draft(size)
    net.conv("conv1", 11, 4)
    net.pool("pool1", 3, 2)
    net.conv("conv2", 5, padding="same")
    net.pool("pool2", 3, 2)
    for name in ("conv3", "conv4", "conv5"):
        net.conv(name, 3, padding="same")
    net.pool("pool5", 3, 2)
    if fully_convolutional:
        net.conv("fc6", 6)
    return net.graph()


def vgg_16(size: int, fully_convolutional: bool = False, proposals: bool = False) -> Graph:
    net = Draft(size)
    for stage, depth in enumerate((2, 2, 3, 3, 3), 1):
        for index in range(1, depth + 1):
            net.conv(f"conv{stage}_{index}", 3, padding="same")
        if proposals and stage == 5:
            net.conv("rpn", 3, padding=1)
            return net.graph()
        net.pool(f"pool{stage}", 2, 2)
    if fully_convolutional:
        net.conv("fc6", 7)
    return net.graph()


def zf_proposals(size: int) -> Graph:
    """The region proposal network of Faster R-CNN on the five convolutions of Zeiler and Fergus."""
    net = Draft(size)
    net.conv("conv1", 7, 2, 3)
    net.pool("pool1", 3, 2, 1)
    net.conv("conv2", 5, 2, 2)
    net.pool("pool2", 3, 2, 1)
    for name in ("conv3", "conv4", "conv5", "rpn"):
        net.conv(name, 3, padding=1)
    return net.graph()


def inception_v2(size: int) -> Graph:
    net = Draft(size)
    net.conv("Conv2d_1a_7x7/depthwise", 7, 2, "same")
    net.conv("Conv2d_1a_7x7", 1)
    net.pool("MaxPool_2a_3x3", 3, 2, "same")
    net.conv("Conv2d_2b_1x1", 1)
    net.conv("Conv2d_2c_3x3", 3, padding="same")
    net.pool("MaxPool_3a_3x3", 3, 2, "same")
    for name in ("3b", "3c", "4a", "4b", "4c", "4d", "4e", "5a", "5b", "5c"):
        _mixed(net, f"Mixed_{name}", stride=2 if name.endswith("a") else 1)
    return net.graph()


def _mixed(net: Draft, name: str, stride: int) -> None:
    """Branches 1x1; 1x1, 3x3; 1x1, 3x3, 3x3; pool 3x3, 1x1. A strided unit has no 1x1 branch and leaves its pool as it is."""
    x = net.last
    for branch, threes in enumerate((1, 2) if stride == 2 else (0, 1, 2)):
        net.conv(f"{name}/{branch}/1x1", 1, of=x)
        for index in range(threes):
            net.conv(f"{name}/{branch}/3x3_{index}", 3, stride if index == threes - 1 else 1, "same")
    ends = [line.split(" ", 1)[0] for line in net.lines if line.startswith(f"{name}/")]
    last_of_branch = {end.split("/")[1]: end for end in ends}
    net.pool(f"{name}/pool", 3, stride, "same", of=x)
    if stride == 1:
        net.conv(f"{name}/pool/1x1", 1)
    net.add(name, "concat", *last_of_branch.values(), net.last)


def resnet_v1_50(size: int) -> Graph:
    """TF-Slim: a strided 3x3 pads 1 on each side explicitly, and the stride stands in the last unit of a block."""
    net = Draft(size)
    net.conv("conv1", 7, 2, 3)
    net.pool("pool1", 3, 2, "same")
    for block, (units, stride) in enumerate(((3, 2), (4, 2), (6, 2), (3, 1)), 1):
        for unit in range(1, units + 1):
            step = stride if unit == units else 1
            name = f"block{block}" if unit == units else f"block{block}/unit{unit}"
            x = net.last
            shortcut = net.conv(f"{name}/shortcut", 1, step, of=x) if unit == 1 else net.pool(f"{name}/shortcut", 1, step, of=x)
            _bottleneck(net, name, x, shortcut, 3, step, padding=1)
    return net.graph()


def torchvision_resnet50(size: int) -> Graph:
    net = Draft(size)
    net.conv("conv1", 7, 2, 3)
    net.pool("maxpool", 3, 2, 1)
    for layer, units in enumerate((3, 4, 6, 3), 1):
        for unit in range(units):
            step = 2 if layer > 1 and unit == 0 else 1
            name = f"layer{layer}" if unit == units - 1 else f"layer{layer}.{unit}"
            x = net.last
            shortcut = net.conv(f"{name}/downsample", 1, step, of=x) if unit == 0 else x
            _bottleneck(net, name, x, shortcut, 3, step, padding=1)
    return net.graph()


def bagnet(size: int, with_3x3: tuple[int, int, int, int]) -> Graph:
    """Unpadded; where ``with_3x3`` says so the first unit of a layer has a 3x3 kernel and a shortcut cropped on the right."""
    net = Draft(size)
    net.conv("conv1", 1)
    net.conv("conv2", 3)
    length = size - 2
    for layer, (units, stride, large) in enumerate(zip((3, 4, 6, 3), (2, 2, 2, 1), with_3x3, strict=True), 1):
        for unit in range(units):
            step, kernel = (stride, 1 + 2 * large) if unit == 0 else (1, 1)
            name = f"layer{layer}" if unit == units - 1 else f"layer{layer}.{unit}"
            x = net.last
            shortcut = net.conv(f"{name}/downsample", 1, step, of=x) if unit == 0 else x
            whole, length = (length - 1) // step + 1, (length - kernel) // step + 1
            if whole > length:
                crop = f"[{length}, {length}]"
                shortcut = net.add(f"{name}/crop", "slice", shortcut, on="[2, 3]", starts="[0, 0]", stops=crop)
            _bottleneck(net, name, x, shortcut, kernel, step, padding=0)
    return net.graph()


def _bottleneck(net: Draft, name: str, x: str, shortcut: str, kernel: int, stride: int, padding: int) -> None:
    net.conv(f"{name}/conv1", 1, of=x)
    net.conv(f"{name}/conv2", kernel, stride, padding)
    net.conv(f"{name}/conv3", 1)
    net.add(name, "add", net.last, shortcut)


def patchgan(size: int, layers: int) -> Graph:
    """pix2pix's discriminator: ``layers`` 4x4 convolutions of stride 2, then two of stride 1."""
    net = Draft(size)
    for index in range(layers):
        net.conv(f"conv{index}", 4, 2, 1)
    net.conv("conv", 4, 1, 1)
    net.conv("score", 4, 1, 1)
    return net.graph()
