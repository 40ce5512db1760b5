"""The form of the numbers: taken only where a trial shows that it is faster, plain float32 else."""

from typing import Any

import pytest
import torch
from torch import nn

from convlens.ir.errors import UsageError
from convlens.training.engine import form as module
from convlens.training.engine.form import Form, fastest, forms_of

PLAIN, LAST = Form(), Form("float32", "channels-last")
BF16, BOTH = Form("bfloat16"), Form("bfloat16", "channels-last")
FORMS = [PLAIN, LAST, BF16, BOTH]
X = torch.zeros(4, 1, 6, 6)


def net() -> nn.Module:
    return nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(32, 3))


def test_what_settings_allow() -> None:
    assert forms_of("auto", "auto", 4) == [PLAIN, LAST, BF16, BOTH]
    assert forms_of("auto", "auto", 3) == forms_of("auto", "channels-last", 2) == [PLAIN, BF16]
    assert forms_of("bfloat16", "channels-last", 5) == [BOTH]


@pytest.mark.parametrize(
    ("seconds", "taken"),
    [
        ((1.0, 1.0, 1.0, 1.0), PLAIN), ((1.0, 0.95, 0.92, 0.91), PLAIN), ((1.0, 0.9, 0.8, 0.5), BOTH), ((1.0, 0.5, 0.6, 0.7), LAST),
        ((1.0, 2.0, 0.9, 3.0), BF16), ((1.0, float("inf"), float("inf"), float("inf")), PLAIN),
    ],
)  # fmt: skip
def test_the_fastest_is_taken_where_it_is_worth_it(
    seconds: tuple[float, ...], taken: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = dict(zip(FORMS, seconds, strict=True))
    monkeypatch.setattr(module, "_seconds", lambda form, *_: fake[form])
    assert fastest(FORMS, net(), X, 3) == (taken, fake)


def test_one_form_is_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_seconds", lambda *_: pytest.fail("tried"))
    assert fastest([BOTH], net(), X, 3) == (BOTH, {})


def test_the_clock_decides_and_the_first_pass_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock whose steps are 9 s in the first pass and 1 s in float32; in bfloat16 half of that."""
    times, autocast = [0.0], Form.autocast

    def process_time() -> float:
        return times[0]

    def slow(form: Form, device: torch.device) -> Any:
        times[0] += 9.0 if tried.setdefault(form, 0) == 0 else 0.5 if form.precision == "bfloat16" else 1.0
        tried[form] += 1
        return autocast(form, device)

    tried: dict[Form, int] = {}
    monkeypatch.setattr(module.time, "process_time", process_time)
    monkeypatch.setattr(Form, "autocast", slow)
    taken, seconds = fastest(FORMS, net(), X, 3)
    assert taken.precision == "bfloat16"
    assert list(seconds.values()) == [1.0, 1.0, 0.5, 0.5]


class Float32Only(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(36, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if torch.is_autocast_enabled("cpu"):
            raise RuntimeError("not implemented for 'BFloat16'")
        return self.layer(x.flatten(1))


def test_plain_numbers_where_the_network_cannot_be_computed_in_others() -> None:
    taken, seconds = fastest([PLAIN, BF16], Float32Only(), X, 3)
    assert taken == PLAIN
    assert seconds[BF16] == float("inf")


def test_a_precision_that_is_asked_for_and_cannot_be_had_is_said() -> None:
    with pytest.raises(UsageError, match="precision=bfloat16: this network cannot.*\n  fix: precision=float32"):
        fastest([BF16, BOTH], Float32Only(), X, 3)


def test_a_network_that_fails_in_plain_numbers_fails() -> None:
    with pytest.raises(RuntimeError, match="mat1 and mat2"):
        fastest([PLAIN, BF16], nn.Sequential(nn.Flatten(), nn.Linear(5, 3)), X, 3)


def test_a_trial_leaves_the_network_as_it_was() -> None:
    tried = net().eval()
    before = {name: value.clone() for name, value in tried.state_dict().items()}
    fastest(FORMS, tried, X, 3)
    assert all(value.equal(before[name]) for name, value in tried.state_dict().items())
    assert tried[0].weight.is_contiguous()
    assert all(weight.grad is None for weight in tried.parameters())
    assert not tried.training


def test_layouts() -> None:
    volumes = nn.Sequential(nn.Conv3d(2, 2, 3))
    assert LAST.input(torch.zeros(2, 3, 4, 5)).stride() == (60, 1, 15, 3)
    assert LAST.input(torch.zeros(2, 3, 4, 5, 6)).is_contiguous(memory_format=torch.channels_last_3d)
    assert LAST.input(torch.zeros(2, 3)).is_contiguous()
    assert LAST.module(volumes)[0].weight.is_contiguous(memory_format=torch.channels_last_3d)
    assert PLAIN.input(X) is X
