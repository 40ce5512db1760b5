"""What is read, and how it is split."""

from dataclasses import dataclass

from convlens.lang.messages import marked
from convlens.training.settings.setting import setting


@dataclass(frozen=True, kw_only=True)
class DataSettings:
    """What is read, and how it is split."""

    size: tuple[int, ...] = setting(
        (),
        marked("Height and width to which every picture is brought; of a text its words, of a sound its samples."),
        marked("The network's own where it has one that fits, else the data's."),
        least=1,
        most=11_520_000,  # a minute of sound at the highest rate; the sides of pictures have a bound of their own
    )
    validation: float = setting(
        0.1,
        marked("Share of the examples on which settings are judged."),
        marked("7:1:2, the customary split of a folder."),
        least=0,
        most=0.9,
    )
    test: float = setting(
        0.2,
        marked("Share of the examples that are kept for the very end; data with a test set of their own keep that."),
        marked("7:1:2, the customary split of a folder."),
        least=0,
        most=0.9,
    )
    group: bool = setting(
        True,
        marked("Keep all examples of one speaker, or of one group, in the same part of the split."),
        marked("Else the test asks about voices that the network knows."),
    )
    limit: int | None = setting(
        None,
        marked("Use at most this many training examples, the same share of each class."),
        marked("All of them."),
        kinds=(int,),
        least=1,
    )
    sound: str = setting(
        "log-mel",
        marked("What a network gets of a sound: its log-mel spectrogram, or the raw samples."),
        marked("A spectrogram needs far fewer layers."),
        words=("log-mel", "raw"),
    )
    rate: int = setting(
        8000, marked("Samples a second to which sounds are brought."), marked("Speech lies below 4 kHz."), least=100, most=192_000
    )
    preload: str = setting(
        "auto",
        marked("Hold all examples in memory, or read them from their files while training."),
        marked("In memory where they fill less than half of what is free: nothing is faster."),
        words=("auto", "yes", "no"),
    )
