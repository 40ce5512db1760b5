"""A change must keep the label: what to say where it may not."""

import re

from convlens.lang.messages import marked
from convlens.lang.remark import Remark, remark
from convlens.training.settings.settings import Settings

_MIRRORED = marked(
    "flip=true mirrors examples, but class {name} means something else, or nothing, when mirrored; a change must keep the label."
)
_TURNED = marked(
    "rotate={degrees} turns examples so far that class {name} may become another, as 6 becomes 9; a change must keep the label."
)
_MUCH = marked("{setting}={value} may take away what the label speaks of; a change must keep the label.")

_NUMBERS = "zero one two three four five six seven eight nine".split()
_SIDED = re.compile(r"(?:^|[^a-z])(?:left|right|clockwise|anticlockwise|counterclockwise)(?:[^a-z]|$)")
_MUCH_FROM = {"crop": 0.75, "noise": 2.0, "time_shift": 0.5, "time_mask": 0.5, "frequency_mask": 0.5, "word_dropout": 0.5}


def remarks_of(settings: Settings, classes: tuple[str, ...]) -> list[Remark]:
    """
    >>> [found.text() for found in remarks_of(Settings(flip=True), ("turn left", "turn right"))][0][:51]
    "flip=true mirrors examples, but class 'turn left' m"
    """
    found = []
    signs = [name for name in classes if _is_sign(name)]
    mirrored = signs + [name for name in classes if _SIDED.search(name.lower())]
    if settings.flip and mirrored:
        found.append(remark(_MIRRORED, name=repr(mirrored[0])))
    if settings.rotate > 60 and signs:
        found.append(remark(_TURNED, degrees=f"{settings.rotate:g}", name=repr(_turned(signs))))
    for name, most in _MUCH_FROM.items():
        value = getattr(settings, name)
        if value > most:
            found.append(remark(_MUCH, setting=name, value=f"{value:g}"))
    return found


def _is_sign(name: str) -> bool:
    """A digit or a letter by its name: ``7``, ``seven``, ``B``, ``digit 3``, ``7 - seven``."""
    words = [word for word in re.split(r"[^0-9a-z]+", name.lower()) if word not in ("", "digit", "letter", "class", "number")]
    return bool(words) and all(len(word) == 1 or word in _NUMBERS for word in words)


def _turned(signs: list[str]) -> str:
    """The sign that is best known to become another one."""
    return next((name for name in signs if re.search(r"6|six|9|nine", name.lower())), signs[0])
