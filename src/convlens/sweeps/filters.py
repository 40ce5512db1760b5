"""Functions are given their weights as shapes: which entry of which shape is a kernel size, which a number of channels?"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from convlens.ir.spelling import Spelling

Sizes = Mapping[str, tuple[int, ...]]
"""What is known by role: one entry, for ``kernel`` one for each spatial axis."""


class Filters(NamedTuple):
    """For each weight of the call, by its name there, the roles of its entries in order; ``kernel`` stands for all its axes."""

    weights: Mapping[str, tuple[str, ...]]

    @property
    def roles(self) -> list[str]:
        """The roles that can be varied."""
        return [
            role for role in ROLES if any(role in entries or f"{role}/groups" in entries for entries in self.weights.values())
        ]

    def read(self, given: Mapping[str, Sequence[int]], axes: int, groups: int) -> Sizes:
        """The size of each role from the shapes in the call."""
        found: dict[str, tuple[int, ...]] = {}
        for name, shape in given.items():
            for role, entry in zip(_spread(self.weights[name], axes), shape, strict=False):
                plain, parted = role.removesuffix("/groups"), role.endswith("/groups")
                if role != "kernel" or name in MAIN:
                    found[plain] = (*found.get(plain, ()), entry) if role == "kernel" else (entry * groups if parted else entry,)
        return found

    def written(self, name: str, sizes: Sizes, axes: int, groups: int) -> list[int]:
        """The shape of a weight for these sizes. A number of channels that ``groups`` does not divide is rounded down."""
        return [_entry(role, at, sizes, groups) for at, role in _places(_spread(self.weights[name], axes))]


MAIN = ("filters", "filter", "depthwise_filter", "weight")
ROLES = ("kernel", "in_channels", "out_channels", "depth_multiplier")

_TABLE: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {
    ("tf.nn", "conv"): {"filters": ("kernel", "in_channels", "out_channels")},
    ("tf.nn", "atrous_conv2d"): {"filters": ("kernel", "in_channels", "out_channels")},
    ("tf.nn", "depthwise_conv2d"): {"filter": ("kernel", "in_channels", "depth_multiplier")},
    ("tf.nn", "separable_conv2d"): {
        "depthwise_filter": ("kernel", "in_channels", "depth_multiplier"),
        "pointwise_filter": ("ones", "made", "out_channels"),
    },
    ("torch", "conv"): {"weight": ("out_channels", "in_channels/groups", "kernel"), "bias": ("out_channels",)},
}  # fmt: skip


def filters_of(spelling: Spelling) -> Filters:
    """The weights that the call is given; none for a layer, which makes them itself."""
    name = spelling.call.removesuffix("{n}d")
    return Filters(_TABLE.get((spelling.framework, name), {}))


def _spread(roles: tuple[str, ...], axes: int) -> list[str]:
    return [one for role in roles for one in ((role,) * axes if role in ("kernel", "ones") else (role,))]


def _places(roles: list[str]) -> list[tuple[int, str]]:
    """Each role with its number among those of its kind."""
    return [(roles[:at].count(role), role) for at, role in enumerate(roles)]


def _entry(role: str, at: int, sizes: Sizes, groups: int) -> int:
    if role == "ones":
        return 1
    if role == "made":
        return sizes["in_channels"][0] * sizes["depth_multiplier"][0]
    if role.endswith("/groups"):
        return max(sizes[role.removesuffix("/groups")][0] // groups, 1)
    return sizes[role][at if len(sizes[role]) > 1 else 0]
