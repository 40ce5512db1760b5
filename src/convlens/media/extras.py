"""The packages of the extra ``run``, asked for where they are needed."""

from importlib import import_module
from typing import Any

from convlens.ir.errors import UsageError
from convlens.lang.sentence import Sentence

NAMES = {
    "PIL.Image": "Pillow",
    "numpy": "NumPy",
    "torch": "PyTorch",
    "soundfile": "soundfile",
    "onnxruntime": "onnxruntime",
    "safetensors.torch": "safetensors",
    "scipy": "SciPy",
    "optuna": "Optuna",
}


def extra(module: str, purpose: str, group: str = "run") -> Any:
    """The module, or `UsageError` that says for which ``purpose``, a `Sentence`, and which extra of convlens installs it.

    >>> extra("no_such_package", "reading tapes")
    Traceback (most recent call last):
    ...
    convlens.ir.errors.UsageError: reading tapes needs no_such_package: pip install "convlens[run]"
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != module.partition(".")[0]:
            raise
        raise UsageError(
            Sentence(
                '{purpose} needs {package}: pip install "convlens[{group}]"',
                purpose=purpose, package=NAMES.get(module, module), group=group,
            )
        ) from None  # fmt: skip
