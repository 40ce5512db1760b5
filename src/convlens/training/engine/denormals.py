"""Numbers below the least normal one count as zero while a training runs on processors."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

LEAST_NORMAL = 2.0**-126
"""The least float32 of full precision, about 1.2e-38."""


@contextmanager
def denormals_as_zero() -> Iterator[None]:
    """Within, results below the least normal number are zero, where the processor can do that.

    The gradients of sure predictions are that small, and each operation on such a number costs a processor over a hundred
    cycles. The mode belongs to a thread: those that PyTorch starts within have it, those that ran before have not. The
    caller's own mode comes back at the end.
    Sources: torch.set_flush_denormal; Intel, Optimization Reference Manual, "Floating-Point Assists".
    """
    before = are_zero()
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(before)


def are_zero() -> bool:
    """Whether this thread takes them for zero."""
    return not bool(torch.tensor(LEAST_NORMAL, dtype=torch.float32, device="cpu") * 0.5)
