"""A picture for a network: its channels, and its size only where it is asked for or where the network takes no other."""

from collections.abc import Iterator, Sequence

import numpy as np

from convlens.execution.wanted import Accepts, How, Wanted
from convlens.ir.errors import UsageError
from convlens.ir.spec import show_shape
from convlens.lang.messages import marked
from convlens.lang.sentence import Sentence
from convlens.media.extras import extra
from convlens.media.image import MAX_PIXELS
from convlens.media.sample import Array, Sample, Step

LUMA = (0.299, 0.587, 0.114)
"""Brightness of red, green and blue. Source: ITU-R BT.601, section 2.5.1; Pillow's own conversion to grey."""

Plan = tuple[int, tuple[int, int]]
"""Channels, and height and width."""


def fit_picture(sample: Sample, wanted: Wanted, accepts: Accepts, how: How) -> Sample:
    """A picture (C, H, W) as 1, C, H, W in the network's order."""
    stated = wanted.channels_first() or (None,) * 4
    if len(stated) != 4 or stated[0] not in (None, 1):
        raise UsageError(
            f"{sample.path} is a picture, one of C x H x W, but input {wanted.name!r} takes {wanted.shown()}\n"
            "  fix: an array (.npy) of that shape"
        )
    channels, size = _chosen(sample.values.shape, stated, wanted, accepts, how)
    values, steps = _with_channels(sample, channels, wanted)
    values, more = _with_size(values, size, stated[2:])
    return sample.changed(np.moveaxis(values[None], 1, -1) if wanted.channels_last else values[None], *steps, *more)


def _chosen(own: Sequence[int], stated: Sequence[int | None], wanted: Wanted, accepts: Accepts, how: How) -> Plan:
    plans = list(_plans(own, stated, how, wanted))
    otherwise = plans[0 if None in stated[2:] else -1]
    return next((plan for plan in plans if accepts(wanted.ordered((1, plan[0], *plan[1])))), otherwise)


def _plans(own: Sequence[int], stated: Sequence[int | None], how: How, wanted: Wanted) -> Iterator[Plan]:
    """What may be tried, the least change first."""
    channels = [stated[1]] if stated[1] is not None else list(dict.fromkeys((own[0], 1, 3)))
    fixed = (stated[2], stated[3]) if stated[2] is not None and stated[3] is not None else None
    if how.resize is not None and len(how.resize) not in (0, 2):
        raise UsageError(f"--resize {show_shape(how.resize)}: a picture has a height and a width, as in 224x224")
    if how.resize == () and fixed is None:
        raise UsageError(f"--resize: input {wanted.name!r} ({wanted.shown()}) states no size\n  fix: --resize 224x224")
    asked = (how.resize[0], how.resize[1]) if how.resize else fixed if how.resize == () else None
    sizes = [asked] if asked else [(own[1], own[2])]
    if asked is None and fixed is not None:
        sizes.append(fixed)
    for size in sizes:
        for count in channels if size == sizes[0] else channels[:1]:
            yield count, size


def _with_channels(sample: Sample, channels: int, wanted: Wanted) -> tuple[Array, list[Step]]:
    values = sample.values
    if values.shape[0] == channels:
        return values, []
    if channels == 1:
        grey = np.tensordot(np.asarray(LUMA, dtype=np.float32), values, axes=1)[None]
        return grey, [Step("grey", marked("made grey: 0.299 red + 0.587 green + 0.114 blue"))]
    if values.shape[0] == 1:
        text = marked("its one channel repeated {channels} times")
        return np.repeat(values, channels, axis=0), [Step("repeat", text, {"channels": channels})]
    raise UsageError(
        f"{sample.path} has {values.shape[0]} channels, but input {wanted.name!r} ({wanted.shown()}) takes {channels}\n"
        "  fix: an array (.npy) with these channels"
    )


def _with_size(values: Array, size: tuple[int, int], stated: Sequence[int | None]) -> tuple[Array, list[Step]]:
    own = values.shape[1:]
    if own == size:
        if None in stated or own == tuple(stated):
            return values, []
        sizes = {"size": show_shape(own), "stated": show_shape(tuple(side or 0 for side in stated))}
        return values, [Step("own-size", marked("at its own size {size}; --resize brings it to {stated}"), sizes)]
    resized = np.stack([_resized(plane, size) for plane in values])
    sizes = {"old": show_shape(own), "new": show_shape(size)}
    return resized, [Step("resize", marked("resized from {old} to {new} (height x width), bilinear"), sizes)]


def _resized(plane: Array, size: tuple[int, int]) -> Array:
    """Bilinear, averaging what becomes smaller, as `torchvision.transforms.Resize` with antialias."""
    if size[0] * size[1] > MAX_PIXELS:
        raise UsageError(f"--resize {show_shape(size)}: at most {MAX_PIXELS} pixels")
    pillow = extra("PIL.Image", Sentence("resizing pictures"))
    return np.asarray(pillow.fromarray(plane.astype(np.float32)).resize((size[1], size[0]), pillow.Resampling.BILINEAR))
