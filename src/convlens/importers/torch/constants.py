"""Calls on no tensor of the network: small ones are run for real, large and random ones become constants without values."""

from collections.abc import Callable
from typing import Any

from convlens.importers.torch.opaque import mapped, tensors_in, without_memory
from convlens.importers.torch.readers.made import made
from convlens.importers.torch.trace import Trace

MAX_VALUES = 65_536
"""A tensor made in the forward is computed up to this many values; a larger one has only its shape."""

MAX_SURELY_SMALL = 256
"""The product of two tensors of so few values is small as well."""

_FILLED = frozenset("zeros ones full eye arange linspace logspace range tril_indices triu_indices".split())
_UNCERTAIN = frozenset("empty empty_strided rand randn randint randperm normal bernoulli".split())


def constant_call(trace: Trace, func: Callable[..., Any], name: str, args: Any, kwargs: Any) -> Any:
    """Run a call that depends on nothing of the network, without ever allocating much."""
    if trace.real or name not in _FILLED | _UNCERTAIN:
        return func(*args, **kwargs)
    keywords = {key: value for key, value in kwargs.items() if key != "generator"}
    shape = func(*args, **{**keywords, "device": "meta"})
    if name in _FILLED and shape.numel() <= MAX_VALUES:
        return func(*args, **kwargs)
    return made(trace, tuple(shape.shape), shape.dtype)


def is_small(func: Callable[..., Any], args: Any, kwargs: Any) -> bool:
    """Does a call among plain tensors stay within `MAX_VALUES`? Asked of PyTorch without memory where it may grow.

    What cannot be asked that way is run for real, where an error of the call's own shows itself.
    """
    given = sum(tensor.numel() for tensor in tensors_in((args, kwargs)))
    if given <= MAX_SURELY_SMALL:
        return True
    if given > MAX_VALUES:
        return False
    try:
        outcome = func(*mapped(args, without_memory), **mapped(dict(kwargs), without_memory))
    except (RuntimeError, NotImplementedError, TypeError):
        return True
    return sum(tensor.numel() for tensor in tensors_in(outcome)) <= MAX_VALUES
