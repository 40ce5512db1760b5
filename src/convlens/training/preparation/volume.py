"""Volumes (scans, clips): brought to one size, kept as float32, centred and scaled when a batch is made."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite, prod
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool3d, interpolate, pad

from convlens.importers.files import need_file
from convlens.ir.errors import UsageError
from convlens.ir.spec import Shape, show_shape
from convlens.lang.sentence import Sentence
from convlens.media.array import read_array
from convlens.training.data.raw import Raw
from convlens.training.preparation.pixels import PixelPreparation, check_inside
from convlens.training.preparation.sizes import MAX_VALUES, Fit, check_values, fit, margins, network_axes, wanted
from convlens.training.settings.settings import Settings


@dataclass(frozen=True)
class VolumePreparation(PixelPreparation):
    """To ``size``, of which ``inner`` is scanned and the rest padded; ``mean`` and ``std`` are per channel.

    What is padded gets the mean, which is zero for the network: of a volume nobody knows which value means nothing.
    """

    @property
    def kind(self) -> str:
        return "volume"

    def store(self, items: Any) -> Tensor:
        """float32 (N, C, D, H, W) of float32 (N, c, d, h, w)."""
        rows = scaled(items.expand(-1, self.channels, -1, -1, -1), self.inner)
        if self.inner == self.size:
            return rows
        mean = torch.tensor(self.mean)[:, None, None, None]
        padded: Tensor = pad(rows - mean, margins(Fit(self.size, self.inner))) + mean
        return padded

    def read(self, source: Path | str | bytes) -> Tensor:
        """One stored row of a .npy file of D,H,W or C,D,H,W."""
        if isinstance(source, bytes):
            raise UsageError(Sentence("a volume is read from a .npy file"))
        values = torch.from_numpy(read_array(need_file(str(source), (".npy",))).values).float()
        values = values[None] if values.ndim == 3 else values
        if values.ndim != 4 or values.shape[0] not in (1, self.channels) or not bool(values.isfinite().all()):
            raise UsageError(
                Sentence(
                    "{path} is {shape}; a volume for this network is {channels}xDxHxW of finite numbers",
                    path=str(source), shape=show_shape(tuple(values.shape)), channels=self.channels,
                )
            )  # fmt: skip
        return self.store(values[None])[0]

    def batch(self, rows: Tensor) -> Tensor:
        """float32 (N, C, D, H, W): (rows - mean) / std."""
        mean = torch.tensor(self.mean, device=rows.device)[:, None, None, None]
        std = torch.tensor(self.std, device=rows.device)[:, None, None, None]
        return (rows - mean).div_(std)


def from_dict(values: Mapping[str, Any]) -> VolumePreparation:
    """Raises `ValueError`, `KeyError` or `TypeError` for what `to_dict` cannot have written."""
    channels, sizes = values["channels"], [tuple(values[name]) for name in ("size", "inner")]
    moments = [tuple(float(value) for value in values[name]) for name in ("mean", "std")]
    if any(len(size) != 3 or not all(isinstance(s, int) and s >= 1 for s in size) for size in sizes):
        raise ValueError(f"sizes {sizes}")
    check_inside(*sizes)
    if any(len(each) != channels or not all(map(isfinite, each)) for each in moments) or not all(std > 0 for std in moments[1]):
        raise ValueError(f"{channels} channels with mean and spread {moments}")
    if any(channels * prod(size) > MAX_VALUES for size in sizes):
        raise ValueError(f"{channels} channels of {sizes}")
    return VolumePreparation(channels, sizes[0], sizes[1], moments[0], moments[1])


def fitted(raw: Raw, places: Tensor, settings: Settings, network_shape: Shape | None) -> VolumePreparation:
    """For these data, mean and spread from the training part at ``places``, before anything is scaled."""
    own = raw.items.shape[1]
    size = tuple(raw.items.shape[2:])
    fixed, network = network_axes(network_shape, "volume", size)
    channels = fixed or own
    if own not in (1, channels):
        raise UsageError(Sentence("the network takes {want} channels, the volumes have {have}", want=channels, have=own))
    goal = wanted(settings.size, network, size)
    check_values(channels, goal)
    mean, std = _moments(raw.items, places)
    repeated = channels // own
    return VolumePreparation(channels, *fit(goal, size), mean * repeated, std * repeated)


def scaled(rows: Tensor, size: Shape) -> Tensor:
    """Axes that shrink are averaged over what each new value covers, the others interpolated; nothing is cut off."""
    deep, high, wide = (min(have, want) for have, want in zip(rows.shape[2:], size, strict=True))
    shrunk = (deep, high, wide)
    if shrunk != tuple(rows.shape[2:]):
        rows = adaptive_avg_pool3d(rows, shrunk)
    return rows if shrunk == size else interpolate(rows, size, mode="trilinear", align_corners=False)


def _moments(items: Tensor, places: Tensor) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """In double precision, in two passes; a spread of zero counts as 1."""
    axes, each = (0, 2, 3, 4), len(places) * items[0, 0].numel()
    mean = sum((items[some].double().sum(axes) for some in torch.split(places, 64)), start=torch.zeros(items.shape[1])) / each
    centred = mean[:, None, None, None]
    square = sum(
        ((items[some].double() - centred).square().sum(axes) for some in torch.split(places, 64)),
        start=torch.zeros(items.shape[1]),
    )
    std = (square / each).sqrt()
    return tuple(mean.tolist()), tuple(torch.where(std > 0, std, torch.ones_like(std)).tolist())
