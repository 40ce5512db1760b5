"""From a name or a path to the three parts of a training."""

from pathlib import Path

from convlens.ir.spec import Shape
from convlens.training.data.examples import Examples, Held
from convlens.training.data.fingerprint import fingerprint_of
from convlens.training.data.parts import Parts
from convlens.training.data.sources.idx import fashion_mnist, mnist
from convlens.training.data.sources.places import places_of
from convlens.training.data.split import split_of
from convlens.training.preparation.kinds import fitted
from convlens.training.settings.settings import Settings


def load(data: str, settings: Settings, network_shape: Shape | None = None, *, download: bool = False) -> Parts:
    name, _, path = data.partition(":")
    folder = Path(path) if path else next(place for place in places_of(name) if place.is_dir())
    raw = {"fashion-mnist": fashion_mnist, "mnist": mnist}[name](folder)
    split = split_of(raw, settings)
    preparation = fitted(raw, split.train, settings, network_shape)

    def part(places):
        return Examples(Held(preparation.store(raw.items[places])), raw.labels[places], places, [raw.names[at] for at in places])

    return Parts(
        name=raw.name, train=part(split.train), validation=part(split.validation), test=part(split.test), classes=raw.classes,
        preparation=preparation, fingerprint=fingerprint_of(raw, split), about={"source": raw.source, "licence": raw.licence},
    )
