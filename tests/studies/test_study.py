"""Studies from beginning to end, on trainings of a fraction of a second."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from convlens.ir.errors import UsageError
from convlens.lang.remark import Remark
from convlens.studies.claims import ready_names, ready_of
from convlens.studies.folder import study_at
from convlens.studies.halting import HopelessError, Limits, may_stop
from convlens.studies.plan import plan_of
from convlens.studies.study import Study, study
from convlens.studies.vary import varied, varied_all
from convlens.studies.watch import StudyWatch
from convlens.training.recipe import recipe_of
from tests.studies.conftest import QUICK, small_in


class Heard(StudyWatch):
    def __init__(self) -> None:
        self.texts: list[str] = []
        self.shares: list[float] = []

    def said(self, remark: Remark) -> None:
        self.texts.append(remark.text())

    def moved(self, done: float) -> None:
        self.shares.append(done)


def figures(found: Study) -> list[tuple[str, int, float]]:
    return [(each["variant"], each["seed"], each["figures"]["accuracy"]) for each in found.to_dict()["trainings"]]


def test_one_setting_at_a_time(small: tuple[str, str], tmp_path: Path) -> None:
    network, data = small
    heard = Heard()
    found = study(network, data, vary=["dropout=0,0.5", "batch=8..16"], seeds=2, out=str(tmp_path / "s"), watch=heard, **QUICK)
    record = json.loads((tmp_path / "s" / "result.json").read_text())
    assert record["schema"] == "convlens/study/1"
    assert [each["label"] for each in record["variants"]] == ["baseline", "dropout=0", "dropout=0.5", "batch=8"]
    assert record["waiting"] == 0
    assert all(each["state"] == "done" for each in record["trainings"])
    baseline = [each for _, _, each in figures(found)[:2]]
    assert record["variants"][0]["figures"]["accuracy"]["mean"] == pytest.approx(np.mean(baseline))
    assert record["variants"][1]["against_baseline"]["accuracy"]["pairs"] == 2
    assert "8 trainings: about" in heard.texts[0]
    assert heard.shares == sorted(heard.shares)
    assert heard.shares[-1] == 8
    rows = (tmp_path / "s" / "result.csv").read_text().splitlines()
    assert rows[0].startswith("variant,dropout,batch,seed,state,accuracy")
    assert len(rows) == 9
    for lang in ("en", "zh"):
        assert "dropout=0.5" in found.text(lang)


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_study_that_was_killed_goes_on_to_the_same_figures(jobs: int, small: tuple[str, str], tmp_path: Path) -> None:
    network, data = small
    options = {**QUICK, "epochs": 6, "batch": 4}
    whole = study(network, data, vary=["dropout=0.5"], seeds=2, out=str(tmp_path / "whole"), **options)
    script = tmp_path / "begin.py"
    script.write_text("from convlens.studies.study import study\nif __name__ == '__main__':\n"
                      f"    study({network!r}, {data!r}, vary=['dropout=0.5'], seeds=2, jobs={jobs}, "
                      f"out={str(tmp_path / 'cut')!r}, **{options!r})\n")  # fmt: skip
    process = subprocess.Popen([sys.executable, script], env={**os.environ, "PYTHONPATH": "src"})
    runs = tmp_path / "cut" / "runs"
    while not list(runs.glob("dropout*-seed0*/checkpoints/step-*")):
        assert process.poll() is None
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    heard = Heard()
    found = study(resume=tmp_path / "cut", watch=heard)
    assert "of 4 trainings are done already" in heard.texts[0] or jobs == 2
    assert figures(found) == figures(whole)


def test_several_at_a_time_give_the_same_figures(small: tuple[str, str], tmp_path: Path) -> None:
    network, data = small
    one = study(network, data, vary=["dropout=0.5"], seeds=2, out=str(tmp_path / "one"), **QUICK)
    two = study(network, data, vary=["dropout=0.5"], seeds=2, out=str(tmp_path / "two"), jobs=2, **QUICK)
    assert figures(one) == figures(two)


def test_after_an_error_no_training_is_begun_any_more(small: tuple[str, str], tmp_path: Path) -> None:
    """The executor has more of them in its queue than processes."""
    network, data = small
    (tmp_path / "s" / "runs" / "baseline-seed0").mkdir(parents=True)
    (tmp_path / "s" / "runs" / "baseline-seed0" / "run.json").write_text("{}")  # no run that can go on
    (tmp_path / "s" / "runs" / "baseline-seed0" / "settings.toml").write_text("")
    with pytest.raises(UsageError):
        study(network, data, vary=["dropout=0.5"], seeds=4, jobs=2, out=str(tmp_path / "s"), **{**QUICK, "epochs": 200})
    begun = sorted(path.parent.name for path in (tmp_path / "s" / "runs").glob("*/run.json"))
    assert begun in (["baseline-seed0"], ["baseline-seed0", "baseline-seed1"])
    assert not list((tmp_path / "s").rglob("test.json")), "the one that was under way has saved and stopped"


def test_who_lost_trainings_does_not_win_by_those_that_are_left(small: tuple[str, str], tmp_path: Path) -> None:
    network, data = small
    found = study(network, data, vary=["dropout=0.5"], seeds=4, out=str(tmp_path / "s"), **QUICK)
    for seed in range(4):
        _write_accuracy(tmp_path / "s", f"baseline-seed{seed}", 0.5 + seed / 100)
        _write_accuracy(tmp_path / "s", f"dropout-0.5-*-seed{seed}", 0.8 + seed / 100)
    assert "beyond chance better than the baseline: dropout=0.5" in Study(found.folder.path).text()
    (lost,) = (tmp_path / "s" / "runs").glob("dropout-0.5-*-seed3")
    (lost / "test.json").unlink()
    (lost / "failed.json").write_text('{"outcome": "diverged", "reason": ""}')
    text = Study(found.folder.path).text()
    assert "dropout=0.5: the loss became no number in 1 of 4 trainings" in text
    assert "what is finished are the seeds that went well, so nothing can be told" in text
    assert "better" not in text
    for seed in range(3):
        _write_accuracy(tmp_path / "s", f"dropout-0.5-*-seed{seed}", 0.2 + seed / 100)
    assert "dropout=0.5 is worse than baseline" in Study(found.folder.path).text()


def _write_accuracy(place: Path, name: str, accuracy: float) -> None:
    (run,) = (place / "runs").glob(name)
    lines = [json.loads(line) for line in (run / "epochs.jsonl").read_text().splitlines()]
    lines[-1]["validation_accuracy"] = accuracy
    (run / "epochs.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


def test_a_loss_that_is_no_number_is_a_result(small: tuple[str, str], tmp_path: Path) -> None:
    network, data = small
    found = study(network, data, vary=["learning_rate=0.01,1e30"], seeds=2, out=str(tmp_path / "s"), optimizer="sgd", **QUICK)
    states = {each["variant"]: each["state"] for each in found.to_dict()["trainings"]}
    assert states["learning_rate=1e+30"] == "diverged"
    assert "learning_rate=1e+30: the loss became no number in 2 of 2 trainings" in found.text()


def test_one_seed_gives_no_verdict(small: tuple[str, str], tmp_path: Path) -> None:
    network, data = small
    found = study(network, data, vary=["dropout=0.9"], seeds=1, out=str(tmp_path / "s"), **QUICK)
    assert "too few finished seeds (1) to tell anything" in found.text()
    assert "better" not in " ".join(found.to_dict()["verdicts"]["en"])


def test_a_value_that_the_network_cannot_have_is_said_before_anything_is_trained(small: tuple[str, str], tmp_path: Path) -> None:
    network, data = small
    with pytest.raises(UsageError, match=r"norm=group: .*no batch normalization"):
        study(network, data, vary=["norm=group"], out=str(tmp_path / "s"), **QUICK)
    assert not list((tmp_path / "s").rglob("run.json"))


WRONG = {
    "no values": (["dropout"], "names no values"), "unknown": (["dropuot=1"], "did you mean|there is no setting"),
    "illegal": (["dropout=2"], "dropout is"), "twice": (["batch=1,2", "batch=4"], "comes twice"), "range": (["batch=64..32"], "no values"),
    "word range": (["optimizer=a..b"], "is no range"), "seed": (["seed=1,2"], "--seeds"), "own": (["batch=256"], "nothing is compared"),
    "nothing": ([], "nothing is varied"), "many": (["batch=1..1000:1"], "at most 64"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said(name: str, tmp_path: Path) -> None:
    vary, message = WRONG[name]
    with pytest.raises(UsageError, match=message):
        study("lenet5", vary=vary, out=str(tmp_path / "s"))


def test_a_grid_takes_all_pairs_of_two(tmp_path: Path) -> None:
    plan = plan_of(recipe_of("lenet5"), varied_all(["batch=64..256", "epochs=5,10"]), 1, grid=True)
    assert len(plan.variants) == 1 + 6 - 1
    with pytest.raises(UsageError, match="exactly two"):
        plan_of(recipe_of("lenet5"), [varied("batch=64")], 1, grid=True)


def test_a_folder_that_is_no_study_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no study"):
        study_at(tmp_path)
    (tmp_path / "recipe.toml").write_text('network = "lenet5"\n')
    for text in ("{", "[]", "{}", '{"schema": "convlens/study-plan/1", "vary": {"batch": 3}}'):
        (tmp_path / "study.json").write_text(text)
        with pytest.raises(UsageError):
            study_at(tmp_path)


def test_hopeless_is_only_what_is_behind_for_two_epochs_in_the_second_half() -> None:
    limits = Limits((1.0, 1.0, 1.0, 1.0, 1.0, 1.0))
    for epoch, loss in ((1, 9.0), (2, 9.0), (3, 0.5), (4, 9.0)):
        limits.check({"epoch": epoch, "validation_loss": loss})
    with pytest.raises(HopelessError, match="epoch 5 of 6"):
        limits.check({"epoch": 5, "validation_loss": 9.0})


def test_nothing_is_stopped_where_it_would_not_be_fair() -> None:
    recipe = recipe_of("lenet5")
    assert "one-cycle" in may_stop(plan_of(recipe, [varied("dropout=0.1")], 2))
    fixed = recipe.with_values({"schedule": "fixed"})
    assert "lengths" in may_stop(plan_of(fixed, [varied("batch=32")], 2))
    assert may_stop(plan_of(fixed, [varied("dropout=0.1")], 2)) == ""


def test_hopeless_trainings_are_stopped_and_have_no_figures(small: tuple[str, str], tmp_path: Path) -> None:
    network, data = small
    options = {**QUICK, "epochs": 8, "schedule": "fixed", "learning_rate": 0.03}
    found = study(network, data, vary=["learning_rate=3"], seeds=2, out=str(tmp_path / "s"), stop_hopeless=True, **options)
    stopped = [each for each in found.to_dict()["trainings"] if each["state"] == "hopeless"]
    assert stopped
    assert all(each["figures"]["accuracy"] is None for each in stopped)


@pytest.mark.parametrize("name", ready_names())
def test_every_ready_study_runs_in_a_small_form(name: str, tmp_path: Path) -> None:
    """On pictures that are there everywhere; what it says about real data stands in docs/study.md."""
    if name == "class-balance":
        (tmp_path / "texts.tsv").write_text(
            "".join(f"{'ab'[at % 5 == 0]}\tword{at % 5} some other words {at}\n" for at in range(90))
        )
        data = str(tmp_path / "texts.tsv")
    else:
        data = small_in(tmp_path, side=28)[1]
    limit = {} if name == "data-size" else {"limit": 60}
    found = study(about=name, data=data, small=True, seeds=1, out=str(tmp_path / "s"), epochs=1, **limit)
    about = found.to_dict()["about"]
    assert found.results.waiting == 0
    assert about["verdict"]["en"].startswith(("the claim", "nothing can be said"))
    assert len(about["measured"]["en"]) >= len(ready_of(name, settings={}).expects)
    assert about["claim"]["zh"] != about["claim"]["en"]
