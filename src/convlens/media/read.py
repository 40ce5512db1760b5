"""The reader of a file, chosen by its ending."""

from collections.abc import Callable
from pathlib import Path

from convlens.importers.files import need_file
from convlens.ir.errors import UsageError, quoted
from convlens.lang.sentence import Sentence
from convlens.media import image
from convlens.media.array import read_array
from convlens.media.image import read_image
from convlens.media.sample import Sample
from convlens.media.sound import read_sound

READERS: dict[str, Callable[[Path], Sample]] = {
    ".npy": read_array, ".wav": read_sound, **dict.fromkeys(image.ENDINGS, read_image)
}  # fmt: skip


def read(path: str) -> Sample:
    """What the file holds. Raises `UsageError` where it is missing, of no known ending, too large, or broken."""
    reader = READERS.get(Path(path).suffix.lower())
    if reader is None:
        raise UsageError(
            Sentence("{path}: its ending says no format\n  fix: one of {known}", path=quoted(path), known=", ".join(READERS))
        )
    place = need_file(path, READERS)
    try:
        return reader(place)
    except OSError as error:
        raise UsageError(Sentence("{path} cannot be read: {reason}", path=path, reason=error.strerror or error)) from None
