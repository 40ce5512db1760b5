"""Random numbers as functions of the seed and of where they are used, so that no hidden state has to be saved."""

from hashlib import blake2b

import torch


def seed_of(*what: int | str) -> int:
    """A seed for this use: the same for the same words and numbers, unrelated to every other.

    >>> seed_of(0, "dropout", 7) == seed_of(0, "dropout", 7), seed_of(0, "dropout", 7) == seed_of(0, "dropout", 8)
    (True, False)
    """
    text = "/".join(map(str, what)).encode()
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "big") >> 1


def generator(*what: int | str) -> torch.Generator:
    """A generator on the processor that starts at `seed_of` these."""
    return torch.Generator().manual_seed(seed_of(*what))


def start(*what: int | str) -> None:
    """Start PyTorch's own generators, from which dropout draws, at `seed_of` these."""
    torch.manual_seed(seed_of(*what))
