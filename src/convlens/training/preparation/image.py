"""Pictures: brought to one size and one number of channels, kept as bytes, centred and scaled when a batch is made."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from convlens.ir.spec import Shape

LUMINANCE = (0.299, 0.587, 0.114)


@dataclass(frozen=True)
class ImagePreparation:
    channels: int
    size: tuple[int, int]
    inner: tuple[int, int]
    mean: tuple[float, ...]
    std: tuple[float, ...]

    @property
    def kind(self) -> str:
        return "image"

    @property
    def shape(self) -> Shape:
        return (self.channels, *self.size)

    @property
    def dtype(self) -> str:
        return "float32"

    def store(self, items: Any) -> Tensor:
        return self._sized(_with_channels(items, self.channels))

    def read(self, source: Path | str | bytes) -> Tensor:
        raise NotImplementedError

    def batch(self, rows: Tensor) -> Tensor:
        mean = torch.tensor(self.mean, device=rows.device)[:, None, None]
        std = torch.tensor(self.std, device=rows.device)[:, None, None]
        return rows.float().mul_(1 / (255 * std)).sub_(mean / std)

    def to_dict(self) -> dict[str, Any]:
        return {"kind": "image", **{name: list(v) if isinstance(v, tuple) else v for name, v in asdict(self).items()}}

    def _sized(self, rows: Tensor) -> Tensor:
        if tuple(rows.shape[2:]) != self.inner:
            rows = F.interpolate(rows, self.inner, mode="bilinear", antialias=True)
        if self.inner == self.size:
            return rows
        down, right = (whole - part for whole, part in zip(self.size, self.inner, strict=True))
        return F.pad(rows, (right // 2, right - right // 2, down // 2, down - down // 2))


def _with_channels(rows: Tensor, channels: int) -> Tensor:
    if rows.shape[1] == channels:
        return rows
    if rows.shape[1] == 1:
        return rows.expand(-1, channels, -1, -1)
    return (rows.float() * torch.tensor(LUMINANCE)[:, None, None]).sum(1, keepdim=True).round().to(torch.uint8)


def fitted(raw: Any, places: Tensor, settings: Any, network_shape: Sequence[int] | None) -> ImagePreparation:
    own = tuple(raw.items.shape[1:])
    channels, *size = network_shape or own
    want = tuple(settings.size) * (3 - len(settings.size)) if settings.size else tuple(size)
    inner = tuple(own[1:]) if all(0 <= w - h <= 8 for w, h in zip(want, own[1:], strict=True)) else want
    made = ImagePreparation(channels or own[0], (want[0], want[1]), (inner[0], inner[1]), (), ())
    rows = _with_channels(raw.items, made.channels)
    mean, std = moments(rows, places)
    return ImagePreparation(made.channels, made.size, made.inner, mean, std)


def moments(rows: Tensor, places: Tensor) -> tuple[tuple[float, ...], tuple[float, ...]]:
    counts = torch.zeros(rows.shape[1], 256, dtype=torch.float64)
    for some in places.split(4096):
        chunk = rows[some]
        for channel in range(rows.shape[1]):
            counts[channel] += torch.bincount(chunk[:, channel].reshape(-1), minlength=256)
    levels = torch.arange(256, dtype=torch.float64) / 255
    share = counts / counts.sum(1, keepdim=True)
    mean = share @ levels
    std = (share @ levels**2 - mean**2).clamp(min=0).sqrt().clamp(min=1 / 255)
    return tuple(mean.tolist()), tuple(std.tolist())
