"""Which line of the user's code is running now?"""

import linecache
import sys
from pathlib import Path
from traceback import StackSummary, extract_tb
from types import FrameType, TracebackType

import torch

_OURS = (str(Path(__file__).parents[2]), str(Path(torch.__file__).parent))


def user_line() -> str:
    """``net.py:12 in forward: x = self.conv(x)``; empty where no frame of the user's is on the stack.

    The innermost frame that belongs neither to convlens nor to PyTorch.
    """
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - the documented way to look at the stack cheaply
    while frame is not None:
        file = frame.f_code.co_filename
        if not file.startswith(_OURS) and not file.startswith("<frozen"):
            code = linecache.getline(file, frame.f_lineno).strip()
            return f"{Path(file).name}:{frame.f_lineno} in {frame.f_code.co_name}" + (f": {code}" if code else "")
        frame = frame.f_back
    return ""


def user_traceback(error: BaseException) -> str:
    """The frames of a traceback that are the user's, as Python prints them, and the error's own last line."""
    return "\n".join([*_user_frames(error.__traceback__), f"  {type(error).__name__}: {_text(error)}"])


def _text(error: BaseException) -> str:
    """The error's own words; an exception of the user's may fail even at saying them."""
    try:
        return str(error)
    except Exception as second:  # noqa: BLE001 - whatever the user's __str__ raises
        return f"(its text raises {type(second).__name__})"


def _user_frames(traceback: TracebackType | None) -> list[str]:
    frames = [frame for frame in extract_tb(traceback) if not frame.filename.startswith(_OURS)]
    return [line.rstrip() for line in StackSummary.from_list(frames[-5:]).format()]
