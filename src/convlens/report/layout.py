"""Shapes as the network's own framework writes them. Inside a `Graph` they are always N, C, then space."""

from convlens.ir.spec import Shape, TensorSpec, show_shape


def own(dims: Shape, layout: str) -> Shape:
    """The sizes in the order of ``layout``: in "N*C" the channels come last wherever there is space.

    >>> own((10, 3, 9, 8), "N*C"), own((10, 3, 9, 8), "NC*"), own((10, 12), "N*C")
    ((10, 9, 8, 3), (10, 3, 9, 8), (10, 12))
    """
    return (dims[0], *dims[2:], dims[1]) if layout == "N*C" and len(dims) >= 3 else dims


def shown(specs: tuple[TensorSpec, ...], layout: str) -> str:
    """All shapes, as a table shows them.

    >>> shown((TensorSpec((1, 3, 8, 9)), TensorSpec((1, 2))), "N*C")
    '1x8x9x3, 1x2'
    """
    return ", ".join(show_shape(own(spec.dims, layout)) for spec in specs)
