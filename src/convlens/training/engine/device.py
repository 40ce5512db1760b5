"""Where the network is computed."""

import os

import torch

from convlens.ir.errors import UsageError
from convlens.lang.sentence import Sentence


def device_of(wanted: str) -> torch.device:
    """The device for ``auto``, ``cpu``, ``cuda`` or ``mps``. Under torchrun each process takes its own accelerator.

    Raises `UsageError` where it is not there.
    """
    local = int(os.environ.get("LOCAL_RANK", "0"))
    if wanted == "cuda" or (wanted == "auto" and torch.cuda.is_available()):
        if not torch.cuda.is_available():
            raise UsageError(Sentence("device=cuda, but PyTorch finds no CUDA accelerator\n  fix: device=cpu"))
        found = torch.cuda.device_count()
        if local >= found:
            raise UsageError(
                Sentence(
                    "process {local} of this machine has no accelerator: there are {found}\n  fix: --nproc-per-node {found}",
                    local=local, found=found,
                )
            )  # fmt: skip
        torch.cuda.set_device(local)
        return torch.device("cuda", local)
    if wanted == "mps" or (wanted == "auto" and torch.backends.mps.is_available()):
        if not torch.backends.mps.is_available():
            raise UsageError(Sentence("device=mps, but PyTorch finds none\n  fix: device=cpu"))
        return torch.device("mps")
    return torch.device("cpu")
