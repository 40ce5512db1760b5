"""``package.module:factory`` and ``file.py:factory``: a model made by the user's own code, which is imported and run."""

import contextlib
import hashlib
import importlib
import importlib.util
import os
import sys
import sysconfig
import traceback
from collections.abc import Iterator
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from convlens.importers.files import nearest_file, need_file
from convlens.ir.errors import ConvlensError, UsageError, nearest, quoted
from convlens.ir.graph import Graph

MAX_FRAMES = 6
MAX_NAMES = 8


class _AsWritten(SourceFileLoader):
    """Compiles the file each time, and leaves no ``__pycache__`` beside it.

    Kept bytecode is told from stale bytecode by a whole second and a size, which an edit of one digit may leave as they were.
    """

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)


def made(model: str) -> Any:
    """What stands at ``model``; a class or function is called without arguments, a network is taken as it is.

    What the code prints goes to the standard error, so that it does not mix with a result. Raises `UsageError` where the
    module does not import, has no such name, or the factory raises; then with the user's own traceback.
    """
    where, _, path = model.rpartition(":")
    if not where or not path:
        raise UsageError(f"{model!r}: a factory is written package.module:factory or file.py:factory")
    with _quiet_output(), _own_folder(where):
        module = _imported(where)
        with shown(f"{model} raised"):
            found = _attribute(module, path, model)
            return found if _is_network(found) or not callable(found) else found()


def need_code(model: str) -> None:
    """`UsageError` where the file of ``file.py:factory`` is not there. Nothing is run."""
    where = model.rpartition(":")[0]
    if where.endswith(".py"):
        need_file(where)


def _is_network(value: Any) -> bool:
    torch = sys.modules.get("torch")
    return isinstance(value, Graph) or (torch is not None and isinstance(value, torch.nn.Module))


@contextlib.contextmanager
def _quiet_output() -> Iterator[None]:
    with contextlib.redirect_stdout(sys.stderr):
        yield


@contextlib.contextmanager
def _own_folder(where: str) -> Iterator[None]:
    """The user's code may import what lies beside it, as under ``python file.py`` or ``python -m``."""
    folder = str(need_file(where).resolve().parent) if where.endswith(".py") else str(_here())
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        sys.path.remove(folder)


def _here() -> Path:
    try:
        return Path.cwd()
    except OSError as error:
        raise UsageError(f"the current folder is not there any more: {error.strerror}") from None


@contextlib.contextmanager
def shown(what: str) -> Iterator[None]:
    """The user's code may raise anything; all but an interruption is shown as its own traceback."""
    try:
        yield
    except (ConvlensError, KeyboardInterrupt):
        raise
    except BaseException as error:  # noqa: BLE001 - shown, not hidden
        raise _failed(what, error) from None


def _imported(where: str) -> ModuleType:
    if where.endswith(".py"):
        return _imported_file(where)
    with shown(f"importing {where} failed"):
        try:
            return importlib.import_module(where)
        except ModuleNotFoundError as error:
            if error.name and (where == error.name or where.startswith(f"{error.name}.")):
                raise UsageError(_no_module(where, error.name)) from None
            raise


def _no_module(where: str, name: str) -> str:
    file = f"{where.replace('.', '/')}.py"
    hint = f"\n  fix: {file}:... for a file" if nearest_file(file) == str(Path(file)) else ""
    return f"there is no module {quoted(name)} that could be imported from {_here()}{hint}"


def _imported_file(where: str) -> ModuleType:
    path = need_file(where).resolve()
    name = f"convlens_model_{path.stem}_{hashlib.sha256(str(path).encode()).hexdigest()[:8]}"
    spec = importlib.util.spec_from_file_location(name, path, loader=_AsWritten(name, str(path)))
    if spec is None or spec.loader is None:
        raise UsageError(f"{where} cannot be imported as Python")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # classes of the file find their module by its name
    try:
        with shown(f"importing {where} failed"):
            spec.loader.exec_module(module)
    except ConvlensError:
        sys.modules.pop(name, None)
        raise
    return module


def _attribute(module: ModuleType, path: str, model: str) -> Any:
    value: Any = module
    for name in path.split("."):
        if not hasattr(value, name):
            raise UsageError(f"{model}: there is no {name!r} in {model.rpartition(':')[0]}{_meant(name, value)}")
        value = getattr(value, name)
    return value


def _meant(name: str, place: Any) -> str:
    """The nearest name, or what could be a model: the classes and functions that are written there."""
    names = [n for n in getattr(place, "__dict__", {}) if not n.startswith("_")]
    own = [n for n in names if _is_network(vars(place)[n]) or _is_written_in(place, vars(place)[n])]
    return nearest(name, own) or nearest(name, names) or (f"; it has: {', '.join(own[:MAX_NAMES])}" if own else "")


def _is_written_in(place: Any, value: Any) -> bool:
    home = place.__name__ if isinstance(place, ModuleType) else getattr(place, "__module__", "")
    return callable(value) and getattr(value, "__module__", None) == home


def _failed(what: str, error: BaseException) -> UsageError:
    """The user's own part of a traceback: not the frames of convlens, of Python's import, or of installed packages."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not _is_ours(frame.filename)]
    own = [frame for frame in frames if not _is_installed(frame.filename)] or frames
    told = "".join(traceback.format_list(own[-MAX_FRAMES:])) + "".join(traceback.format_exception_only(error))
    return UsageError(f"{what}:\n" + "\n".join(f"  {line}" for line in told.rstrip().splitlines()))


def _is_ours(file: str) -> bool:
    return file.startswith("<frozen ") or Path(file).is_relative_to(Path(__file__).parents[1])


def _is_installed(file: str) -> bool:
    places = {sysconfig.get_path(key) for key in ("stdlib", "platstdlib", "purelib", "platlib")}
    return any(os.path.normcase(file).startswith(os.path.normcase(place) + os.sep) for place in places)
