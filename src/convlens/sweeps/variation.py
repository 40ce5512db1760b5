"""The call and its input with one setting changed, and with it what must move along."""

from typing import Any

from convlens.ir.errors import UsageError
from convlens.ir.spec import Shape, show_shape
from convlens.lang.messages import say
from convlens.sweeps.call_text import rewritten, written
from convlens.sweeps.filters import filters_of
from convlens.sweeps.settings import Setting, Signature
from convlens.sweeps.values import Value
from convlens.sweeps.weights import changed_weights, held_sizes


def varied(signature: Signature, shape: Shape, layout: str, setting: Setting, value: Value) -> tuple[str, Shape]:
    """The call and the input's shape where this setting has this value.

    >>> from convlens.importers.calls import spelled
    >>> layer = Signature(*spelled("Conv2d(64, 64, 3, padding=1)"))
    >>> varied(layer, (1, 64, 56, 56), "NC*", Setting("in_channels", "in_channels", "in_channels"), 8)
    ('Conv2d(8, 64, 3, padding=1)', (1, 8, 56, 56))
    """
    changed: dict[str, Any] = {**changed_weights(signature, setting, value)}
    if setting.argument:
        changed[setting.argument] = _like(written(signature, setting.argument), value, signature, layout)
    return rewritten(signature, changed), _input(signature, shape, layout, setting, value)


def moved_along(signature: Signature, setting: Setting, lang: str) -> str:
    """What else changes with the setting, as a sentence; empty where nothing does."""
    weights = filters_of(signature.spelling).weights
    if setting.role == "in_channels":
        return say(lang, "The channels of the input move along.")
    if setting.role == "groups" and weights:
        return say(lang, "The weight's channels for each group move along.")
    if setting.role == "size" and signature.axes != 1:
        return say(lang, "All spatial axes of the input have this size.")
    return ""


def own_value(signature: Signature, shape: Shape, layout: str, setting: Setting) -> Any:
    """The value that the call itself has for the setting; None where it has none, or one for each axis that differs."""
    axes, channels = places(signature, shape, layout)
    if setting.role == "in_channels":
        return shape[channels]
    if setting.role == "size":
        return shape[axes[0]] if axes and len({shape[axis] for axis in axes}) == 1 else None
    if setting.role == "batch":
        return shape[0]
    if not setting.argument:
        sizes = held_sizes(signature)[1].get(setting.role, ())
        return sizes[0] if sizes and len(set(sizes)) == 1 else None
    return _short(written(signature, setting.argument))


def _short(value: Any) -> Any:
    if isinstance(value, list | tuple) and value and len(set(value)) == 1:
        return value[0]
    return value if isinstance(value, int | str) else None


def places(signature: Signature, shape: Shape, layout: str) -> tuple[list[int], int]:
    """The spatial axes and the axis of the channels of an input in the call's own layout."""
    rank = len(shape)
    if layout == "N*C":
        return list(range(1, rank - 1)), rank - 1
    stated = [arg.ours for arg in signature.spelling.roles("size")]
    if stated == ["-1"] or rank == 1:
        return [], rank - 1
    channels = rank - signature.axes - 1 if signature.axes else 1
    return list(range(channels + 1, rank)), channels


def _like(old: Any, value: Value, signature: Signature, layout: str) -> Any:
    """TensorFlow's ``[1, s, s, 1]`` stays one."""
    axes = signature.axes
    if not (signature.spelling.framework == "tf.nn" and isinstance(old, list | tuple) and len(old) == axes + 2):
        return value
    inner = value if isinstance(value, tuple) else (value,) * axes
    return [1, *inner, 1] if layout == "N*C" else [1, 1, *inner]


def _input(signature: Signature, shape: Shape, layout: str, setting: Setting, value: Value) -> Shape:
    if setting.role not in ("in_channels", "size", "batch") or (setting.role == "size" and setting.argument):
        return shape
    axes, channels = places(signature, shape, layout)
    where = {"in_channels": [channels], "size": axes, "batch": [0]}[setting.role]
    if not where or (setting.role == "batch" and channels == 0):
        raise UsageError(f"the input {show_shape(shape)} has no {'spatial axes' if setting.role == 'size' else 'batch'} to vary")
    if isinstance(value, tuple) and setting.role == "size" and len(value) == len(axes):
        sizes = dict(zip(axes, value, strict=True))
    elif type(value) is int:
        sizes = dict.fromkeys(where, value)
    else:
        raise UsageError(f"{setting.name}: {value!r} is not a whole number")
    return tuple(sizes.get(axis, old) for axis, old in enumerate(shape))


def signature_of(text: str) -> Signature:
    """The call with its table of arguments. A transposed function of tf.nn states its output, so nothing of it can vary alone."""
    from convlens.importers.calls import spelled  # noqa: PLC0415 - reads the operators' files

    signature = Signature(*spelled(text))
    if signature.spelling.framework == "tf.nn" and "output_shape" in [arg.theirs for arg in signature.arguments]:
        raise UsageError(
            f"{signature.call.last} states its output_shape, which every setting changes\n"
            "  fix: Conv2DTranspose(64, 3, strides=2, padding='same') of Keras, which computes it"
        )
    return signature
