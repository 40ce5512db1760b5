"""Bring what a file holds to what an input of the network takes, and say what was done for it."""

import numpy as np

from convlens.execution.fit_picture import fit_picture
from convlens.execution.fit_sound import fit_sound
from convlens.execution.wanted import Accepts, How, Wanted
from convlens.ir.errors import UsageError
from convlens.ir.spec import show_shape
from convlens.lang.messages import marked
from convlens.media.sample import Sample, Step


def fit(sample: Sample, wanted: Wanted, accepts: Accepts, how: How) -> Sample:
    """The sample with a batch axis, in the network's order of axes and its dtype.

    Raises `UsageError` where the kind of file, its axes, its channels or its dtype cannot be brought there.
    """
    by_kind = {"picture": fit_picture, "sound": fit_sound, "array": _array}[sample.kind]
    return _typed(_normalised(by_kind(sample, wanted, accepts, how), wanted, how), wanted)


def _array(sample: Sample, wanted: Wanted, accepts: Accepts, how: How) -> Sample:
    """Taken as it is, but for a batch axis that is missing."""
    if how.resize is not None:
        raise UsageError(f"--resize is for pictures and sounds, and {sample.path} is an array")
    values = sample.values
    rank = len(wanted.dims) if wanted.dims is not None else None
    if rank not in (None, values.ndim, values.ndim + 1):
        raise UsageError(
            f"{sample.path} has {values.ndim} axes ({show_shape(values.shape)}), but input {wanted.name!r} takes {rank} "
            f"({wanted.shown()})\n  fix: an array of {rank} axes, or of {rank - 1}, without the batch"
        )
    as_it_is = rank == values.ndim or (rank is None and (accepts(values.shape) or not accepts((1, *values.shape))))
    fitted = sample if as_it_is else sample.changed(values[None], Step("batch", marked("a batch axis put before it")))
    if wanted.dims is not None and not accepts(fitted.values.shape):
        shown = show_shape(fitted.values.shape)
        raise UsageError(f"{sample.path} is {shown}, which input {wanted.name!r} ({wanted.shown()}) does not take")
    return _told_of_gaps(fitted)


def _told_of_gaps(sample: Sample) -> Sample:
    count = sample.values.size - int(np.isfinite(sample.values).sum())
    step = Step("not-finite", marked("{count} of its values are not finite numbers"), {"count": count})
    return sample.changed(sample.values, step) if count else sample


def _normalised(sample: Sample, wanted: Wanted, how: How) -> Sample:
    if not how.mean and not how.std:
        return sample
    values = sample.values.astype(np.float64)
    axis = values.ndim - 1 if wanted.channels_last else min(1, values.ndim - 1)
    mean = _each("--mean", how.mean or (0.0,), values.shape[axis], wanted)
    std = _each("--std", how.std or (1.0,), values.shape[axis], wanted)
    shape = [-1 if at == axis else 1 for at in range(values.ndim)]
    changed = (values - np.reshape(mean, shape)) / np.reshape(std, shape)
    step = Step("normalise", marked("minus {mean}, divided by {std}"), {"mean": mean, "std": std})
    return sample.changed(changed, step)


def _each(option: str, given: tuple[float, ...], channels: int, wanted: Wanted) -> list[float]:
    if len(given) not in (1, channels):
        raise UsageError(f"{option} has {len(given)} values, but input {wanted.name!r} has {channels} channels")
    return [given[at % len(given)] for at in range(channels)]


def _typed(sample: Sample, wanted: Wanted) -> Sample:
    values = sample.values
    dtype = np.dtype(wanted.numpy_dtype or _own_dtype(sample))
    if dtype.kind in "iu" and values.dtype.kind == "f":
        raise UsageError(f"{sample.path} holds real numbers, but input {wanted.name!r} takes whole ones ({wanted.dtype})")
    if dtype == values.dtype:
        return sample
    typed = values.astype(dtype)
    if sample.kind != "array":
        return sample.changed(typed)
    names = {"old": str(values.dtype), "new": str(dtype)}
    return sample.changed(typed, Step("dtype", marked("{old} as {new}"), names))


def _own_dtype(sample: Sample) -> str:
    """Where the network does not say one: that of an array, single precision for the rest."""
    return str(sample.values.dtype) if sample.kind == "array" else "float32"
