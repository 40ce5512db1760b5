"""Which part of a call or of its input does a word name? By the framework's own words, by ours, by another framework's."""

from typing import NamedTuple

from convlens.importers.calls.syntax import Call
from convlens.ir.errors import UsageError, nearest
from convlens.ir.spelling import Arg, Spelling
from convlens.sweeps.filters import filters_of

WORDS = {
    "kernel": ("kernel", "kernel_size", "ksize"),
    "stride": ("stride", "strides"),
    "dilation": ("dilation", "dilations", "dilation_rate", "rate"),
    "in_channels": ("in_channels", "channels", "in_features"),
    "out_channels": ("out_channels", "filters", "out", "units", "out_features"),
    "depth_multiplier": ("depth_multiplier", "multiplier"),
    "bias": ("bias", "use_bias"),
}
"""What a setting is called by any framework. The key is our own word for it."""

OF_THE_INPUT = ("in_channels", "size", "batch")
"""Settings that are the input's, whatever the call."""


class Signature(NamedTuple):
    """A call with its framework's table of arguments, and the number of spatial axes that its name says (or 0)."""

    call: Call
    spelling: Spelling
    axes: int

    @property
    def arguments(self) -> list[Arg]:
        """In the order in which they may be written."""
        return [arg for arg in self.spelling.args if arg.role != "const"]


class Setting(NamedTuple):
    """``name`` is shown; ``role`` is our word for what it is; ``argument`` the call's own, empty where it has none."""

    name: str
    role: str
    argument: str = ""


def settings_of(signature: Signature) -> list[Setting]:
    """Every setting that can be varied, those of the call before those of its input."""
    found = [
        Setting(arg.theirs, _role(arg), arg.theirs)
        for arg in signature.arguments
        if arg.role in ("setting", "size") and arg.theirs != "data_format"
    ]
    roles = {one.role for one in found}
    held = [role for role in filters_of(signature.spelling).roles if role not in roles]
    return found + [Setting(role, role) for role in dict.fromkeys((*held, *OF_THE_INPUT)) if role not in roles]


def resolve(signature: Signature, word: str) -> Setting:
    """The setting that the word names, or `UsageError` with the nearest one."""
    known = settings_of(signature)
    role = next((role for role, words in WORDS.items() if word in words), word)
    found = next((one for one in known if one.name == word), None) or next((one for one in known if one.role == role), None)
    if found is None:
        names = [one.name for one in known]
        title = signature.spelling.title(signature.axes)
        every = [*names, *(word for one in known for word in WORDS.get(one.role, ()))]
        raise UsageError(f"{title} has no setting {word!r}{nearest(word, every)}; it has: {', '.join(names)}")
    return found


def _role(arg: Arg) -> str:
    if arg.role == "size":
        return "in_channels"
    return "out_channels" if arg.ours == "out" else arg.ours
