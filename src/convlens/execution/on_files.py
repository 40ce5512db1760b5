"""Really run a network, a layer or a kernel on what files hold."""

from collections.abc import Sequence
from pathlib import Path

from convlens.execution.fit import fit
from convlens.execution.kernels import kernel
from convlens.execution.result import Result
from convlens.execution.runner import Ran, Runner
from convlens.execution.targets import kernel_runner, runner_for
from convlens.execution.wanted import How, shown_inputs
from convlens.ir.errors import UsageError, nearest
from convlens.lang.messages import marked
from convlens.media.read import read
from convlens.media.sample import Sample, Step

AS_IT_IS = How()


def run_model(
    model: str, files: Sequence[str], *, weights: Sequence[str] = (), layer: str = "", how: How = AS_IT_IS, seed: int = 0,
    kernels: bool = False,
) -> Result:  # fmt: skip
    """Run a network or a layer on these ``files``, each ``FILE`` or ``INPUT=FILE``.

    ``layer`` names the layer whose output is wanted instead of the network's; with ``kernels`` its weights, or those of the
    first convolution, are given too, and there may be no file. Raises `UsageError` where the model, a file or the weights
    cannot be read or do not fit, `ShapeError` where a layer cannot take what reaches it.
    """
    samples = [(name, read(path)) for name, path in map(_named, files)]
    runner = runner_for(model, len(files), weights or None, seed)
    inputs = _fitted(samples, runner, how) if files or not kernels else {}
    ran = (
        runner.run({name: sample.values for name, sample in inputs.items()}, "" if kernels else layer) if inputs else Ran([], 0.0)
    )
    found = runner.kernels(layer) if kernels else None
    return Result(runner.name, runner.engine, runner.weights, inputs, ran, kernels=found)


def run_kernel(name: str, file: str, *, size: int = 3, padding: str = "same", how: How = AS_IT_IS) -> Result:
    """Lay a kernel made by hand on each channel of a picture, or of an array of H x W, C x H x W or N x C x H x W."""
    made = kernel(name, size)
    sample = read(file)
    if sample.values.ndim == 2 and sample.kind == "array":
        sample = sample.changed(sample.values[None], Step("channel", marked("taken as one channel")))
    runner = kernel_runner(made, sample, padding)
    inputs = _fitted([("", sample)], runner, how)
    ran = runner.run({key: fitted.values for key, fitted in inputs.items()}, "")
    return Result(runner.name, runner.engine, runner.weights, inputs, ran, kernel=made)


def _named(text: str) -> tuple[str, str]:
    """``INPUT=FILE``, unless a file has that very name."""
    name, equals, path = text.partition("=")
    return (name, path) if equals and not Path(text).exists() else ("", text)


def _fitted(samples: Sequence[tuple[str, Sample]], runner: Runner, how: How) -> dict[str, Sample]:
    wanted = {item.name: item for item in runner.wanted}
    has = shown_inputs(runner.wanted)
    for name, _ in samples:
        if name and name not in wanted:
            raise UsageError(f"{runner.name} has no input {name!r}{nearest(name, list(wanted))}; it has: {has}")
    if len(samples) != len(wanted):
        count = "1 file is" if len(samples) == 1 else f"{len(samples)} files are"
        raise UsageError(f"{runner.name} takes {len(wanted)} input(s), but {count} given; it has: {has}\n  fix: --on for each")
    open_names = iter([name for name in wanted if name not in {given for given, _ in samples}])
    placed = {name or next(open_names): sample for name, sample in samples}
    if len(placed) != len(samples):
        raise UsageError("--on: two files are given to one input")
    return {name: fit(placed[name], item, runner.accepts, how) for name, item in wanted.items()}
