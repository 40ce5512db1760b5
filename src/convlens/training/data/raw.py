"""What a source gives: examples as they are stored, before anything is fitted to them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from torch import Tensor

Kind = Literal["image", "text", "sound", "volume"]


@dataclass(frozen=True)
class Raw:
    """All examples of a source.

    ``items`` of images are a uint8 tensor (N, C, H, W), or a sequence of paths where they are files; of texts a sequence of
    texts; of sounds a sequence of `Wave`; of volumes a float32 tensor (N, C, D, H, W). ``labels`` are int64 (N,), places in
    ``classes``. ``names`` say where each example came from ("cats/12.png", "line 7"). ``groups`` are places in
    ``group_names`` (speakers), or None. ``official_test`` and ``official_validation`` mark the examples of the data's
    own parts (bool, (N,)), or are None. ``source`` says where it all was read, ``licence`` under what terms it stands, as far
    as that is known; ``ungrouped`` why there are no groups, where some examples have one. ``about["remarks"]`` are sentences
    for people.
    """

    name: str
    kind: Kind
    items: Any
    labels: Tensor
    classes: tuple[str, ...]
    names: Sequence[str]
    groups: Tensor | None = None
    group_names: tuple[str, ...] = ()
    official_test: Tensor | None = None
    official_validation: Tensor | None = None
    source: str = ""
    licence: str = ""
    ungrouped: str = ""
    about: dict[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class Wave:
    """One sound: int16 samples (T,) of one channel, and how many of them are a second."""

    samples: Tensor
    rate: int
