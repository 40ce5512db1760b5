"""What a file of a run holds, by its ending."""

import io
from typing import Any

import numpy as np

from convlens.execution.pictures import filtered_picture, is_picture, kernels_picture, maps_picture
from convlens.execution.result import Result
from convlens.ir.errors import UsageError
from convlens.ir.record import as_json
from convlens.ir.spec import show_shape


def contents(found: Result, ending: str, lang: str) -> bytes:
    """The bytes of a ``.png``, ``.npy``, ``.json`` or ``.txt``. Raises `UsageError` where a run has nothing for it."""
    if ending == ".png":
        return _png(_picture(found))
    if ending == ".npy":
        return _npy(_array(found))
    if ending == ".json":
        return as_json(found.to_dict()).encode()
    return found.text(lang).encode()


def _picture(found: Result) -> Any:
    if found.kernels is not None:
        return kernels_picture(found.model, *found.kernels)
    if is_picture(found.ran.outputs[0], found.kernel):
        return filtered_picture(found.ran.outputs[0])
    return maps_picture(found.model, found.ran.outputs)


def _array(found: Result) -> Any:
    if found.kernels is not None:
        return found.kernels[1]
    if len(found.ran.outputs) != 1:
        shapes = ", ".join(f"{output.name} {show_shape(output.values.shape)}" for output in found.ran.outputs)
        raise UsageError(f"a .npy holds one array, but there are several outputs: {shapes}\n  fix: --layer NAME")
    return found.ran.outputs[0].values


def _png(picture: Any) -> bytes:
    place = io.BytesIO()
    picture.save(place, "PNG", optimize=True)
    return place.getvalue()


def _npy(values: Any) -> bytes:
    place = io.BytesIO()
    np.save(place, values, allow_pickle=False)
    return place.getvalue()
