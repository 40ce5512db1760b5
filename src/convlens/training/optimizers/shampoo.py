"""Shampoo, from the package pytorch_optimizer."""

from typing import Any

import torch

from convlens.ir.errors import UsageError
from convlens.lang.sentence import Sentence

LARGEST = 2048
"""The longest axis for which a square matrix is kept and decomposed at every step."""


def shampoo(groups: list[dict[str, Any]], lr: float, momentum: float) -> torch.optim.Optimizer:
    """One square matrix for each axis of each weight tells how gradients vary together; its root is taken at every step.

    It is dear: 26 ms a step for LeNet-5 on one core, where forward and backward take 6. Source: Gupta et al.,
    arXiv:1802.09568v2, Algorithm 2. Raises `UsageError` without the package, and for an axis of more than 2048 values.
    """
    longest = max(max(weight.shape, default=1) for group in groups for weight in group["params"])
    if longest > LARGEST:
        raise UsageError(
            Sentence(
                "shampoo keeps a square matrix for each axis of a weight; one axis has {longest} values, more than {most}\n"
                "  fix: --optimizer muon",
                longest=longest, most=LARGEST,
            )
        )  # fmt: skip
    try:
        from pytorch_optimizer import Shampoo  # noqa: PLC0415 - an extra, which takes seconds to import
    except ImportError:
        raise UsageError(Sentence('shampoo needs the package pytorch_optimizer: pip install "convlens[optimizers]"')) from None
    made: torch.optim.Optimizer = Shampoo(groups, lr=lr, momentum=momentum)
    return made
