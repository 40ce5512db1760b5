"""Does a search on LeNet-5 find better settings than its hand-made recipe, within twenty minutes of two cores?

    python -m bench.search [--minutes 20] [--workers 2] [--seeds 8]

The workers search the recipe's own space, each on one thread. Then the best recipe and the hand-made one are trained with seeds
that the search has not seen, on all training pictures, and their test accuracies are compared seed by seed. Writes
docs/search.md. A search or a training that is done is not done again; ``CONVLENS_STUDIES`` names the folder of both.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch

from convlens.studies.statistics import compare
from convlens.training.record.environment import machine
from convlens.training.record.files import write_json
from convlens.training.record.folder import RunFolder, read_json
from convlens.training.run import Run
from convlens.training.train import train

PAGE = Path(__file__).parents[1] / "docs" / "search.md"
ROOT = Path(os.environ.get("CONVLENS_STUDIES", "studies")) / "search-lenet5"
HOW = ROOT / "how.json"
RECIPE, FIRST_SEED = "lenet5", 100


def searched(minutes: float, workers: int) -> None:
    """All workers run the same command and share its trials. How long they had is written down when they are done."""
    if HOW.is_file():
        return
    command = [sys.executable, "-m", "convlens", "study", RECIPE, "--search", "--minutes", str(minutes), "--threads", "1",
               "--device", "cpu", "-o", str(ROOT)]  # fmt: skip
    started = [subprocess.Popen(command) for _ in range(workers)]
    codes = [worker.wait() for worker in started]
    if any(codes):
        raise SystemExit("a worker failed")
    write_json(HOW, {"minutes": minutes, "workers": workers})


def accuracies(recipe: str, name: str, seeds: int) -> list[float]:
    """Test accuracies of trainings with seeds of their own, without a validation part."""
    found = []
    for seed in range(FIRST_SEED, FIRST_SEED + seeds):
        place = ROOT / "compared" / f"{name}-{seed}"
        if RunFolder(place).record.is_file():
            train(resume=place)
        else:
            train(recipe, out=place, seed=seed, validation=0, threads=1, device="cpu")
        found.append(float(Run(place).test_accuracy or 0.0))
        print(name, seed, found[-1], flush=True)
    return found


def page(record: dict[str, Any], own: list[float], best: list[float], minutes: float, workers: int) -> str:
    """The figures as Markdown."""
    values = record["best"]["values"]
    space = [f"| `{each['name']}` | {_bounds(each)} | {_shown(values[each['name']])} |" for each in record["space"]]
    rows = [f"| {name} | {_spread(each)} |" for name, each in (("hand-made", own), ("found by the search", best))]
    seeds = f"Then both recipes, on all training pictures, with {len(own)} seeds that the search has not seen:"
    head = ["# Does a search beat a hand-made recipe?", "", _how(record, minutes, workers), ""]
    found = ["| setting | searched | best |", "|---|---|---:|", *space, "", _told(record), "", seeds, ""]
    compared = ["| recipe | test accuracy, % |", "|---|---:|", *rows, "", _verdict(own, best), ""]
    return "\n".join([*head, *found, *compared])


def _how(record: dict[str, Any], minutes: float, workers: int) -> str:
    done = sum(trial["state"] == "complete" for trial in record["trials"])
    return (
        f"Written by `python -m bench.search`: `convlens study {RECIPE} --search` in the space of the recipe's own file, for "
        f"{minutes:g} minutes, by {'one worker' if workers == 1 else f'{workers} workers'} on one thread each; {done} trials of "
        f"{record['settings']['epochs']} epochs. {machine(torch.device('cpu'), 1)['processor']}, torch {torch.__version__}."
    )


def _told(record: dict[str, Any]) -> str:
    shares = ", ".join(f"`{name}` {100 * share:.0f} %" for name, share in record["importances"].items())
    return f"Importance, by Optuna: {shares}. The best trial had {100 * record['best']['accuracy']:.2f} % on the validation part."


def _spread(accuracies: list[float]) -> str:
    return f"{100 * np.mean(accuracies):.2f} ± {100 * np.std(accuracies, ddof=1):.2f}"


def _verdict(own: list[float], best: list[float]) -> str:
    found = compare(np.array([best]), np.array(own), resolution=1e-4)
    difference, low, high = (100 * float(value[0]) for value in (found.difference, found.low, found.high))
    said = {
        1: "What the search found is better, beyond chance",
        0: "They cannot be told apart",
        -1: "What the search found is worse",
    }
    return (
        f"**{said[int(found.better[0])]}: {difference:+.2f} points, 95 % interval {low:+.2f} to {high:+.2f}** (paired by seed)."
    )


def _bounds(each: dict[str, Any]) -> str:
    if "values" in each:
        return ", ".join(map(str, each["values"]))
    return f"{each['low']:g} to {each['high']:g}{', by factors' if each['log'] else ''}"


def _shown(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value).lower()


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--minutes", type=float, default=20)
    asked.add_argument("--workers", type=int, default=2)
    asked.add_argument("--seeds", type=int, default=8)
    options = asked.parse_args()
    searched(options.minutes, options.workers)
    how, record = read_json(HOW), read_json(ROOT / "result.json")
    own = accuracies(RECIPE, "own", options.seeds)
    best = accuracies(str(ROOT / "best.toml"), f"trial-{record['best']['number']}", options.seeds)
    PAGE.write_text(page(record, own, best, how["minutes"], how["workers"]), encoding="utf-8")


if __name__ == "__main__":
    main()
