"""The kernels of the first convolution, out of a checkpoint."""

import re
from pathlib import Path

import numpy as np

from convlens.ir.errors import ConvlensError
from convlens.ir.text import parse
from convlens.training.pages.files import UnreadableError, inside, text_of
from convlens.training.pages.reading import Kernels
from convlens.training.pages.tensors import shapes_of, tensor_of

PREFIX = "model."
MAX_VALUES = 2_000_000
"""Of a first layer; a larger one is drawn nowhere."""


def first_kernels(folder: Path) -> Kernels | None:
    """None where no layer has kernels of one, two or three axes. Raises `UnreadableError` for a broken checkpoint."""
    path = checkpoint(folder)
    if path is None:
        return None
    shapes = {name: shape for name, shape in shapes_of(path).items() if _is_kernel(name, shape)}
    if not shapes:
        return None
    name = min(shapes, key=_order(folder))
    return Kernels(name.removeprefix(PREFIX).removesuffix(".weight"), np.asarray(tensor_of(path, name), dtype=np.float32))


def checkpoint(folder: Path) -> Path | None:
    """The best weights, or those of the last step that was kept."""
    best = inside(folder, "checkpoints/best.safetensors") or inside(folder, "best.safetensors")
    if best is not None:
        return best
    try:
        names = sorted(path.name for path in (folder / "checkpoints").glob("step-*.safetensors"))
    except OSError:
        return None
    return inside(folder, f"checkpoints/{names[-1]}") if names else None


def _is_kernel(name: str, shape: tuple[int, ...]) -> bool:
    values = int(np.prod(shape, dtype=np.float64))
    return name.startswith(PREFIX) and name.endswith(".weight") and 3 <= len(shape) <= 5 and 0 < values <= MAX_VALUES


def _order(folder: Path):  # type: ignore[no-untyped-def]  # a key of `min`
    """By place in the network's text form; without one by name, numbers as numbers."""
    places = _places(folder)

    def key(name: str) -> tuple[int, list[tuple[int, str]]]:
        layer = name.removeprefix(PREFIX).removesuffix(".weight")
        pieces = [
            (int(piece), "") if piece.isdecimal() and len(piece) < 10 else (-1, piece) for piece in re.split(r"(\d+)", layer)
        ]
        return places.get(layer, len(places)), pieces

    return key


def _places(folder: Path) -> dict[str, int]:
    try:
        text = text_of(folder, "network.txt")
        return {node.name: at for at, node in enumerate(parse(text))} if text else {}
    except (UnreadableError, ConvlensError):
        return {}
