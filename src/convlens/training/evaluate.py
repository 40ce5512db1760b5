"""The verb ``evaluate``: how good a trained network is, on its own test part or on new labelled data."""

import os
from math import prod

import torch

from convlens.ir.errors import UsageError
from convlens.ir.spec import show_shape
from convlens.lang.sentence import Sentence
from convlens.training.data.memory import available_bytes
from convlens.training.engine.denormals import denormals_as_zero
from convlens.training.engine.device import device_of
from convlens.training.engine.exam import exam
from convlens.training.engine.feed import Feed
from convlens.training.engine.judge import at_a_time
from convlens.training.evaluation import Evaluation
from convlens.training.restored import Restored, restored
from convlens.training.run import Run
from convlens.training.testparts import labelled, own_test


def evaluate(run: Run | str | os.PathLike[str], data: str = "", *, network: str = "", download: bool = False) -> Evaluation:
    """The figures of a run's network on ``data``: as `convlens.train` takes them; without it, on its own test part.

    Of data that have a test part of their own, that part is taken, else all examples. Classes are matched by name, in any
    order. Raises `UsageError` where the data cannot be read, are of another kind, or have classes that the network does not
    know; and where the run's own data are not what it was trained on any more. Raises `ConvlensError` where the network gives
    values that are no numbers.
    """
    known = restored(run, network)
    parts, remarks = labelled(known, data, download=download) if data else (own_test(known, download=download), ())
    if not len(parts.test):
        raise UsageError(Sentence("{data} has no test part\n  fix: --data with labelled examples", data=parts.name))
    _check_memory(known, len(parts.test))
    device = _device(known)
    module = known.form.module(known.module.to(device))
    try:
        with denormals_as_zero():  # as the training did: the same figures to the last digit
            record, judged = exam(module, Feed(parts.test, parts.preparation, known.form, device), parts)
    finally:
        module.to("cpu")
    if judged.probabilities is not None:
        known.check_numbers(judged.probabilities)
    probabilities = judged.probabilities if judged.probabilities is not None else torch.zeros(0, len(known.classes))
    return Evaluation(known, parts.name, record, probabilities, parts.test.labels.cpu(), remarks)


def _check_memory(network: Restored, examples: int) -> None:
    """The inputs that are computed at a time must fit, whatever a run from somebody else says of them."""
    need, free = 4 * min(examples, at_a_time(network.input)) * prod(network.input), available_bytes()
    if need > free:
        raise UsageError(
            Sentence(
                "inputs of {shape} take {need} bytes at a time; {free} are free",
                shape=show_shape(network.input), need=need, free=free,
            )
        )  # fmt: skip


def _device(network: Restored) -> torch.device:
    """That of the training, or what this machine has instead."""
    try:
        return device_of(network.recipe.settings.device)
    except UsageError:
        return device_of("auto")
