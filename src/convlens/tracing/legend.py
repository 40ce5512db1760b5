"""What the signs of a drawing mean."""

from collections.abc import Iterator

from convlens.lang.messages import marked, say
from convlens.tracing.term import View

_PADDING = {
    "zeros": marked("The frame is the image, around it are the zeros of the padding."),
    "nothing": marked("The frame is the image, around it is padding (.), which is no value."),
    "reflect": marked("The frame is the image, around it is the padding: pixels mirrored at the edge."),
    "replicate": marked("The frame is the image, around it is the padding: the nearest pixels."),
    "circular": marked("The frame is the image, around it is the padding: pixels of the opposite edge."),
}


def legend(view: View, lang: str) -> Iterator[str]:
    """Lines for the signs that this view uses."""
    if view.name == "scattering":
        yield say(lang, "[ ] marks the inputs whose patch covers this value.")
    elif view.name == "stretched":
        yield say(lang, "[ ] marks the window; a point is a zero put between two pixels.")
    else:
        yield say(lang, "[ ] marks what is read.")
    if any(map(any, view.plane.pads)):
        yield say(lang, _PADDING[view.plane.mode])
