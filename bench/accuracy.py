"""How well the recipes train: every one over several seeds, as a table of mean and spread beside the published figure.

    python -m bench.accuracy --jobs 8 --seeds 5 [NAME ...]

writes docs/training-results.md from all that was measured so far, one line of bench/accuracy.jsonl for each training. A row that
stands there already is not trained again. Data sets that are not on this machine are left out, and named.
"""

import argparse
import json
import multiprocessing
import os
import statistics
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

LINES = Path(__file__).with_name("accuracy.jsonl")
PAGE = Path(__file__).parents[1] / "docs" / "training-results.md"


SPEAKERS = ("george", "jackson", "lucas", "nicolas", "yweweler")
"""Of FSDD, beside theo, for whom a figure is known."""


class Row(NamedTuple):
    """One line of the table. ``target`` is a test accuracy in percent, with where it is from."""

    name: str
    recipe: str
    data: str
    settings: dict[str, Any]
    target: float | None
    source: str


ROWS = (
    Row("LeNet-5 as the book trains it", "lenet5-sigmoid", "", {}, None, "d2l prints 77.9, copies 74.1 to 82.0"),
    Row("LeNet-5", "lenet5", "", {}, 90.0, "goal; the book's own recipe: the row above"),
    Row("small CNN, 3 epochs", "small-cnn", "", {"epochs": 3}, 91.0, "goal"),
    Row("small CNN, 10 epochs", "small-cnn", "", {}, 92.0, "goal"),
    Row("deep CNN, 40 epochs", "deep-cnn", "", {}, 94.0, "zalandoresearch/fashion-mnist #153: 94 with about 174 k parameters"),
    Row("AlexNet, 4 epochs", "alexnet", "", {}, 88.5, "d2l, 10 epochs"),
    Row("NiN, 6 epochs", "nin", "", {}, None, ""),
    Row("ResNet-18 for small pictures", "resnet18-small", "", {}, 94.9, "zalandoresearch/fashion-mnist, table"),
    Row("TextCNN on TREC", "textcnn-trec", "", {}, 88.2, "harvardnlp's rerun of Kim 2014, random vectors"),
    Row("TextCNN on MR, a tenth held out", "textcnn-mr", "", {}, 75.9, "harvardnlp's rerun of Kim 2014, random vectors, 10-fold"),
    Row("keyword CNN on FSDD, official split", "keyword-fsdd", "", {}, 96.0, "goal"),
    Row("M5 on FSDD, official split", "m5-fsdd", "", {}, 96.0, "goal"),
    *(
        Row(f"keyword CNN on FSDD, {name} never heard", "keyword-fsdd", f"fsdd-unseen:{name}", {}, plain, source)
        for name, plain, source in (("theo", 76.8, "a plain CNN"), *((name, None, "") for name in SPEAKERS))
    ),
)  # fmt: skip


HEAD = """\
# What the recipes reach

Written by `python -m bench.accuracy`. Each row is a recipe that comes with convlens, trained from several seeds; the test
part is asked once, at the end, of the last weights. Spread is the standard deviation over seeds. Seconds are the training
alone, several trainings side by side on one machine: they say what it costs, not how fast it can be. Settings were chosen
by trials with seeds 0 to 2 whose test figures were seen, so that the means lean a little high.

Machine: {machines}.

"""


def main() -> None:
    """Train what is missing, then write the page."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("names", nargs="*", help="rows by a part of their name")
    asked.add_argument("--seeds", type=int, default=5)
    asked.add_argument("--jobs", type=int, default=1)
    asked.add_argument("--device", default="auto")
    options = asked.parse_args()
    done = {(line["name"], line["seed"]) for line in measured()}
    rows = [row for row in ROWS if not options.names or any(name in row.name for name in options.names)]
    jobs = [(row, seed, options.device) for seed in range(options.seeds) for row in rows if (row.name, seed) not in done]
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with multiprocessing.get_context("spawn").Pool(options.jobs) as pool:
        for line in pool.imap_unordered(trained, jobs):
            print(json.dumps(line), flush=True)
            if "accuracy" in line:
                with LINES.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(line) + "\n")
    PAGE.write_text(page(measured()), encoding="utf-8")


def trained(job: tuple[Row, int, str]) -> dict[str, Any]:
    """One training, in a process of its own; data that are not there are an answer too."""
    from convlens.ir.errors import UsageError
    from convlens.training.train import train

    row, seed, device = job
    with tempfile.TemporaryDirectory() as folder:
        try:
            run = train(row.recipe, row.data, out=Path(folder) / "run", seed=seed, device=device, **row.settings)
        except UsageError as error:
            return {"name": row.name, "seed": seed, "error": str(error)}
        record = run.to_dict()
        where = record["machine"].get("accelerator", record["machine"]["processor"])
        figures = {"accuracy": run.test_accuracy, "seconds": run.train_seconds, "epochs": len(run.epochs)}
        return {"name": row.name, "seed": seed, **figures, "params": record["params"], "machine": where,
                "torch": record["versions"]["torch"]}  # fmt: skip


def measured() -> list[dict[str, Any]]:
    """All lines so far."""
    return [json.loads(line) for line in LINES.read_text(encoding="utf-8").splitlines()] if LINES.exists() else []


def page(lines: list[dict[str, Any]]) -> str:
    """The table as Markdown."""
    rows_of: dict[str, list[str]] = {}
    for line in lines:
        rows_of.setdefault(f"{line['machine']} (PyTorch {line['torch']})", []).append(line["name"])
    usual, *others = sorted(rows_of, key=lambda machine: -len(rows_of[machine]))
    machines = [usual, *(f"on {machine}: {'; '.join(dict.fromkeys(rows_of[machine]))}" for machine in others)]
    rows = [shown(row, [line for line in lines if line["name"] == row.name]) for row in ROWS]
    head = "| training | parameters | epochs | seeds | test accuracy, % | spread | least | s | published or wanted |"
    return HEAD.format(machines="; ".join(machines)) + "\n".join(
        [head, "|---|---:|---:|---:|---:|---:|---:|---:|---|", *filter(None, rows), ""]
    )


def shown(row: Row, lines: list[dict[str, Any]]) -> str:
    """One row; nothing for what was not measured."""
    if not lines:
        return ""
    found = [100 * line["accuracy"] for line in lines]
    spread = f"{statistics.stdev(found):.2f}" if len(found) > 1 else ""
    target = f"{row.target:g}" if row.target is not None else ""
    seconds = statistics.median(line["seconds"] for line in lines)
    said = " - ".join(filter(None, (target, row.source)))
    return (
        f"| {row.name} | {lines[0]['params']:,} | {lines[0]['epochs']} | {len(found)} | {statistics.mean(found):.2f} | {spread} "
        f"| {min(found):.2f} | {seconds:.0f} | {said} |"
    )


if __name__ == "__main__":
    main()
