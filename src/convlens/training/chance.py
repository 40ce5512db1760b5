"""Every random number is a function of the seed and of where it is drawn, so that a training can go on from any step."""

from hashlib import blake2b

import torch


def generator_of(seed: int, *where: int | str) -> torch.Generator:
    """A generator on the processor for this place: ``generator_of(0, "order", epoch)``. Other places draw other numbers.

    >>> draw = lambda *where: int(torch.randint(1000, (1,), generator=generator_of(0, *where)))
    >>> draw("order", 3) == draw("order", 3), draw("order", 3) == draw("order", 4)
    (True, False)
    """
    return torch.Generator().manual_seed(_seed(seed, *where))


def start(device: torch.device, seed: int, *where: int | str) -> None:
    """Start PyTorch's own generators, from which dropout draws on this device, for this place."""
    number = _seed(seed, *where)
    if device.type == "cpu":
        torch.default_generator.manual_seed(number)  # a hundredth of the time of the next line, which asks every accelerator
    else:
        torch.manual_seed(number)


def _seed(seed: int, *where: int | str) -> int:
    """Torch's own seed has 32 bits."""
    return int.from_bytes(blake2b(repr((seed, *where)).encode(), digest_size=4).digest(), "big")
