"""What is said before a training, and stands in its record: all that was done to data and network, and settings without effect."""

import pytest
from torch import nn

from convlens.lang.remark import Remark
from convlens.training.engine.watch import Watch
from convlens.training.optimizers.build import _MADE, optimizer_of
from convlens.training.schedules.build import schedule_of
from convlens.training.settings.effect import READ_BY, unread
from convlens.training.settings.settings import Settings, table
from convlens.training.train import train
from tests.training.small import options


class Heard(Watch):
    def __init__(self) -> None:
        self.remarks: list[Remark] = []

    def said(self, remark: Remark) -> None:
        self.remarks.append(remark)


@pytest.mark.usefixtures("here")
def test_all_of_them_are_said_and_recorded() -> None:
    heard = Heard()
    settings = {"optimizer": "rprop", "schedule": "fixed", "test": 0, "final_rate": 0.1, "epochs": 1}
    run = train("small-cnn", "blobs.npz", out="run", watch=heard, **options(**settings))
    expected = [
        "the last layer gives 3 instead of 10 values",
        "there is no test part: no accuracy on new examples is told at the end",
        "rprop looks at how the gradient changes from step to step",
        "final_rate has no effect: schedule fixed does not read it.",
    ]
    texts = [remark.text() for remark in heard.remarks]
    for text in expected:
        assert any(said.startswith(text) for said in texts), text
        assert any(said["en"].startswith(text) for said in run.record["remarks"]), text
    page = run.folder.page.read_text(encoding="utf-8")
    assert all(f'"{key}":null' in page.replace(": ", ":") for key in ("accuracy", "loss")), "of no example there are no figures"
    assert any(said["zh"].startswith("没有测试集") for said in run.record["remarks"])


@pytest.mark.usefixtures("here")
def test_an_early_end_is_said() -> None:
    """Weights that do not move, so that no epoch after the first is better."""
    heard = Heard()
    still = {"optimizer": "sgd", "learning_rate": 1e-30, "schedule": "fixed", "patience": 2}
    run = train("small.txt", "blobs.npz", out="run", watch=heard, **options(**still, epochs=9))
    assert len(run.epochs) == 3
    said = [remark.text() for remark in heard.remarks]
    assert "stopped early: 2 epochs without a better validation loss; the weights of epoch 1 are kept" in said
    whole = Heard()
    train("small.txt", "blobs.npz", out="whole", watch=whole, **options(patience=9))
    assert not any(remark.text().startswith("stopped early") for remark in whole.remarks)


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        ({}, []),
        ({"momentum": 0.5, "optimizer": "sgd"}, []),
        ({"momentum": 0.5, "beta1": 0.8}, ["momentum"]),
        ({"focal_gamma": 5.0}, ["focal_gamma"]),
        ({"focal_gamma": 5.0, "loss": "focal"}, []),
        ({"milestones": (3,), "power": 2.0, "schedule": "step"}, ["power"]),
    ],
)
def test_settings_that_nothing_reads(settings: dict[str, object], names: list[str]) -> None:
    assert [dict(each.values)["name"] for each in unread(Settings(**settings))] == names


def test_a_setting_of_a_schedule_moves_the_rate_where_it_is_read_and_only_there() -> None:
    """The table against the schedules themselves."""
    other = {"decay": 0.37, "milestones": (1,), "power": 3.0, "final_rate": 0.3}
    for about in table():
        if about.name not in other:
            continue
        for schedule in next(each for each in table() if each.name == "schedule").words:
            if schedule == "reduce-on-plateau":  # moves with the validation loss
                continue
            rates = [
                [schedule_of(Settings(schedule=schedule, **given), 100, 10).rate(step) for step in range(100)]
                for given in ({}, {about.name: other[about.name]})
            ]
            assert (rates[0] != rates[1]) == (schedule in READ_BY[about.name][1]), (about.name, schedule)


def test_a_setting_of_an_optimizer_reaches_it_where_it_is_read_and_only_there() -> None:
    """The table against the optimizers that are made."""
    other = {"momentum": 0.37, "nesterov": False, "beta1": 0.37, "beta2": 0.37, "epsilon": 0.37, "ftrl_l1": 0.37, "ftrl_l2": 0.37}
    for optimizer in _MADE:
        for name, value in other.items():
            plain, changed = (_told(Settings(optimizer=optimizer, **given)) for given in ({}, {name: value}))
            assert (plain != changed) == (optimizer in READ_BY[name][1]), (name, optimizer)


def _told(settings: Settings) -> str:
    module = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3), nn.Linear(3, 2))
    made = optimizer_of(settings, module)
    return repr([{key: value for key, value in group.items() if key != "params"} for group in made.param_groups])


def test_the_table_names_settings_and_their_values() -> None:
    words = {about.name: about.words for about in table()}
    for name, (owner, values) in READ_BY.items():
        assert name in words
        assert set(values) <= set(words[owner])
    assert set(words["optimizer"]) == set(_MADE)
