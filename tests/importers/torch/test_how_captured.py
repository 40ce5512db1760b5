"""``captured`` in a summary's record: which calls fell back to PyTorch's own kernels, against what PyTorch itself saw run."""

from typing import Any

import pytest
import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

import convlens
from convlens.ir.text import format as written
from convlens.ir.text import parse


class Known(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)
        self.scale = nn.Parameter(torch.ones(8, 1, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(self.conv(x)) * self.scale


class Decomposed(Known):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        q, r = torch.linalg.qr(super().forward(x))
        return torch.linalg.qr(r)[0] + torch.linalg.cholesky_ex(q @ q)[0].sum()


class MetaKernels(TorchDispatchMode):
    """The kernels that run on tensors without memory, allocation aside."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        found = func(*args, **(kwargs or {}))
        outputs = found if isinstance(found, tuple | list) else (found,)
        name = func.overloadpacket.__name__.lstrip("_")
        if any(isinstance(x, torch.Tensor) and x.is_meta for x in outputs) and not name.startswith("empty"):
            self.seen.append(name)
        return found


@pytest.mark.parametrize(("kind", "fell_back"), [(Known, []), (Decomposed, ["linalg_qr", "linalg_qr", "linalg_cholesky_ex"])])
def test_calls_that_ran_on_meta_are_those_that_pytorch_ran_there(kind: type[nn.Module], fell_back: list[str]) -> None:
    module = kind().eval()
    with MetaKernels() as kernels:
        how = convlens.summary(module, (1, 3, 8, 8)).to_dict()["captured"]
    assert kernels.seen == fell_back
    assert how["run_on_meta"] == len(kernels.seen)
    assert how["operators"] == list(dict.fromkeys(kernels.seen))
    assert how["real"] is False


def test_every_layer_of_the_report_is_a_call_but_the_tensors_that_the_module_holds() -> None:
    record = convlens.summary(Known().eval(), (1, 3, 8, 8)).to_dict()
    assert [layer["op"] for layer in record["layers"]] == ["conv", "relu", "parameter", "mul"]
    assert record["captured"]["calls"] == 3


def test_with_values_nothing_runs_on_meta() -> None:
    how = convlens.summary(Decomposed().eval(), (1, 3, 8, 8), real=True).to_dict()["captured"]
    assert (how["run_on_meta"], how["operators"], how["real"]) == (0, [], True)


def test_a_network_that_was_read_was_not_captured() -> None:
    captured = convlens.summary(Known().eval(), (1, 3, 8, 8)).graph
    again = parse(written(captured))
    assert again == captured
    assert convlens.summary(again).to_dict()["captured"] is None
