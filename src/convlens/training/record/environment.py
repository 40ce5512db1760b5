"""On what a run was made."""

import os
import platform
from pathlib import Path
from typing import Any

import torch

from convlens import __version__


def versions() -> dict[str, str]:
    """Of convlens, Python and PyTorch."""
    return {"convlens": __version__, "python": platform.python_version(), "torch": str(torch.__version__)}


def machine(device: torch.device, world: int) -> dict[str, Any]:
    """Processor, accelerator, threads and processes."""
    found: dict[str, Any] = {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": os.cpu_count() or 1,
        "threads": torch.get_num_threads(),
        "device": device.type,
        "processes": world,
    }
    if device.type == "cuda":
        found["accelerator"] = torch.cuda.get_device_name(device)
    return found


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = (line.partition(":")[2].strip() for line in info.read_text(errors="replace").splitlines() if "model name" in line)
        return next(names, platform.processor())
    return platform.processor()
