"""Training, validation and test part: 7:1:2 unless settings or the data say otherwise, a pure function of the seed."""

from dataclasses import dataclass

import torch
from torch import Tensor

from convlens.ir.errors import UsageError, cut
from convlens.lang.messages import marked
from convlens.lang.sentence import Sentence
from convlens.training.data.quotas import drawn, quotas
from convlens.training.data.raw import Raw
from convlens.training.data.wholegroups import parts_of_groups
from convlens.training.settings.settings import Settings

PARTS = ("train", "validation", "test")

LAST_KEPT = marked("there is no validation part: nothing is judged before the end, and the last weights are kept")
BEST_KEPT = marked("there is no validation part: the weights of the least training loss are kept")


@dataclass(frozen=True)
class Split:
    """int64 places in the `Raw`, ascending, and what a person should know of how they were chosen."""

    train: Tensor
    validation: Tensor
    test: Tensor
    remarks: tuple[str, ...] = ()


def split_of(raw: Raw, settings: Settings) -> Split:
    """The three parts.

    Parts that the data have of their own are kept. What is missing is drawn from the rest: of every class the same share, or,
    where groups are known and ``settings.group`` holds, whole groups. Beside a test set of the data's own, ``validation`` is
    its share of the rest. Where that test set has a part of every group, it asks about known groups alone, and validation is
    drawn likewise, by class. ``validation=0`` leaves that part empty: the last weights are kept, and nothing is judged before
    the end; ``test=0`` leaves the test empty. Raises `UsageError` where groups are too few, where no example is left to train
    on, or a class has none there.
    """
    generator = torch.Generator().manual_seed(settings.seed)
    part = _official(raw)
    free = (part == 0).nonzero()[:, 0]
    if not len(free):
        raise UsageError(Sentence("no example is left to train on: all are in the data's own validation and test part"))
    shares = [
        0.0 if raw.official_validation is not None else settings.validation,
        0.0 if raw.official_test is not None else settings.test,
    ]
    _check_shares(shares)
    by_groups = raw.groups if settings.group and not _within_groups(raw) else None
    if by_groups is not None:
        part[free] = parts_of_groups(raw.labels[free], by_groups[free], raw.group_names, shares, generator)
    else:
        part[free] = _by_class(raw.labels[free], shares, generator)
    train = _limited((part == 0).nonzero()[:, 0], raw.labels, settings, generator)
    _check_classes(raw, train, grouped=by_groups is not None)
    remarks = _known_groups(raw, train) if settings.group else []
    if raw.ungrouped and settings.group and any(shares):
        remarks.insert(0, raw.ungrouped)
    if not (part == 1).any():
        remarks.append(Sentence(LAST_KEPT if settings.patience is None else BEST_KEPT))
    if not bool((part == 2).any()):
        remarks.append(Sentence("there is no test part: no accuracy on new examples is told at the end"))
    return Split(train, (part == 1).nonzero()[:, 0], (part == 2).nonzero()[:, 0], tuple(remarks))


def _check_shares(shares: list[float]) -> None:
    """Of what is drawn: a part of the data's own has none."""
    if sum(shares) >= 1:
        raise UsageError(
            Sentence(
                "validation {validation} and test {test} leave nothing to train on\n  fix: shares whose sum is below 1",
                validation=f"{shares[0]:g}", test=f"{shares[1]:g}",
            )
        )  # fmt: skip


def _official(raw: Raw) -> Tensor:
    """0 where an example is free, 1 in the data's own validation part, 2 in its test."""
    part = torch.zeros(len(raw), dtype=torch.int64)
    for number, mine in ((1, raw.official_validation), (2, raw.official_test)):
        if mine is not None:
            part[mine] = number
    return part


def _within_groups(raw: Raw) -> bool:
    """Whether the data's own test has a part of every group, and the rest the other part."""
    if raw.groups is None or raw.official_test is None:
        return False
    return torch.equal(*(torch.unique(raw.groups[side]) for side in (raw.official_test, ~raw.official_test)))


def _known_groups(raw: Raw, train: Tensor) -> list[str]:
    """What is said where the data's own test asks about groups that the network knows."""
    if raw.groups is None or raw.official_test is None:
        return []
    own = torch.unique(raw.groups[raw.official_test])
    shared = own[torch.isin(own, raw.groups[train])]
    names = cut(", ".join(raw.group_names[at] for at in shared.tolist()), 80)
    if not len(shared):
        return []
    if len(shared) < len(own):
        return [
            Sentence(
                "the data's own test has {all} groups, {shared} of which training has too ({groups}): "
                "it asks about unknown ones in part",
                all=len(own), shared=len(shared), groups=names,
            )
        ]  # fmt: skip
    return [
        Sentence(
            "the data's own test has groups that training has too ({groups}): it does not ask about unknown ones", groups=names
        )
    ]


def _by_class(labels: Tensor, shares: list[float], generator: torch.Generator) -> Tensor:
    """0, 1 or 2 for each example. A class of three or more is in every part that has a share; training has one of each."""
    part = torch.zeros(len(labels), dtype=torch.int64)
    every = torch.bincount(labels).tolist()
    for number, share, kept in ((2, shares[1], 2 if shares[0] else 1), (1, shares[0], 1)):
        free = (part == 0).nonzero()[:, 0]
        left = torch.bincount(labels[free], minlength=len(every)).tolist()
        few = [1 if share and count > 2 else 0 for count in every]
        most = [max(count - kept, few[at]) if count > 1 else 0 for at, count in enumerate(left)]
        wanted = quotas(every, round(share * len(labels)), few, most)
        part[free[drawn(labels[free], wanted, generator)]] = number
    return part


def _limited(train: Tensor, labels: Tensor, settings: Settings, generator: torch.Generator) -> Tensor:
    if settings.limit is None or settings.limit >= len(train):
        return train
    counts = torch.bincount(labels[train]).tolist()
    few = [min(count, 1) for count in counts]
    if sum(few) > settings.limit:
        raise UsageError(
            Sentence(
                "limit is {limit}, but there are {count} classes\n  fix: at least one example a class",
                limit=settings.limit,
                count=sum(few),
            )
        )
    return train[drawn(labels[train], quotas(counts, settings.limit, few, counts), generator)]


def _check_classes(raw: Raw, train: Tensor, *, grouped: bool) -> None:
    counts = torch.bincount(raw.labels[train], minlength=len(raw.classes))
    none = [raw.classes[at] for at in (counts == 0).nonzero()[:, 0].tolist()]
    if not none:
        return
    fix = Sentence("group=false, or smaller shares") if grouped else Sentence("examples of them, or data without these classes")
    raise UsageError(
        Sentence(
            "{count} of {all} classes have no example to train on: {classes}\n  fix: {fix}",
            count=len(none), all=len(raw.classes), classes=cut(", ".join(none)), fix=fix,
        )
    )  # fmt: skip
