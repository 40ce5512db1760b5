"""What a person should know of what was done to the pictures."""

from torch import Tensor

from convlens.ir.spec import show_shape
from convlens.lang.sentence import Sentence
from convlens.training.data.raw import Raw
from convlens.training.data.sources.folder import Pictures
from convlens.training.preparation.image import ImagePreparation
from convlens.training.preparation.preparation import Preparation


def remarks_of(raw: Raw, preparation: Preparation) -> list[str]:
    """That sizes were changed, and that colours were lost; nothing where pictures stay as they are, but for zeros around."""
    if not isinstance(preparation, ImagePreparation):
        return []
    own = raw.items.shape[1] if isinstance(raw.items, Tensor) else raw.items.channels
    says = [_sized(raw.items, show_shape(preparation.size), preparation)]
    if own == 3 and preparation.channels == 1:
        says.append(Sentence("colours become grey: the network takes {count} channel", count=1))
    return [text for text in says if text]


def _sized(items: Tensor | Pictures, made: str, preparation: ImagePreparation) -> str:
    if isinstance(items, Pictures) and bool((items.sizes != items.sizes[:1]).any()):
        areas = items.sizes.prod(1)
        small, large = (show_shape(tuple(items.sizes[int(at)].tolist())) for at in (areas.argmin(), areas.argmax()))
        return Sentence("the pictures are of {small} to {large}; all are brought to {made}", small=small, large=large, made=made)
    own = tuple(items.shape[2:]) if isinstance(items, Tensor) else tuple(items.sizes[0].tolist())
    return (
        Sentence("the pictures of {own} are scaled to {made}", own=show_shape(own), made=made) if own != preparation.inner else ""
    )
