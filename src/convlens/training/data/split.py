"""Training, validation and test part."""

from dataclasses import dataclass

import torch
from torch import Tensor

from convlens.training.data.raw import Raw
from convlens.training.settings.settings import Settings


@dataclass(frozen=True)
class Split:
    """int64 places in the `Raw`, ascending."""

    train: Tensor
    validation: Tensor
    test: Tensor


def split_of(raw: Raw, settings: Settings) -> Split:
    generator = torch.Generator().manual_seed(settings.seed)
    everything = torch.arange(len(raw))
    if raw.official_test is not None:
        test, rest = everything[raw.official_test], everything[~raw.official_test]
    else:
        test, rest = _drawn(everything, raw.labels, settings.test, generator)
    share = settings.validation / (1 if raw.official_test is not None else max(1 - settings.test, 1e-9))
    validation, train = _drawn(rest, raw.labels, share, generator)
    if settings.limit is not None and settings.limit < len(train):
        train, _ = _drawn(train, raw.labels, settings.limit / len(train), generator)
    return Split(train, validation, test)


def _drawn(places: Tensor, labels: Tensor, share: float, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    mine = torch.zeros(len(places), dtype=torch.bool)
    for label in labels[places].unique():
        of_class = (labels[places] == label).nonzero()[:, 0]
        order = torch.randperm(len(of_class), generator=generator)
        mine[of_class[order[: round(share * len(of_class))]]] = True
    return places[mine], places[~mine]
