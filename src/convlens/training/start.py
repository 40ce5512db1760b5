"""What is written when a run starts."""

import os
import platform
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from convlens.ir.errors import UsageError
from convlens.ir.text import format as text_form
from convlens.training.engine.job import Job
from convlens.training.plan import counts
from convlens.training.recipe import Recipe, whole
from convlens.training.record.environment import machine, versions
from convlens.training.record.files import write, write_json
from convlens.training.record.folder import RunFolder, read_json
from convlens.training.remarks import remarks_record


def write_start(job: Job, recipe: Recipe, command: str) -> None:
    """settings.toml, network.txt, preparation.json and, last, run.json: where it stands, the others do."""
    folder = job.folder
    own = replace(recipe, settings=job.settings, network=_kept(recipe.network, folder.path))
    write(folder.settings, own.to_toml().encode("utf-8"))
    if job.network.text:
        write(folder.network, text_form(job.network.graph).encode("utf-8"))
    write_json(folder.preparation, job.parts.preparation.to_dict())
    write_json(folder.record, record_of(job, recipe, command))


def _kept(network: str, folder: Path) -> str:
    """The network as the run's own settings name it: a text form is copied into the run, a file of code has its whole path."""
    if network.endswith(".txt"):
        name = Path(network).name if Path(network).name != "network.txt" else "model.txt"
        write(folder / name, Path(network).read_bytes())
        return name
    return whole(network)


def record_of(job: Job, recipe: Recipe, command: str) -> dict[str, Any]:
    """The content of run.json."""
    about = {name: value for name, value in job.parts.about.items() if name != "remarks"}
    return {
        "schema": "convlens/train/1", "name": recipe.name, "network": recipe.network, "data": job.parts.name,
        "command": command, "launch": launch(), "started": time.strftime("%Y-%m-%dT%H:%M:%S%z"), "versions": versions(),
        "machine": machine(job.device, job.world.size), "seed": job.settings.seed,
        "measured": {"precision": job.form.precision, "layout": job.form.layout, "batch": job.batch},
        "params": job.network.params, "macs": job.network.macs,
        "input": list(job.network.input), "classes": list(job.parts.classes), "steps": job.steps,
        "parts": counts(job.parts), "fingerprint": job.parts.fingerprint, "about": about, "remarks": remarks_record(job),
    }  # fmt: skip


def begun(out: object, command: str) -> str | None:
    """The run that the processes began before torchrun started them again: in ``out``, or the newest one under ``runs``.

    It is one of this torchrun, be it done or not, or else one of the same command that is not done.
    """
    places = [RunFolder(Path(str(out)))] if out else [RunFolder(path.parent) for path in Path("runs").glob("*/run.json")]
    found = [(folder, _record(folder)) for folder in sorted(places, key=_age)]
    own = [folder for folder, record in found if record and record.get("launch") == launch()]
    same = [folder for folder, record in found if record and record.get("command") == command and not folder.done]
    return next((str(folder.path) for folder in (*own, *same)), None)


def _record(folder: RunFolder) -> dict[str, Any]:
    """Empty where there is none that can be read."""
    with suppress(UsageError):
        record = read_json(folder.record)
        return record if isinstance(record, dict) else {}
    return {}


def _age(folder: RunFolder) -> float:
    return -folder.record.stat().st_mtime if folder.record.is_file() else 0.0


def launch() -> str:
    """Which torchrun started this process: the machine, its process and when that began; empty without torchrun."""
    if "TORCHELASTIC_RESTART_COUNT" not in os.environ:
        return ""
    parent = os.getppid()
    try:  # the twenty-second field; the name in brackets before it may hold spaces
        began = Path(f"/proc/{parent}/stat").read_text(errors="replace").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        began = ""
    return f"{platform.node()} {parent} {began}"
