"""What is running now: which modules, which line of the user's code?"""

import contextlib
import linecache
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from traceback import StackSummary, extract_tb
from types import FrameType, TracebackType

import torch

_OURS = (str(Path(__file__).parents[2]), str(Path(torch.__file__).parent))
_RUN = str(Path(__file__).with_name("run.py"))
_PYTHON = str(Path(contextlib.__file__).parent)


_WRAPPED = torch.nn.Module._wrapped_call_impl.__code__  # noqa: SLF001 - what calls it
_CALL = torch.nn.Module._call_impl.__code__  # noqa: SLF001 - the frame of a module that is running


def running_modules() -> Iterator[torch.nn.Module]:
    """The modules whose call is on this thread's stack, innermost first.

    Read from the stack, because hooks that would tell send every call of every module down PyTorch's slow path.
    """
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - the documented way to look at the stack cheaply
    while frame is not None:
        if frame.f_code is _CALL:
            yield _module_of(frame)
        frame = frame.f_back


def innermost_module() -> torch.nn.Module | None:
    """The first of `running_modules`, which is asked for at each node: by `Trace.running`, behind which only convlens is."""
    frame: FrameType | None = sys._getframe(4)  # noqa: SLF001 - the documented way to look at the stack cheaply
    while frame is not None:
        if frame.f_code is _CALL:
            return _module_of(frame)
        frame = frame.f_back
    return None


def _module_of(frame: FrameType) -> torch.nn.Module:
    """The frame around it holds the module too, and fewer other variables, which CPython copies before one can be read."""
    around = frame.f_back
    found: torch.nn.Module = (around if around is not None and around.f_code is _WRAPPED else frame).f_locals["self"]
    return found


def user_line(*, in_forward: bool = False) -> str:
    """``net.py:12 in forward: x = self.conv(x)``; empty where no frame of the user's is on the stack.

    With ``in_forward`` only what the captured module runs counts, and not who asked for the capture.

    The innermost frame that belongs neither to convlens nor to PyTorch nor to Python's own library.
    """
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - the documented way to look at the stack cheaply
    while frame is not None:
        code = frame.f_code
        if in_forward and code.co_filename == _RUN:
            return ""
        if _is_users(code.co_filename):
            return _shown(code.co_filename, frame.f_lineno, code.co_name)
        frame = frame.f_back
    return ""


@lru_cache(maxsize=4096)
def _is_users(file: str) -> bool:
    """Does the file belong neither to convlens nor to PyTorch nor to Python's own library?"""
    of_python = file.startswith(_PYTHON) and "site-packages" not in file
    return not (file.startswith(_OURS) or file.startswith("<frozen") or of_python)


@lru_cache(maxsize=4096)
def _shown(file: str, line: int, function: str) -> str:
    code = linecache.getline(file, line).strip()
    return f"{Path(file).name}:{line} in {function}" + (f": {code}" if code else "")


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
