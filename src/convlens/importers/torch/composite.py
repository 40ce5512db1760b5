"""Functions that PyTorch itself composes of other kernels: ``torch.tensordot`` is a permutation and a matrix product."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import torch


@cache
def is_composite(name: str) -> bool:
    """Does PyTorch take this call apart before any kernel runs, whatever the device?

    >>> is_composite("tensordot"), is_composite("cholesky")
    (True, False)
    """
    packet = getattr(torch.ops.aten, name, None)
    overloads = packet.overloads() if isinstance(packet, torch._ops.OpOverloadPacket) else ()  # type: ignore[no-untyped-call]  # noqa: SLF001 - no public name
    return any(_has_parts(getattr(packet, overload).name()) for overload in overloads)


def _has_parts(kernel: str) -> bool:
    """Overloads on plain numbers are TorchScript's own and unknown to the dispatcher."""
    dispatcher = torch._C  # noqa: SLF001 - no public name
    known = dispatcher._dispatch_has_kernel(kernel)  # noqa: SLF001 - no public name
    return known and dispatcher._dispatch_has_kernel_for_dispatch_key(kernel, "CompositeImplicitAutograd")  # noqa: SLF001 - no public name


def in_parts(func: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """Call it on shadows: what it is composed of arrives at their ``__torch_dispatch__``, kernel by kernel."""
    with torch._C.DisableTorchFunction():  # noqa: SLF001 - no public name
        return func(*args, **kwargs)
