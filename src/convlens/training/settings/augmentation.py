"""Changes of an input that must keep its label."""

from dataclasses import dataclass

from convlens.lang.messages import marked
from convlens.training.settings.setting import setting


@dataclass(frozen=True, kw_only=True)
class AugmentationSettings:
    """Changes of an input that must keep its label."""

    shift: int = setting(
        0,
        marked("Pixels by which a picture is moved at random, its edge filled with zeros."),
        marked("Small networks trained briefly got worse by it."),
        least=0,
        most=10_000,
    )
    crop: float = setting(
        0.0,
        marked("Share of the area that a random crop may cut away before it is scaled back."),
        marked("For pictures whose object is of any size."),
        least=0,
        most=0.95,
    )
    flip: bool = setting(
        False,
        marked("Mirror half of the pictures, left to right."),
        marked("Digits and letters change their meaning when mirrored."),
    )
    rotate: float = setting(
        0.0,
        marked("Degrees by which a picture is turned at random, both ways."),
        marked("A 6 turned far is a 9."),
        least=0,
        most=180,
    )
    noise: float = setting(
        0.0,
        marked("Spread of random noise, in standard deviations of the data."),
        marked("Convolutions resist it well after training with some."),
        least=0,
        most=10,
    )
    erase: float = setting(
        0.0,
        marked("Share of pictures in which a random rectangle is blanked."),
        marked("Worth it in long trainings."),
        least=0,
        most=1,
    )
    mixup: float = setting(
        0.0,
        marked("Alpha of mixup: two examples and their labels are averaged."),
        marked("For long trainings of large networks."),
        least=0,
        most=10,
    )
    cutmix: float = setting(
        0.0,
        marked("Alpha of cutmix: a rectangle of another picture is pasted, and the labels are mixed by area."),
        marked("For long trainings of large networks."),
        least=0,
        most=10,
    )
    time_shift: float = setting(
        0.0,
        marked("Share of a sound's length by which it is moved at random."),
        marked("Words seldom start at the same moment."),
        least=0,
        most=0.9,
    )
    time_mask: float = setting(
        0.0, marked("Longest share of a spectrogram's time that is blanked."), marked("As in SpecAugment."), least=0, most=0.9
    )
    frequency_mask: float = setting(
        0.0, marked("Longest share of a spectrogram's bands that is blanked."), marked("As in SpecAugment."), least=0, most=0.9
    )
    stretch: float = setting(
        0.0,
        marked("Share by which a sound is made faster or slower, and its voice higher or lower."),
        marked("It stands for voices that are not in the data; ask whether the speed tells the classes apart."),
        least=0,
        most=0.5,
    )
    word_dropout: float = setting(
        0.0,
        marked("Share of the words that become the unknown word."),
        marked("It teaches the network to live with unknown words."),
        least=0,
        most=0.9,
    )
