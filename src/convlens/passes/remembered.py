"""Stores of what was worked out before, which outlive the network that it was worked out for."""

from typing import Any

MAX_REMEMBERED = 8192


def remember(store: dict[Any, Any], key: Any, known: Any) -> None:
    """Keep at most `MAX_REMEMBERED` of them."""
    if len(store) >= MAX_REMEMBERED:
        store.clear()
    store[key] = known
