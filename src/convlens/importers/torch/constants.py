"""Calls on no tensor of the network: small ones are run for real, large and random ones become constants without values."""

from collections.abc import Callable
from typing import Any

from convlens.importers.torch.readers.made import made
from convlens.importers.torch.trace import Trace

MAX_VALUES = 65_536
"""A tensor made in the forward is computed up to this many values; a larger one has only its shape."""

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
