"""How long, and on how many examples at a time."""

from dataclasses import dataclass

from convlens.lang.messages import marked
from convlens.training.settings.setting import setting


@dataclass(frozen=True, kw_only=True)
class LengthSettings:
    """How long, and on how many examples at a time."""

    epochs: int = setting(
        10,
        marked("How often the network sees every training example."),
        marked("Ten passes bring a small network near its best within minutes."),
        least=1,
        most=1_000_000,
    )
    iterations: int | None = setting(
        None,
        marked("Stop after this many steps, whatever the epochs."),
        marked("Epochs say the length unless you give steps."),
        kinds=(int,),
        least=1,
    )
    batch: int | str = setting(
        256,
        marked(
            "Examples in a step; full takes all of them, 1 is stochastic gradient descent, auto measures throughput, then memory."
        ),
        marked("On a processor 256 small images stay in its cache: larger batches were slower, smaller ones too."),
        kinds=(int, str),
        words=("auto", "full"),
        least=1,
    )
    accumulate: int = setting(
        1,
        marked("Batches whose gradients are summed before each step."),
        marked("Needed only where a batch does not fit the memory."),
        least=1,
        most=100_000,
    )
    patience: int | None = setting(
        None,
        marked("Stop early after this many epochs without a better validation loss, and keep the best weights."),
        marked("A schedule that ends at a small rate needs its whole length, so nothing is stopped by itself."),
        kinds=(int,),
        least=1,
    )
    seed: int = setting(
        0,
        marked("Where all random numbers start: the split, first weights, order, augmentation, dropout."),
        marked("The same seed gives the same training on the same machine."),
        least=0,
        most=2**31 - 1,
    )
