"""Well-known networks in the text form, one file each, with the published figures that they must reproduce.

A file ``NAME.txt`` says in its comments what the network is and where it comes from. Lines that start with ``#:`` are
claims, figures with their source behind two hyphens::

    #: params 46764746 -- sum of numel() over the parameters of the book's module
    #: macs ~4.089G -- torchvision, ResNet50_Weights.IMAGENET1K_V1, _ops
    #: shape features.0 1x96x54x54 -- layer_summary of the book
    #: receptive_field features.30 212/32/90 -- RECEPTIVE_FIELD_TABLE.md

``params`` and ``macs`` are those of the whole network, or of one node where it is named. ``~`` marks a figure that its
source gives rounded, with K, M or G for thousands, millions or billions. A receptive field is ``size`` or
``size/stride/padding``, the same along every spatial axis.
"""

from importlib.resources import files
from typing import NamedTuple

from convlens.ir.errors import UsageError, nearest
from convlens.ir.graph import Graph
from convlens.ir.text import parse

_CLAIM = "#:"
_ENDING = ".txt"


class Claim(NamedTuple):
    """A published figure: ``quantity`` of a node (of the whole network where ``node`` is empty), as its ``source`` writes it."""

    quantity: str
    node: str
    value: str
    source: str


def names() -> list[str]:
    """The names of all networks.

    >>> "resnet50" in names()
    True
    """
    return sorted(file.name.removesuffix(_ENDING) for file in files(__name__).iterdir() if file.name.endswith(_ENDING))


def load(name: str) -> Graph:
    """The network of that name. Raises `UsageError`, with the nearest name, where there is none.

    >>> load("vgg16").inputs[0].spec.dims
    (1, 3, 224, 224)
    """
    return parse(_text(name), f"networks/{name}{_ENDING}")


def claims(name: str) -> list[Claim]:
    """The published figures of that network, in the order of the file.

    >>> claims("resnet18")[0]
    Claim(quantity='params', node='', value='11689512', source='torchvision, ResNet18_Weights.IMAGENET1K_V1, num_params')
    """
    return [_claim(line, name) for line in _text(name).splitlines() if line.startswith(_CLAIM)]


def _text(name: str) -> str:
    known = names()
    if name not in known:
        raise UsageError(f"unknown network {name!r}{nearest(name, known)}; the networks are: {', '.join(known)}")
    return files(__name__).joinpath(name + _ENDING).read_text(encoding="utf-8")


def _claim(line: str, name: str) -> Claim:
    figure, _, source = line.removeprefix(_CLAIM).partition(" -- ")
    words = figure.split()
    if len(words) not in (2, 3) or not source.strip():
        raise UsageError(f"networks/{name}{_ENDING}: a claim reads '{_CLAIM} QUANTITY [NODE] VALUE -- SOURCE'\n  {line}")
    return Claim(words[0], words[1] if len(words) == 3 else "", words[-1], source.strip())
