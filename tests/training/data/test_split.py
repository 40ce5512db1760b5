"""Shares against brute force, whole groups, the data's own parts, and what cannot be split."""

from collections import Counter
from itertools import chain, product

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from convlens.ir.errors import UsageError
from convlens.training.data.quotas import drawn, quotas
from convlens.training.data.raw import Raw
from convlens.training.data.split import split_of
from convlens.training.data.wholegroups import parts_of_groups
from convlens.training.settings.settings import Settings


def raw(labels, **more) -> Raw:
    labels = torch.as_tensor(labels)
    classes = tuple(f"class {at}" for at in range(int(labels.max()) + 1))
    return Raw("x", "image", torch.zeros(len(labels), 1, 2, 2), labels, classes, [str(at) for at in range(len(labels))], **more)


def settings(**values) -> Settings:
    return Settings().with_values(values)


def parts(split):
    return [split.train.tolist(), split.validation.tolist(), split.test.tolist()]


def said(raw, **values) -> str:
    with pytest.raises(UsageError) as error:
        split_of(raw, settings(**values))
    return str(error.value)


@given(st.lists(st.integers(3, 60), min_size=2, max_size=6), st.floats(0, 0.4), st.floats(0, 0.4), st.integers(0, 5))
def test_every_class_has_its_share_and_no_example_is_lost(counts, validation, test, seed):
    labels = torch.repeat_interleave(torch.arange(len(counts)), torch.tensor(counts))
    made = parts(split_of(raw(labels), settings(validation=validation, test=test, seed=seed)))
    assert sorted(chain(*made)) == list(range(len(labels)))
    assert all(part == sorted(part) for part in made)
    for part, share in zip(made[1:], (validation, test), strict=True):
        rare = sum(share * count < 1 for count in counts)  # each takes one example at the cost of the others
        for label, count in enumerate(counts):
            have = int((labels[part] == label).sum())
            assert abs(have - share * count) <= 1.5 + rare
            assert have > 0 or not share
    assert all(int((labels[made[0]] == label).sum()) > 0 for label in range(len(counts)))


def test_the_customary_seven_one_two():
    labels = torch.arange(1000) % 10
    split = split_of(raw(labels), settings())
    assert [len(part) for part in parts(split)] == [700, 100, 200]
    assert torch.bincount(labels[split.test]).tolist() == [20] * 10
    assert split.remarks == ()


def test_the_split_is_a_function_of_the_seed():
    data = raw(torch.arange(300) % 3)
    assert parts(split_of(data, settings())) == parts(split_of(data, settings()))
    assert parts(split_of(data, settings(seed=1))) != parts(split_of(data, settings()))
    torch.manual_seed(99)
    assert parts(split_of(data, settings(seed=1))) == parts(split_of(data, settings(seed=1)))


@given(st.lists(st.integers(1, 30), min_size=1, max_size=5), st.data())
def test_quotas_are_the_nearest_to_the_shares(counts, data):
    """Brute force over all ways to fill the total."""
    total = data.draw(st.integers(0, sum(counts)))
    have = quotas(counts, total, [0] * len(counts), counts)
    assert sum(have) == total
    ideal = [total * count / sum(counts) for count in counts]
    if len(counts) <= 3:
        ways = [way for way in product(*(range(count + 1) for count in counts)) if sum(way) == total]
        best = min(sum((a - b) ** 2 for a, b in zip(way, ideal, strict=True)) for way in ways)
        assert sum((a - b) ** 2 for a, b in zip(have, ideal, strict=True)) == pytest.approx(best)


def test_more_examples_only_add():
    labels = torch.arange(100) % 4
    few, many = (drawn(labels, [count] * 4, torch.Generator().manual_seed(3)).tolist() for count in (3, 9))
    assert set(few) < set(many)


def test_an_official_test_is_kept_and_validation_is_a_share_of_the_rest():
    official = torch.arange(700) >= 600
    split = split_of(raw(torch.arange(700) % 7, official_test=official), settings())
    assert split.test.tolist() == list(range(600, 700))
    assert len(split.validation) == 60
    validation = (torch.arange(700) < 50) & ~official
    both = split_of(raw(torch.arange(700) % 7, official_test=official, official_validation=validation), settings())
    assert both.validation.tolist() == list(range(50))
    assert len(both.train) == 550


def test_a_limit_keeps_the_shares_and_leaves_the_other_parts():
    labels = torch.cat([torch.zeros(600, dtype=torch.int64), torch.ones(300, dtype=torch.int64), torch.full((100,), 2)])
    whole, few = split_of(raw(labels), settings()), split_of(raw(labels), settings(limit=50))
    assert torch.bincount(labels[few.train]).tolist() == [30, 15, 5]
    assert set(few.train.tolist()) < set(whole.train.tolist())
    assert parts(few)[1:] == parts(whole)[1:]
    assert torch.bincount(labels[split_of(raw(labels), settings(limit=3)).train]).tolist() == [1, 1, 1]
    assert said(raw(labels), limit=2) == "limit is 2, but there are 3 classes\n  fix: at least one example a class"


def test_no_validation_and_no_test():
    data = raw(torch.arange(100) % 2)
    split = split_of(data, settings(validation=0, test=0))
    assert [len(part) for part in parts(split)] == [100, 0, 0]
    assert split.remarks == (
        "there is no validation part: nothing is judged before the end, and the last weights are kept",
        "there is no test part: no accuracy on new examples is told at the end",
    )
    kept = split_of(data, settings(validation=0, patience=3)).remarks
    assert kept == ("there is no validation part: the weights of the least training loss are kept",)
    assert said(data, validation=0.5, test=0.5) == (
        "validation 0.5 and test 0.5 leave nothing to train on\n  fix: shares whose sum is below 1"
    )


def test_a_share_that_the_datas_own_part_replaces_does_not_count():
    own = torch.arange(100) < 10
    assert len(split_of(raw(torch.arange(100) % 2, official_test=own), settings(validation=0.8)).train) == 18
    assert len(split_of(raw(torch.arange(100) % 2, official_validation=own), settings(test=0.9)).train) == 9


def test_rare_classes():
    labels = torch.tensor([0] * 50 + [1] + [2, 2] + [3] * 3)
    split = split_of(raw(labels), settings())
    assert torch.bincount(labels[split.train], minlength=4).min() >= 1
    assert Counter(labels[split.test].tolist())[3] == Counter(labels[split.validation].tolist())[3] == 1
    gap = raw(torch.tensor([0, 0, 0, 2, 2, 2]))
    assert said(gap) == (
        "1 of 3 classes have no example to train on: class 1\n  fix: examples of them, or data without these classes"
    )
    everything = raw(torch.arange(4) % 2, official_test=torch.ones(4, dtype=torch.bool))
    assert said(everything) == "no example is left to train on: all are in the data's own validation and test part"


def grouped(sizes, classes=2, **more) -> Raw:
    groups = torch.repeat_interleave(torch.arange(len(sizes)), torch.tensor(sizes))
    return raw(torch.arange(len(groups)) % classes, groups=groups, group_names=tuple("abcdefghijkl"[: len(sizes)]), **more)


@given(st.lists(st.integers(2, 40), min_size=3, max_size=12), st.integers(0, 3))
def test_groups_stay_whole_and_every_part_has_one(sizes, seed):
    data = grouped(sizes)
    made = split_of(data, settings(seed=seed))
    of = [set(data.groups[part].tolist()) for part in (made.train, made.validation, made.test)]
    assert all(of)
    assert sum(map(len, of)) == len(sizes)
    assert set.union(*of) == set(range(len(sizes)))


@pytest.mark.parametrize("sizes", [[10] * 10, [500] * 6, [5, 9, 14, 20, 33, 41, 60], [100, 10, 10, 10, 10, 3]])
def test_shares_of_groups_are_near_the_best_of_all_ways(sizes):
    """Brute force over all assignments, by the size of the parts."""
    total, wanted = sum(sizes), (0.7, 0.1, 0.2)

    def gap(assigned):
        have = [sum(size for size, part in zip(sizes, assigned, strict=True) if part == number) / total for number in range(3)]
        return sum((a - b) ** 2 for a, b in zip(have, wanted, strict=True))

    best = min(gap(way) for way in product(range(3), repeat=len(sizes)) if len(set(way)) == 3)
    data = grouped(sizes)
    made = parts_of_groups(data.labels, data.groups, data.group_names, [0.1, 0.2], torch.Generator().manual_seed(0))
    ends = torch.tensor(sizes).cumsum(0) - 1
    assert gap(made[ends].tolist()) <= best + 0.005


def test_groups_of_one_class_each_are_chosen_so_that_training_has_every_class():
    groups = torch.arange(120) // 10
    data = raw(groups % 3, groups=groups, group_names=tuple("abcdefghijkl"))
    for seed in range(5):
        split = split_of(data, settings(seed=seed))
        assert torch.bincount(data.labels[split.train], minlength=3).min() > 0


def test_too_few_groups_and_a_class_that_one_group_alone_has():
    assert said(grouped([5, 5])) == (
        "2 groups (a, b) cannot be split into 3 parts, each with whole groups\n  fix: group=false, validation=0, or more groups"
    )
    assert len(split_of(grouped([5, 5]), settings(validation=0)).test) == 5
    assert [len(part) for part in parts(split_of(grouped([50, 50]), settings(group=False)))] == [70, 10, 20]
    alone = raw(torch.tensor([0] * 10 + [1] * 10 + [2] * 10), groups=torch.arange(30) // 10, group_names=("a", "b", "c"))
    assert said(alone).endswith("fix: group=false, or smaller shares")


def test_an_official_test_of_known_groups_is_kept_and_validation_drawn_likewise():
    groups = torch.arange(300) % 6
    data = raw(torch.arange(300) // 50, groups=groups, group_names=tuple("abcdef"), official_test=torch.arange(300) % 5 == 0)
    split = split_of(data, settings())
    assert len(split.test) == 60
    assert len(split.validation) == 24
    assert set(groups[split.validation].tolist()) == set(range(6))
    assert split.remarks == (
        "the data's own test has groups that training has too (a, b, c, d, e, f): it does not ask about unknown ones",
    )


def test_an_official_test_of_unknown_groups_leaves_whole_groups_for_validation():
    groups = torch.arange(300) // 50
    data = raw(torch.arange(300) % 3, groups=groups, group_names=tuple("abcdef"), official_test=groups == 5)
    split = split_of(data, settings())
    assert set(groups[split.test].tolist()) == {5}
    assert len(set(groups[split.validation].tolist())) == 1
    assert not set(groups[split.train].tolist()) & set(groups[split.validation].tolist())


def twenty(**own) -> Raw:
    """Ten examples of each of twenty groups; the own part is s0 and the first half of s1."""
    at = torch.arange(200)
    names = tuple(f"s{group}" for group in range(20))
    return raw(at % 2, groups=at // 10, group_names=names, **dict.fromkeys(own, at < 15))


def groups_of(data: Raw, split) -> list[set[int]]:
    return [set(data.groups[part].tolist()) for part in parts(split)]


@pytest.mark.parametrize("seed", range(3))
def test_one_group_that_is_cut_leaves_the_others_whole(seed):
    data = twenty(official_validation=True)
    split = split_of(data, settings(seed=seed))
    train, _, test = groups_of(data, split)
    assert test
    assert not train & test
    assert split.remarks == (), "there is no test of the data's own"
    data = twenty(official_test=True)
    split = split_of(data, settings(seed=seed))
    train, validation, test = groups_of(data, split)
    assert validation
    assert not train & validation
    assert train & test == {1}
    assert split.remarks == (
        "the data's own test has 2 groups, 1 of which training has too (s1): it asks about unknown ones in part",
    )
    assert split_of(data, settings(seed=seed, group=False)).remarks == ()


def cost(labels, groups, part, group_part) -> float:
    """The squared distances of the docstring, counted anew for groups that are put elsewhere."""
    part = torch.tensor([group_part.get(group, at) for group, at in zip(groups.tolist(), part.tolist(), strict=True)])
    wanted, total = (0.7, 0.1, 0.2), 0.0
    for number, share in enumerate(wanted):
        mine = labels[part == number]
        of_classes = [int((mine == each).sum()) / int((labels == each).sum()) - share for each in labels.unique()]
        total += sum(gap**2 for gap in of_classes) / len(of_classes) + (len(mine) / len(labels) - share) ** 2
    return total


@pytest.mark.parametrize("count", [10, 30])
def test_no_move_of_a_group_and_no_swap_of_two_comes_nearer(count):
    draw = torch.Generator().manual_seed(count)
    groups = torch.repeat_interleave(torch.arange(count), torch.randint(1, 12, (count,), generator=draw))
    labels = (groups % 3 + torch.randint(0, 2, (len(groups),), generator=draw)) % 3
    part = parts_of_groups(labels, groups, [str(at) for at in range(count)], [0.1, 0.2], draw)
    of = {group: int(part[groups == group][0]) for group in range(count)}
    best = cost(labels, groups, part, {})
    moves = [{one: to} for one in of for to in range(3)]
    swaps = [{one: of[other], other: of[one]} for one in of for other in range(one)]
    left = [change for change in (*moves, *swaps) if len({*({**of, **change}).values()}) == 3]
    assert min(cost(labels, groups, part, change) for change in left) >= best - 1e-8


@pytest.mark.parametrize("count", [64, 65, 300])
def test_a_rare_class_of_few_groups_is_in_every_part(count):
    """Six patients have it, each patient is of one class."""
    groups = torch.arange(5 * count) // 5
    labels = (groups >= count - 6).long()
    for seed in range(20):
        generator = torch.Generator().manual_seed(seed)
        part = parts_of_groups(labels, groups, [str(at) for at in range(count)], [0.1, 0.2], generator)
        assert all((labels[part == number] == 1).any() for number in range(3))
        assert torch.bincount(part).tolist() == pytest.approx([3.5 * count, 0.5 * count, count], abs=5)


def test_groups_of_one_size_are_chosen_by_the_seed():
    data = grouped([10] * 5)
    assert len({tuple(split_of(data, settings(test=0, seed=seed)).validation.tolist()) for seed in range(10)}) > 2
