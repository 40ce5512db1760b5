"""What a network does not say by itself, and some rules ask for."""

from typing import NamedTuple

LOSSES = ("cross_entropy", "nll_loss", "bce_with_logits", "bce")
"""The losses that rules know, named as in torch.nn.functional (``bce`` for its binary_cross_entropy)."""


class Options(NamedTuple):
    """Empty or None: not said, and the rules that need it find nothing.

    ``loss`` is what the network's output goes into, one of `LOSSES`; ``object_size`` the pixels of the input that an output
    has to see; ``batch`` how many images training takes at once; ``device`` the machine that the network is for, one of
    `convlens.linting.devices`. The others are budgets: parameters, multiply-accumulates, bytes, and pixels of the input.
    """

    loss: str = ""
    object_size: int | None = None
    batch: int | None = None
    device: str = ""
    max_params: int | None = None
    max_macs: int | None = None
    max_activation_bytes: int | None = None
    max_peak_bytes: int | None = None
    min_receptive_field: int | None = None
