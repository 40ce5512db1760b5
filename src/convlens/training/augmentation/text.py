"""Changes of word numbers (N, L)."""

import torch
from torch import Tensor

from convlens.training.preparation.words import PADDING, UNKNOWN


def word_dropout(x: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """Each word becomes the unknown word with this probability; padding stays what it is.

    Source: Iyyer et al., Deep Unordered Composition Rivals Syntactic Methods, ACL 2015, section 3 (there the words are
    left out).
    """
    drawn = torch.rand(x.shape, generator=generator, device=generator.device).to(x.device)
    return x.masked_fill((drawn < share) & (x != PADDING), UNKNOWN)
