"""What is written when a run starts."""

import time
from pathlib import Path
from typing import Any

from convlens.ir.text import format as text_form
from convlens.passes.facts import facts
from convlens.training.engine.job import Job
from convlens.training.recipe import Recipe
from convlens.training.record.environment import machine, versions
from convlens.training.record.files import write, write_json
from convlens.training.record.folder import RunFolder, read_json


def write_start(job: Job, recipe: Recipe, command: str) -> None:
    """settings.toml, network.txt, preparation.json and, last, run.json: where it stands, the others do."""
    folder = job.folder
    write(folder.settings, recipe.to_toml().encode("utf-8"))
    if job.network.text:
        write(folder.network, text_form(job.network.graph).encode("utf-8"))
    write_json(folder.preparation, job.parts.preparation.to_dict())
    write_json(folder.record, record_of(job, recipe, command))


def record_of(job: Job, recipe: Recipe, command: str) -> dict[str, Any]:
    """The content of run.json."""
    known = facts(job.network.graph)
    parts = {"train": job.parts.train, "validation": job.parts.validation, "test": job.parts.test}
    return {
        "schema": "convlens/train/1", "name": recipe.name, "network": recipe.network, "data": job.parts.name,
        "command": command, "started": time.strftime("%Y-%m-%dT%H:%M:%S%z"), "versions": versions(),
        "machine": machine(job.device, job.world.size), "seed": job.settings.seed,
        "measured": {"precision": job.form.precision, "layout": job.form.layout, "batch": job.batch},
        "params": sum(weight.numel() for weight in job.network.module.parameters()),
        "macs": sum(each.macs for each in known.nodes.values() if each.macs is not None),
        "input": list(job.network.input), "classes": list(job.parts.classes), "steps": job.steps,
        "parts": {name: len(part) for name, part in parts.items()}, "fingerprint": job.parts.fingerprint,
        "about": job.parts.about, "remarks": [remark.text() for remark in job.network.remarks],
    }  # fmt: skip


def unfinished(out: object, command: str) -> str | None:
    """The run that this command began and did not end: in ``out``, or the newest under ``runs``."""
    places = [Path(str(out))] if out else sorted(Path("runs").glob("*/run.json"), key=lambda path: -path.stat().st_mtime)
    for place in places:
        folder = RunFolder(place if out else place.parent)
        if folder.record.is_file() and not folder.done and (out or read_json(folder.record).get("command") == command):
            return str(folder.path)
    return None
