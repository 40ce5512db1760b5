"""A state of nested dicts and lists as tensors by name and JSON, so that nothing has to be pickled."""

from collections.abc import Mapping
from typing import Any

from torch import Tensor


def packed(tree: Any, prefix: str) -> tuple[dict[str, Tensor], Any]:
    """The tensors of a tree by their path, and the rest with a mark where each tensor stood.

    >>> import torch
    >>> tensors, rest = packed({"step": 3, "means": [torch.zeros(2)]}, "o")
    >>> list(tensors), rest
    (['o.1'], {'map': [['step', 3], ['means', {'list': [{'tensor': 'o.1'}]}]]})
    """
    found: dict[str, Tensor] = {}
    return found, _packed(tree, prefix, found)


def _packed(tree: Any, prefix: str, found: dict[str, Tensor]) -> Any:
    if isinstance(tree, Tensor):
        name = f"{prefix}.{len(found) + 1}"
        found[name] = tree
        return {"tensor": name}
    if isinstance(tree, Mapping):
        return {"map": [[key, _packed(value, prefix, found)] for key, value in tree.items()]}
    if isinstance(tree, list | tuple):
        return {"list" if isinstance(tree, list) else "tuple": [_packed(value, prefix, found) for value in tree]}
    if tree is None or isinstance(tree, bool | int | float | str):
        return tree
    raise TypeError(f"a state holds a {type(tree).__name__}, which cannot be saved without pickling")


def unpacked(rest: Any, tensors: Mapping[str, Tensor]) -> Any:
    """The tree again. Raises `KeyError` where a tensor is missing.

    >>> unpacked({"map": [[0, {"tuple": [1, 2]}]]}, {})
    {0: (1, 2)}
    """
    if not isinstance(rest, dict):
        return rest
    [(kind, value)] = rest.items()
    if kind == "tensor":
        return tensors[value]
    if kind == "map":
        return {key: unpacked(item, tensors) for key, item in value}
    items = [unpacked(item, tensors) for item in value]
    return tuple(items) if kind == "tuple" else items
