"""Pictures: brought to one size and one number of channels, kept as bytes, centred and scaled when a batch is made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import interpolate, pad

from convlens.importers.files import need_file
from convlens.ir.errors import UsageError
from convlens.ir.spec import Shape, show_shape
from convlens.lang.sentence import Sentence
from convlens.media.image import ENDINGS
from convlens.training.data.pictures import all_decoded, decoded
from convlens.training.data.raw import Raw
from convlens.training.preparation.pixels import PixelPreparation, check_inside
from convlens.training.preparation.sizes import MAX_VALUES, Fit, check_values, fit, margins, network_axes, wanted
from convlens.training.settings.settings import Settings

LUMINANCE = (0.299, 0.587, 0.114)
"""Of red, green and blue in grey (ITU-R BT.601), as Pillow takes them."""

LARGE, USUAL = 256, 128
"""Files of one size are kept at it up to ``LARGE`` a side; others become squares of at most ``USUAL`` a side."""

SAMPLE = 4096
"""Pictures that must be decoded or scaled first: mean and spread are taken over so many of the training part, evenly spaced."""

MAX_SIDE = 16384


@dataclass(frozen=True)
class ImagePreparation(PixelPreparation):
    """To ``size``, of which ``inner`` is picture and the rest zeros; ``mean`` and ``std`` per channel are in units of 255.

    A picture of another shape than ``inner`` has its middle cut to that shape, then is scaled with antialiasing.
    """

    @property
    def kind(self) -> str:
        return "image"

    def store(self, items: Any) -> Tensor:
        """uint8 (N, C, H, W) of a uint8 tensor (N, c, h, w), or of a sequence of files or their bytes."""
        if isinstance(items, Tensor):
            return self._padded(scaled(with_channels(items, self.channels), self.inner))
        return self._padded(all_decoded(items, self.channels, (self.inner[0], self.inner[1])))

    def read(self, source: Path | str | bytes) -> Tensor:
        held = source if isinstance(source, bytes) else need_file(str(source), ENDINGS)
        return self._padded(decoded(held, self.channels, (self.inner[0], self.inner[1]))[None])[0]

    def batch(self, rows: Tensor) -> Tensor:
        """float32 (N, C, H, W): (rows / 255 - mean) / std."""
        mean = torch.tensor(self.mean, device=rows.device)[:, None, None]
        std = torch.tensor(self.std, device=rows.device)[:, None, None]
        return rows.float().mul_(1 / (255 * std)).sub_(mean / std)

    def _padded(self, rows: Tensor) -> Tensor:
        return rows if self.inner == self.size else pad(rows, margins(Fit(self.size, self.inner)))


def from_dict(values: Mapping[str, Any]) -> ImagePreparation:
    """Raises `ValueError`, `KeyError` or `TypeError` for what `to_dict` cannot have written."""
    channels, sizes = values["channels"], [tuple(values[name]) for name in ("size", "inner")]
    moments = [tuple(float(value) for value in values[name]) for name in ("mean", "std")]
    if any(len(size) != 2 or not all(isinstance(s, int) and 1 <= s <= MAX_SIDE for s in size) for size in sizes):
        raise ValueError(f"sizes {sizes}")
    check_inside(*sizes)
    if channels not in (1, 3) or any(len(each) != channels for each in moments) or not all(std > 0 for std in moments[1]):
        raise ValueError(f"{channels} channels with mean and spread {moments}")
    if any(channels * prod(size) > MAX_VALUES for size in sizes):
        raise ValueError(f"{channels} channels of {sizes}")
    return ImagePreparation(channels, sizes[0], sizes[1], moments[0], moments[1])


def fitted(raw: Raw, places: Tensor, settings: Settings, network_shape: Shape | None) -> ImagePreparation:
    """For these data, mean and spread from the training part at ``places``.

    The data's own channels are kept, unless the network takes a fixed number: grey is then repeated, colours become their
    luminance. Raises `UsageError` for other numbers.
    """
    held = isinstance(raw.items, Tensor)
    own = raw.items.shape[1] if held else raw.items.channels
    size = tuple(raw.items.shape[2:]) if held else own_size(raw.items.sizes)
    fixed, network = network_axes(network_shape, "image", size)
    channels = fixed or own
    if channels != own and channels not in (1, 3):
        raise UsageError(
            Sentence(
                "the network takes {want} channels, the pictures have {have}\n  fix: a network for 1 or 3",
                want=channels,
                have=own,
            )
        )
    same = held or bool((raw.items.sizes == raw.items.sizes[:1]).all())
    goal = wanted(settings.size, network, size)
    _check_side(goal)
    check_values(channels, goal)
    inner = fit(goal, size).inner if same else goal
    blank = ImagePreparation(channels, goal, inner, (0.0,) * channels, (1.0,) * channels)
    mean, std = _moments(raw.items, places, replace(blank, size=inner))
    return replace(blank, mean=mean, std=std)


def own_size(sizes: Tensor) -> Shape:
    """The size for files of these heights and widths (N, 2) where nobody says one."""
    if bool((sizes == sizes[:1]).all()) and int(sizes[0].max()) <= LARGE:
        return int(sizes[0, 0]), int(sizes[0, 1])
    side = min(int(sizes.min(1).values.median()), USUAL)
    return side, side


def with_channels(rows: Tensor, channels: int) -> Tensor:
    """(N, c, h, w) to (N, channels, h, w): grey repeated, or colours as their luminance."""
    if rows.shape[1] == channels:
        return rows
    if rows.shape[1] == 1:
        return rows.expand(-1, channels, -1, -1)
    weights = torch.tensor(LUMINANCE)[:, None, None]
    return torch.cat([(some.float() * weights).sum(1, keepdim=True).round_().to(torch.uint8) for some in torch.split(rows, 1024)])


def scaled(rows: Tensor, size: Sequence[int]) -> Tensor:
    """The middle of the wanted shape, scaled with antialiasing."""
    height, width = rows.shape[2:]
    if (height, width) == tuple(size):
        return rows
    share = min(height / size[0], width / size[1])
    tall, wide = max(1, round(share * size[0])), max(1, round(share * size[1]))
    top, left = (height - tall) // 2, (width - wide) // 2
    middle = rows[:, :, top : top + tall, left : left + wide].contiguous()
    return interpolate(middle, tuple(size), mode="bilinear", antialias=True)


def _check_side(size: Shape) -> None:
    if max(size) > MAX_SIDE:
        raise UsageError(
            Sentence("pictures of {size}; at most {most} pixels a side are made", size=show_shape(size), most=MAX_SIDE)
        )


def _moments(items: Any, places: Tensor, unpadded: ImagePreparation) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Exact, from how often each of the 256 values occurs; the spread is 1/255 at least, for pictures of one colour."""
    ready = isinstance(items, Tensor) and tuple(items.shape[1:]) == unpadded.shape
    chosen = places if ready or len(places) <= SAMPLE else places[torch.arange(SAMPLE) * len(places) // SAMPLE]
    counts = torch.zeros(unpadded.channels, 256, dtype=torch.float64)
    for some in torch.split(chosen, 256):
        rows = unpadded.store(items[some] if isinstance(items, Tensor) else [items[at] for at in some.tolist()])
        for channel in range(len(counts)):
            counts[channel] += torch.bincount(rows[:, channel].reshape(-1), minlength=256)
    levels = torch.arange(256, dtype=torch.float64) / 255
    share = counts / counts.sum(1, keepdim=True)
    mean = share @ levels
    spread = (share @ levels.square() - mean.square()).clamp(min=0).sqrt().clamp(min=1 / 255)
    return tuple(mean.tolist()), tuple(spread.tolist())
