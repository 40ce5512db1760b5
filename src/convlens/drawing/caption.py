"""The signs of a picture, explained in words."""

from collections.abc import Iterator, Sequence

from convlens.drawing.compose import MOST_STEPS
from convlens.drawing.reader import Reader
from convlens.lang.messages import marked, said_as, say
from convlens.report.border import unread_words
from convlens.report.layer import LayerReport

PADDING = {
    "zeros": marked("Grey: padding, zeros around the image."),
    "nothing": marked("Grey: padding, which counts as no value."),
    "reflect": marked("Grey: padding, the image mirrored at its edge."),
    "replicate": marked("Grey: padding, the pixels of the edge again."),
    "circular": marked("Grey: padding, the pixels of the opposite edge."),
}
STRETCHED = marked("Above: zeros between and around the pixels, then a convolution of stride 1 with the turned kernel.")
SCATTERING = marked("Below: the pixels that paint this output, and the weights with which they do.")
HATCHED = marked("Hatched: pixels that no output reads.")
GROUPS = marked("A, B, ...: groups; each reads its own channels only.")
LEFT_OUT = marked("Dots: channels that are not drawn; their sums are in the last line.")
SAMPLED = marked("{steps} of the {outputs} outputs have a step of their own.")


def captions(lang: str, readers: Sequence[Reader], report: LayerReport) -> tuple[str, ...]:
    """Only what this picture shows."""
    lines = dict.fromkeys(said_as(lang, line) for reader in readers for line in _signs(reader))
    framework = report.graph.dialect
    unread = unread_words(report.windows, lang, framework) if any(map(_unread, readers)) else []
    outputs = len({(reader.node.name, index) for reader in readers for index in reader.traced})
    return (*lines, *unread, *sampled(lang, outputs))


def sampled(lang: str, outputs: int) -> list[str]:
    """That not every output has a step, where it is so."""
    return [say(lang, SAMPLED, steps=MOST_STEPS, outputs=outputs)] if outputs > MOST_STEPS else []


def _signs(reader: Reader) -> Iterator[str]:
    if reader.view_name in ("stretched", "scattering"):
        yield STRETCHED if reader.view_name == "stretched" else SCATTERING
    elif any(side > 0 for sides in reader.plane.pads for side in sides):
        yield PADDING[reader.plane.mode]
    if _unread(reader):
        yield HATCHED
    if reader.weight and reader.groups > 1:
        yield GROUPS
    if len(reader.channels) < reader.given[reader.where] or len(reader.outs) < reader.made[reader.where]:
        yield LEFT_OUT


def _unread(reader: Reader) -> bool:
    """Is there a pixel that no output reads?"""
    inside = (place for _, cells in reader.cells for _, place in cells if reader.plane.inside(place))
    return any(place not in reader.read and reader.plane.pixel(place) is not None for place in inside)
