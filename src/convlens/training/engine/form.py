"""In which numbers and in which order of axes a network is computed: measured by a few steps, never assumed."""

import time
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, NoReturn

import torch
from torch import Tensor, nn

from convlens.ir.errors import UsageError
from convlens.lang.sentence import Sentence

WORTH = 1.1
"""A form other than plain float32 must be this much faster to be taken."""

TRIAL_BATCH = 64
TRIAL_VALUES = 1 << 22
"""Examples of a trial, and the values of their inputs, at most."""

STEPS = 3
PATIENCE = 30.0
"""CPU seconds after which no other form is tried."""


@dataclass(frozen=True)
class Form:
    """``precision`` float32 or bfloat16; ``layout`` channels-first or channels-last."""

    precision: str = "float32"
    layout: str = "channels-first"

    def autocast(self, device: torch.device) -> Any:
        """The context in which the forward pass runs."""
        return torch.autocast(device.type, torch.bfloat16, enabled=self.precision == "bfloat16")

    def module(self, module: nn.Module) -> nn.Module:
        """The module with its weights in this order of axes."""
        if self.layout == "channels-last":
            module.to(memory_format=self._order(module))  # type: ignore[call-overload]  # documented, but without a type
        return module

    def input(self, x: Tensor) -> Tensor:
        """A batch in this order of axes; one without two or three axes of space as it is."""
        if self.layout == "channels-last" and x.ndim in (4, 5):
            return x.contiguous(memory_format=torch.channels_last if x.ndim == 4 else torch.channels_last_3d)
        return x

    @staticmethod
    def _order(module: nn.Module) -> torch.memory_format:
        volumes = any(weight.ndim == 5 for weight in module.parameters())
        return torch.channels_last_3d if volumes else torch.channels_last


def forms_of(precision: str, layout: str, rank: int) -> list[Form]:
    """What the settings allow, plain float32 first; only inputs with 2 or 3 axes of space have a layout.

    >>> [form.precision for form in forms_of("auto", "auto", 3)]
    ['float32', 'bfloat16']
    """
    precisions = ["float32", "bfloat16"] if precision == "auto" else [precision]
    layouts = ["channels-first"] if rank not in (4, 5) else ["channels-first", "channels-last"] if layout == "auto" else [layout]
    return [Form(precision, layout) for precision in precisions for layout in layouts]


def fastest(forms: list[Form], module: nn.Module, x: Tensor, classes: int) -> tuple[Form, dict[Form, float]]:
    """The form of the shortest step, and the CPU seconds of a step in each.

    On CUDA nothing is tried: bfloat16 with channels last is what its matrix units are made for. On other accelerators the
    first form is taken. Raises `UsageError` where the precision that is asked for cannot be had.
    """
    if len(forms) == 1:
        return forms[0], {}
    if x.device.type == "cuda":
        able = [form for form in forms if form.precision == "float32" or torch.cuda.is_bf16_supported()]
        return able[-1] if able else _impossible(forms[0]), {}
    if x.device.type != "cpu":
        return forms[0], {}
    few = x[: max(1, min(TRIAL_BATCH, TRIAL_VALUES // x[0].numel()))]
    seconds: dict[Form, float] = {}
    for form in forms:
        if sum(found for found in seconds.values() if found != float("inf")) * (1 + STEPS) < PATIENCE:
            seconds[form] = _seconds(form, module, few, classes)
    best = min(seconds, key=seconds.__getitem__)
    if seconds[best] == float("inf"):
        _impossible(best)
    return (best if seconds[best] * WORTH < seconds[forms[0]] else forms[0]), seconds


def _impossible(form: Form) -> NoReturn:
    raise UsageError(
        Sentence(
            "precision={precision}: this network cannot be computed in it here\n  fix: precision=float32",
            precision=form.precision,
        )
    )


def _seconds(form: Form, module: nn.Module, x: Tensor, classes: int) -> float:
    """The least CPU time of a few forward and backward passes of a copy; infinite where it cannot be computed so."""
    tried, given = form.module(deepcopy(module)).train(), form.input(x)
    targets = torch.arange(len(x), device=x.device) % classes
    times = []
    try:
        for _ in range(1 + STEPS):
            begun = time.process_time()
            with form.autocast(x.device):
                logits = tried(given)
            nn.functional.cross_entropy(logits.float(), targets).backward()
            times.append(time.process_time() - begun)
    except RuntimeError:
        if form == Form():
            raise
        return float("inf")
    return min(times[1:])
