"""The tools that convlens is measured against, each asked for what it is known for: the cost of one forward pass.

"real" tools get the module with its weights and run it; "meta" tools get the same module on PyTorch's meta device, where
a forward computes shapes alone. Their versions are pinned in ``requirements.txt``.
"""

import contextlib
import io
import logging
import warnings
from collections.abc import Callable
from typing import Any

import torch
import torch._dynamo  # imported late, while ptflops has replaced torch's functions, it breaks

Shape = tuple[int, ...]


def torchinfo(module: torch.nn.Module, shape: Shape, device: str) -> Any:
    import torchinfo as tool

    return tool.summary(module, shape, verbose=0, device=device)


def fvcore(module: torch.nn.Module, shape: Shape, device: str) -> Any:
    from fvcore.nn import FlopCountAnalysis

    found = FlopCountAnalysis(module, torch.empty(shape, device=device))
    return found.unsupported_ops_warnings(False).uncalled_modules_warnings(False).total()


def ptflops(module: torch.nn.Module, shape: Shape, device: str) -> Any:
    from ptflops import get_model_complexity_info

    found = get_model_complexity_info(
        module,
        shape[1:],
        as_strings=False,
        print_per_layer_stat=False,
        backend="aten",
        input_constructor=lambda _: torch.empty(shape, device=device),
    )
    assert found[0], "ptflops says None where the forward raised"
    return found


def thop(module: torch.nn.Module, shape: Shape, device: str) -> Any:
    from thop import profile

    return profile(module, inputs=(torch.empty(shape, device=device),), verbose=False)


def flop_counter(module: torch.nn.Module, shape: Shape, device: str) -> Any:
    from torch.utils.flop_counter import FlopCounterMode

    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        module(torch.empty(shape, device=device))
    return counter.get_total_flops()


Tool = Callable[[torch.nn.Module, Shape, str], Any]

PEERS: dict[str, tuple[Tool, str]] = {
    "torchinfo": (torchinfo, "cpu"),
    "fvcore": (fvcore, "cpu"),
    "ptflops": (ptflops, "cpu"),
    "thop": (thop, "cpu"),
    "torchinfo, meta": (torchinfo, "meta"),
    "FlopCounterMode, meta": (flop_counter, "meta"),
    "ptflops, meta": (ptflops, "meta"),
    "thop, meta": (thop, "meta"),
}
"""Each tool, and where its module lives. fvcore traces with TorchScript, which has no meta device."""

PACKAGES = ("torch", "torchinfo", "fvcore", "ptflops", "thop")


@contextlib.contextmanager
def quiet() -> Any:
    """The tools print and warn; only their time is of interest."""
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logging.disable(logging.WARNING)
        try:
            yield
        finally:
            logging.disable(logging.NOTSET)
