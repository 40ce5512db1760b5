"""The networks of convlens once more, written as PyTorch modules from their sources; the second opinion of the tests.

``torch_twins.resnet50()`` makes one, from whichever ``twins_*.py`` of this folder holds it. Modules that hold parameters
have the paths that the nodes have in the text form.
"""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import torch
from torch import nn

FILES = [import_module(f"tests.networks.{file.stem}") for file in sorted(Path(__file__).parent.glob("twins_*.py"))]


INPLACE = (nn.ReLU, nn.ReLU6, nn.SiLU, nn.Hardswish, nn.LeakyReLU)


def on_meta(name: str, *, inplace: bool = False) -> nn.Module:
    """The network without values; with ``inplace`` its activations write over their input, as in torchvision."""
    with torch.device("meta"):
        module = __getattr__(name)()
    for layer in module.modules():
        if inplace and isinstance(layer, INPLACE):
            layer.inplace = True
    return module


def __getattr__(name: str) -> Callable[[], nn.Module]:
    makers = {vars(file)[name] for file in FILES if name in vars(file)}
    if len(makers) != 1:
        raise AttributeError(f"{name!r} is in {len(makers)} files tests/networks/twins_*.py; it must be in one")
    return makers.pop()
