"""What a run gave: the record for machines, and the text for people."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from convlens.execution.kernels import Kernel
from convlens.execution.runner import Output, Ran
from convlens.execution.top import top
from convlens.ir.spec import show_shape
from convlens.lang.messages import listed, said, say
from convlens.media.sample import Array, Sample, Step, span

SCHEMA = "convlens/run/1"


@dataclass
class Result:
    """One run. ``inputs`` are the samples as they went in, by input name; ``kernels`` the weights that were asked for."""

    model: str
    engine: str
    weights: Step
    inputs: dict[str, Sample]
    ran: Ran
    kernel: Kernel | None = None
    kernels: tuple[str, Array] | None = None
    files: list[str] = field(default_factory=list)

    @property
    def kept(self) -> bool:
        """True where every output has the shape that was foretold."""
        return all(output.kept for output in self.ran.outputs)

    def to_dict(self) -> dict[str, Any]:
        """The record ``convlens/run/1``."""
        return {
            "schema": SCHEMA,
            "model": self.model,
            "engine": self.engine,
            "weights": self.weights.to_dict(),
            "inputs": [_input_record(name, sample) for name, sample in self.inputs.items()],
            "outputs": [_output_record(output) for output in self.ran.outputs],
            "kernels": _kernels_record(self.kernels),
            "files": self.files,
            "seconds": self.ran.seconds,
        }

    def text(self, lang: str = "en") -> str:
        """For the terminal. The time is not in it, so that the same run prints the same."""
        lines = [self.model, ""]
        for name, sample in self.inputs.items():
            lines.append(said(lang, say(lang, "input"), f"{name} {_values(lang, sample.values)}"))
            lines += [f"  {line}" for line in _story(lang, sample)]
        lines.append(said(lang, say(lang, "weights"), self.weights.text(lang)))
        if self.kernel is not None:
            lines += [f"  {line}" for line in self.kernel.text().split("\n")]
        if self.kernels is not None:
            name, values = self.kernels
            lines.append(said(lang, say(lang, "kernels"), f"{name} {_values(lang, values)}"))
        for output in self.ran.outputs:
            lines.append(said(lang, say(lang, "output"), f"{output.name} {_values(lang, output.values)}"))
            lines.append(f"  {_foretold(lang, output)}")
            lines += [f"  {line}" for line in _top_lines(lang, output)]
        lines += [said(lang, say(lang, "written"), file) for file in self.files]
        return "\n".join(lines) + "\n"


def _input_record(name: str, sample: Sample) -> dict[str, Any]:
    steps = [step.to_dict() for step in sample.steps]
    about = {"file": sample.path, "kind": sample.kind, **sample.about}
    return {"name": name, "shape": list(sample.values.shape), "read": about, "steps": steps, **span(sample.values)}


def _kernels_record(kernels: tuple[str, Array] | None) -> dict[str, Any] | None:
    return None if kernels is None else {"name": kernels[0], "shape": list(kernels[1].shape), **span(kernels[1])}


def _output_record(output: Output) -> dict[str, Any]:
    shape = None if output.foretold is None else list(output.foretold)
    record = {"name": output.name, "shape": list(output.values.shape), "foretold": shape, "dtype": str(output.values.dtype)}
    return {**record, **span(output.values), "top": top(output.values)}


def _values(lang: str, values: Array) -> str:
    found = span(values)
    if found["min"] is None:
        return say(lang, "{shape}, no finite value", shape=show_shape(values.shape))
    shown = _rounded(found)
    unknown = int(values.size - np.isfinite(values).sum())
    more = say(lang, ", {count} not finite", count=unknown) if unknown else ""
    return say(lang, "{shape}, {min} to {max}, mean {mean}", shape=show_shape(values.shape), **shown) + more


def _rounded(found: dict[str, float | None]) -> dict[str, str]:
    """Four digits; what is a millionth of the greatest magnitude is the rounding of sums that are zero.

    >>> _rounded({"min": -2.0, "max": 3.14159, "mean": 1e-9})
    {'min': '-2', 'max': '3.142', 'mean': '0'}
    """
    known = {key: value for key, value in found.items() if value is not None}
    least = max(map(abs, known.values())) * 1e-6
    return {key: f"{value if abs(value) > least else 0.0:.4g}" for key, value in known.items()}


def _story(lang: str, sample: Sample) -> list[str]:
    about = ", ".join(f"{key} {value}" for key, value in sample.about.items() if key != "format")
    head = f"{sample.path}: {sample.about.get('format', '')} ({about})"
    return [head, *(step.text(lang) for step in sample.steps)]


def _foretold(lang: str, output: Output) -> str:
    if output.foretold is None:
        return say(lang, "its shape cannot be foretold")
    if output.kept:
        return say(lang, "shape as foretold")
    return say(lang, "foretold was {shape}", shape=show_shape(output.foretold))


def _top_lines(lang: str, output: Output) -> list[str]:
    found = top(output.values)
    if found is None:
        return []
    shares = [f"{item['index']}: {item['value']:.4g} ({item['softmax']:.1%})" for item in found]
    return [say(lang, "greatest values (softmax): {values}", values=listed(lang, shares))]
