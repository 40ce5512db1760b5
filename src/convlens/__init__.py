"""convlens tells what a convolutional network will do before it runs, proves it by running it, and shows why.

Every verb of the command line is a function here. Each is imported when it is first used, so ``import convlens`` costs
nothing but this file.

>>> import convlens
>>> convlens.layer("Conv2d(3, 64, 7, stride=2, padding=3)", (1, 3, 224, 224)).to_dict()["outputs"]
[[1, 64, 112, 112]]
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from convlens.diffs.diff import diff
    from convlens.execution.run import run
    from convlens.explanations.explanation import explain
    from convlens.linting.lint import lint
    from convlens.networkpages.draw import draw
    from convlens.playgrounds.play import play
    from convlens.report.layer import layer
    from convlens.report.summary import summary
    from convlens.rewrites.rewrite import rewrite
    from convlens.studies.study import study
    from convlens.sweeps.sweep import sweep
    from convlens.training.evaluate import evaluate
    from convlens.training.predict import predict
    from convlens.training.train import train

__all__ = [
    "__version__", "diff", "draw", "evaluate", "explain", "layer", "lint", "play", "predict", "rewrite", "run", "study",
    "summary", "sweep", "train",
]  # fmt: skip
__version__ = "0.1.0"


_PLACES = {
    "diff": "convlens.diffs.diff",
    "draw": "convlens.networkpages.draw",
    "evaluate": "convlens.training.evaluate",
    "explain": "convlens.explanations.explanation",
    "layer": "convlens.report.layer",
    "lint": "convlens.linting.lint",
    "play": "convlens.playgrounds.play",
    "predict": "convlens.training.predict",
    "run": "convlens.execution.run",
    "rewrite": "convlens.rewrites.rewrite",
    "study": "convlens.studies.study",
    "summary": "convlens.report.summary",
    "sweep": "convlens.sweeps.sweep",
    "train": "convlens.training.train",
}


def __getattr__(name: str) -> object:
    if name in _PLACES:
        import importlib  # noqa: PLC0415 - only a verb that is asked for is loaded

        return getattr(importlib.import_module(_PLACES[name]), name)
    raise AttributeError(f"module 'convlens' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
