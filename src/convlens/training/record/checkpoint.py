"""Checkpoints: one safetensors file each, weights and all that the next step needs, nothing pickled."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from convlens.ir.errors import ConvlensError, UsageError, cut
from convlens.lang.sentence import Sentence
from convlens.training.record.files import plain, write
from convlens.training.record.tree import packed, unpacked

KEPT = 2
"""How many checkpoints stay: the last, and the one before it in case the disk breaks the last."""


@dataclass
class Checkpoint:
    """``step`` steps are done. ``parts`` are the states of the optimizer and the schedule, ``ema`` the averaged weights."""

    step: int
    model: Mapping[str, Tensor]
    parts: Mapping[str, Any] = field(default_factory=dict)
    ema: Mapping[str, Tensor] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Raises `ConvlensError` where the disk refuses; an older file of the name then stays as it was."""
    tensors, rest = packed(dict(checkpoint.parts), "parts")
    named = {
        **{f"model.{name}": value for name, value in checkpoint.model.items()},
        **{f"ema.{name}": value for name, value in checkpoint.ema.items()},
        **tensors,
    }
    whole = {name: value.detach().cpu().contiguous().clone() for name, value in named.items()}
    state = {"step": checkpoint.step, "parts": rest, "facts": plain(dict(checkpoint.facts))}
    write(path, save(whole, metadata={"format": "convlens/checkpoint/1", "state": json.dumps(state)}))


def load_checkpoint(path: Path) -> Checkpoint:
    """Raises `UsageError` where the file is missing, cut off, or no checkpoint of convlens."""
    try:
        with safe_open(str(path), framework="pt") as file:
            about = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no mapping
        state = json.loads(about["state"])
        parts = unpacked(state["parts"], tensors)
        return Checkpoint(int(state["step"]), _under("model.", tensors), parts, _under("ema.", tensors), dict(state["facts"]))
    except FileNotFoundError:
        raise UsageError(Sentence("there is no checkpoint {path}", path=str(path))) from None
    except (SafetensorError, OSError, KeyError, ValueError, TypeError, OverflowError, RecursionError) as error:
        raise UsageError(
            Sentence("{path} is not a checkpoint that can be read: {reason}", path=str(path), reason=cut(str(error)))
        ) from None


def _under(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}


def path_of(folder: Path, step: int) -> Path:
    return folder / f"step-{step:08d}.safetensors"


def saved(folder: Path) -> list[Path]:
    """The checkpoints of a run, the oldest first."""
    return sorted(folder.glob("step-*.safetensors")) if folder.is_dir() else []


def forget_old(folder: Path) -> None:
    """Remove all but the last `KEPT`, and what was left half written when a process was killed."""
    for path in (*saved(folder)[:-KEPT], *folder.glob(".*.part")):
        path.unlink(missing_ok=True)


def last(folder: Path) -> tuple[Checkpoint | None, list[Path]]:
    """The newest checkpoint that can be read, None where there is none; and the newer ones that cannot be read.

    Raises `ConvlensError` where none of them can.
    """
    broken: list[Path] = []
    reasons = ""
    for path in reversed(saved(folder)):
        try:
            return load_checkpoint(path), broken
        except UsageError as error:
            broken.append(path)
            reasons = Sentence("{reasons}\n  {next}", reasons=reasons, next=error.args[0])
    if reasons:
        raise ConvlensError(Sentence("no checkpoint of this run can be read{reasons}\n  fix: train anew", reasons=reasons))
    return None, []


def check_fits(checkpoint: Checkpoint, state: Mapping[str, Tensor], where: str) -> None:
    """`UsageError` where the weights are another network's, with the first that differs."""
    differing = _differing(checkpoint, state)
    if differing:
        raise UsageError(
            Sentence(
                "{path} is a checkpoint of another network: {differing}\n"
                "  fix: the network and settings that it was trained with",
                path=where, differing=differing,
            )
        )  # fmt: skip


def _differing(checkpoint: Checkpoint, state: Mapping[str, Tensor]) -> str:
    for name, own in state.items():
        found = checkpoint.model.get(name)
        if found is None:
            return Sentence("it has no {name}", name=repr(name))
        if found.shape != own.shape:
            there, here = (str(tuple(value.shape)) for value in (found, own))
            return Sentence("{name} is {there} there and {here} here", name=repr(name), there=there, here=here)
    extra = next((name for name in checkpoint.model if name not in state), None)
    return "" if extra is None else Sentence("it has {name}, which this network has not", name=repr(extra))
