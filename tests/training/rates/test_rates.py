"""The range test of the learning rate, and short trainings under a few rates."""

import json
import math
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import torch
from click.testing import CliRunner

from convlens.cli import commands, main
from convlens.ir.errors import UsageError
from convlens.training.engine.find_rate import ranged
from convlens.training.engine.watch import Watch
from convlens.training.find_rate import find_rate, try_rates
from convlens.training.rates.range_test import RateTest
from convlens.training.rates.smooth import smoothed
from convlens.training.train import planned
from tests.training.small import blobs, network, options

SGD = {"optimizer": "sgd", "momentum": 0.0}


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    monkeypatch.chdir(tmp_path)
    return str(network(Path("small.txt"))), str(blobs(Path("blobs.npz")))


def made(loss: object, steps: int = 200) -> RateTest:
    rates = tuple(1e-6 * 1e7 ** (at / (steps - 1)) for at in range(steps))
    return RateTest("n", "d", 8, steps, rates, tuple(loss(rate) for rate in rates))  # type: ignore[operator]


@pytest.mark.parametrize("middle", [1e-4, 1e-2, 0.3])
def test_the_suggestion_is_where_a_known_curve_falls_fastest(middle: float) -> None:
    """A logistic function of the logarithm of the rate is steepest in its middle; noise of fixed signs does not move it far."""
    found = made(lambda rate: 1 / (1 + (rate / middle) ** 2) + 0.02 * math.sin(1e4 * math.log(rate)))
    assert found.suggestion is not None
    assert middle / 1.6 < found.suggestion < middle * 1.6


def test_a_curve_that_only_rises_suggests_nothing() -> None:
    found = made(lambda rate: 1 + rate)
    assert found.suggestion is None
    assert "no rate can be suggested" in found.text()
    ET.fromstring(found.svg())


def test_smoothing_moves_no_edge() -> None:
    """Unlike a running mean: a straight line stays itself in its middle."""
    line = [float(at) for at in range(50)]
    assert smoothed(line, 3)[15:35] == pytest.approx(line[15:35])


def test_range_and_network(files: tuple[str, str]) -> None:
    job = planned(*files, watch=Watch(), **options(**SGD))
    before = {name: value.clone() for name, value in job.network.module.state_dict().items()}
    losses = ranged(job, 1e-6, 1e8, 40, lambda _step, _loss: None)
    assert 2 < len(losses) < 40
    assert all(torch.equal(value, before[name]) for name, value in job.network.module.state_dict().items())
    assert all(weight.grad is None for weight in job.network.module.parameters())
    found = find_rate(*files, least=1e-6, most=1e8, steps=40, **options(**SGD))
    assert list(found.losses) == losses
    assert found.diverged
    assert found.rates[0] == 1e-6
    ratios = [after / rate for rate, after in zip(found.rates, found.rates[1:], strict=False)]
    assert ratios == pytest.approx([1e14 ** (1 / 39)] * len(ratios))


def test_trials_share_start_and_batches(files: tuple[str, str]) -> None:
    found = try_rates(*files, rates=[1e9, 0.1, 0.001], steps=30, **options(**SGD))
    assert len({trial.losses[0] for trial in found.trials}) == 1
    assert len(found.trials[0].losses) < 30
    assert found.best == 0.1
    table = found.text().splitlines()
    assert table[1].split() == ["step", "1e+09", "0.1", "0.001"]
    assert table[-2].split()[:2] == ["30", "-"]
    assert found.text("zh")
    ET.fromstring(found.svg("zh"))
    assert json.loads(json.dumps(found.to_dict()))["schema"] == "convlens/try-rates/1"


def test_command_line(files: tuple[str, str]) -> None:
    words = [
        "train",
        files[0],
        "--data",
        files[1],
        "--batch",
        "16",
        "--precision",
        "float32",
        "--layout",
        "channels-first",
        "--quiet",
    ]
    shown = CliRunner().invoke(commands, [*words, "--find-lr", "--try-steps", "20", "-o", "curve.svg", "--json"])
    assert shown.exit_code == 0, shown.output
    assert json.loads(shown.stdout)["schema"] == "convlens/find-lr/1"
    ET.parse("curve.svg")
    assert not Path("runs").exists()
    shown = CliRunner().invoke(commands, [*words, "--try-rates", "0.1,0.01", "--try-steps", "12", "-o", "tries.json"])
    assert shown.exit_code == 0, shown.output
    assert [trial["rate"] for trial in json.loads(Path("tries.json").read_text())["trials"]] == [0.1, 0.01]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--find-lr", "--try-rates", "1"], "two trials"),
        (["--find-lr", "-o", "folder"], "says no format"),
        (["--find-lr", "--rate-range", "1"], "has 1 numbers"),
        (["--find-lr", "--rate-range", "1,0.1"], "cannot grow from 1 to 0.1"),
        (["--find-lr", "--rate-range", "1e-6,1e308"], "from 1e-06 to 1e+308\n  fix: numbers from 1e-30 to 1e+30"),
        (["--find-lr", "--rate-range", "1e-320,1"], "numbers from 1e-30 to 1e+30"),
        (["--try-rates", "a,b"], "is not a row of numbers"),
        (["--try-rates", "0.1,-1"], "numbers above 0"),
        (["--try-rates", "nan"], "numbers above 0"),
        (["--find-lr", "--resume", "runs/x"], "before a training"),
    ],
)
def test_what_is_no_trial(words: list[str], message: str, files: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["train", files[0], "--data", files[1], *words])
    assert ended.value.code == 2
    errors = capsys.readouterr().err
    assert message in errors
    assert "\n  fix: " in errors


def test_too_many_steps(files: tuple[str, str]) -> None:
    with pytest.raises(UsageError, match="2 to"):
        find_rate(*files, steps=1)
