"""A bounded sample of the mutation benchmark, and that it can fail: the whole is ``make lint-bench``."""

import re

import pytest

from bench import lint
from bench.mutants import MAKERS, Base, made
from convlens import networks
from convlens.linting.table import every

SAMPLE = ("lenet5", "vgg16", "resnet18", "mobilenet_v2", "googlenet", "unet_same", "dcgan_generator")


@pytest.fixture(scope="module")
def found():
    return lint.recall(made(1, seed=1, names=list(SAMPLE)))


def test_most_faults_of_a_sample_are_found(found):
    """The aim is 95 % of all; in the sample each rule that has mutants is tried."""
    total, missed = sum(r.total for r in found.values()), [m for r in found.values() for m in r.missed]
    assert total >= 150
    assert len(missed) <= total * 0.05, [(m.code, m.network, m.how) for m in missed]


def test_every_rule_has_a_maker(found):
    assert set(MAKERS) == {rule.code for rule in every()}


def test_sound_networks_have_no_false_alarm():
    assert [alarm for alarm in lint.alarms() if not alarm.reason] == []


def test_a_fault_that_is_none_is_not_found():
    """The partner: the same question about networks without the fault is answered with no."""
    sound = Base("resnet18", networks.load("resnet18"))
    unharmed = [
        mutant._replace(graph=sound.graph) for mutant in made(1, names=["resnet18"]) if mutant.code in ("G02", "G11", "S08")
    ]
    assert unharmed
    assert not any(lint.is_found(mutant) for mutant in unharmed)


def test_the_page_is_what_the_benchmark_writes(found):
    """Its frame: the same headings and a row for each rule; the figures are of the run that wrote it."""
    page = lint.PAGE.read_text(encoding="utf-8")
    for rule in every():
        assert f"| {rule.code} {rule.name} |" in page
    total, share = re.search(r"Recall: \d+ of (\d+) faults, ([\d.]+) %", page).groups()
    assert int(total) >= 400
    assert float(share) >= 95
