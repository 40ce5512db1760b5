"""A trained network from the folder of its run: module, weights, preparation and classes, each checked against the others."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from convlens.importers.model import load
from convlens.ir.errors import ConvlensError, UsageError, quoted
from convlens.ir.graph import Graph
from convlens.ir.spec import Shape, show_shape
from convlens.lang.sentence import Sentence
from convlens.ops.embedding import Embedding
from convlens.training.data.memory import available_bytes
from convlens.training.engine.denormals import denormals_as_zero
from convlens.training.engine.form import Form
from convlens.training.keptmodule import MAX_VALUES, of_code, of_graph
from convlens.training.models.stem import word_tables
from convlens.training.preparation.kinds import from_dict
from convlens.training.preparation.preparation import Preparation
from convlens.training.recipe import Recipe, run_recipe
from convlens.training.record.checkpoint import Checkpoint, check_fits, load_checkpoint
from convlens.training.record.folder import read_json
from convlens.training.record.going_on import resume_command
from convlens.training.run import Run

MAX_CLASSES = 100_000


@dataclass(frozen=True)
class Restored:
    """``module`` is in eval mode on the processor; it takes (N, *input) and gives logits (N, classes)."""

    run: Run
    module: nn.Module
    preparation: Preparation
    classes: tuple[str, ...]
    input: Shape

    @cached_property
    def recipe(self) -> Recipe:
        return run_recipe(self.run.folder)

    @property
    def form(self) -> Form:
        """The numbers and the order of axes in which it was trained and tested."""
        found = self.run.record.get("measured")
        measured = found if isinstance(found, dict) else {}
        lower = measured.get("precision") == "bfloat16"
        last = measured.get("layout") == "channels-last"
        return Form("bfloat16" if lower else "float32", "channels-last" if last else "channels-first")

    @torch.no_grad()
    def probabilities(self, rows: Tensor) -> Tensor:
        """float32 (N, K) for stored rows, computed in float32. Raises `ConvlensError` where they are no numbers."""
        with denormals_as_zero():  # as the training did
            logits = self.module(self.preparation.batch(rows)).float()
        self.check_numbers(logits)
        found: Tensor = logits.softmax(1)
        return found

    def check_numbers(self, given: Tensor) -> None:
        """Raises `ConvlensError` where what the network gave is infinite or no number."""
        if not bool(given.isfinite().all()):
            raise ConvlensError(
                Sentence("the network of {run} gives values that are no numbers: its training diverged", run=str(self.run.path))
            )


def restored(run: Run | str | os.PathLike[str], network: str = "") -> Restored:
    """The network of a run with the weights that were kept.

    A network of the user's own code is run only where ``network`` names it, as in ``file.py:factory``: a folder that somebody
    sent must not choose what runs. Raises `UsageError` where a file is missing, broken, or contradicts another.
    """
    run = run if isinstance(run, Run) else Run(Path(run))
    classes, preparation = _classes(run), _preparation(run)
    shape = _shape(run, preparation)
    checkpoint = _weights(run)
    if run.folder.network.is_file():
        graph = load(str(run.folder.network))
        module: nn.Module = of_graph(graph, checkpoint, shape, len(classes), str(run.folder.network))
        _check_words(run, preparation, graph)
    else:
        module = of_code(run, network, preparation, len(classes))
    check_fits(checkpoint, module.state_dict(), str(run.folder.best))
    module.load_state_dict(dict(checkpoint.model))
    return Restored(run, module.eval(), preparation, classes, shape)


def _preparation(run: Run) -> Preparation:
    path = run.folder.preparation
    values = _table(read_json(path), "preparation.json")
    try:
        return from_dict(values)
    except UsageError as error:
        raise UsageError(Sentence("{path}: {reason}", path=str(path), reason=error.args[0])) from None


def _check_words(run: Run, preparation: Preparation, graph: Graph) -> None:
    """Every word that the preparation numbers has a row in the tables that read it."""
    words = int(getattr(preparation, "words", 0))
    rows = {node.name: node.op.count for node in word_tables(graph) if isinstance(node.op, Embedding)}
    short = next((name for name, count in rows.items() if count < words), None)
    if short is not None:
        raise UsageError(
            Sentence(
                "{path}: a vocabulary for {words} rows of word vectors, but the network's table {name} has {rows}",
                path=str(run.folder.preparation), words=words, name=repr(short), rows=rows[short],
            )
        )  # fmt: skip


def _table(found: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(found, dict):
        raise UsageError(Sentence("{name} of the run is no object", name=name))
    return found


def _classes(run: Run) -> tuple[str, ...]:
    found = _table(run.record, "run.json").get("classes")
    names = [name for name in found if isinstance(name, str)] if isinstance(found, list) else []
    if not 2 <= len(set(names)) <= MAX_CLASSES or found != list(dict.fromkeys(names)):
        raise UsageError(Sentence("{path} names no classes: two texts or more, each once", path=str(run.folder.record)))
    return tuple(names)


def _shape(run: Run, preparation: Preparation) -> Shape:
    """The input, said alike by run.json and preparation.json, and not too large."""
    try:
        shape = preparation.shape
    except (ValueError, ArithmeticError, TypeError, RuntimeError, MemoryError) as error:
        raise UsageError(
            Sentence("{path} cannot be read: {reason}", path=str(run.folder.preparation), reason=quoted(error))
        ) from None
    if run.record.get("input") != list(shape):
        raise UsageError(
            Sentence(
                "{path}: the network takes {wanted}, its preparation gives {given}",
                path=str(run.path), wanted=quoted(run.record.get("input")), given=show_shape(shape),
            )
        )  # fmt: skip
    if min(shape) < 1 or prod(shape) > MAX_VALUES:
        raise UsageError(
            Sentence(
                "{path}: an input of {shape}; at most {most} values are computed",
                path=str(run.folder.preparation), shape=show_shape(shape), most=MAX_VALUES,
            )
        )  # fmt: skip
    return shape


def _weights(run: Run) -> Checkpoint:
    path = run.folder.best
    if not path.is_file():
        raise _no_weights(run)
    if path.stat().st_size > available_bytes():
        raise UsageError(
            Sentence("{path} has {size} bytes, more than the memory that is free", path=str(path), size=path.stat().st_size)
        )
    return load_checkpoint(path)


def _no_weights(run: Run) -> UsageError:
    if run.folder.done:
        return UsageError(
            Sentence("{path}, the weights of {run}, is missing\n  fix: the whole folder that train made",
                     path=str(run.folder.best), run=str(run.path))
        )  # fmt: skip
    command = resume_command(run.path, run_recipe(run.folder).network)
    return UsageError(
        Sentence("{run} has no weights yet: its training was broken off\n  fix: {command}", run=str(run.path), command=command)
    )
