"""What a training costs: convlens train against a plain loop over a DataLoader, CPU seconds of one thread, in one run.

    python -m bench.train [--rounds N] [--full]

The plain loop is what tutorials write: a Dataset that makes a PIL picture of each example, to a tensor, normalised; a DataLoader
with its defaults, batch 64; float32; Adam with its default rate. Epochs of both take turns; every training of convlens has a
process of its own, because it changes how its process keeps memory. With ``--full`` both train to the plain loop's accuracy after
ten epochs. Writes docs/training-speed.md.
"""

import argparse
import json
import multiprocessing
import statistics
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset

from convlens.backends.torch.module import as_module
from convlens.importers.model import load as load_network
from convlens.training.data.sources.idx import fashion_mnist
from convlens.training.recipe import recipe_of
from convlens.training.train import train

PAGE = Path(__file__).parents[1] / "docs" / "training-speed.md"
DATA = Path("/usr/share/datasets/fashion-mnist")
RECIPES = ("lenet5", "small-cnn")
LOOP = (
    "The plain loop is what tutorials write: a Dataset that makes a PIL picture of each example, to a tensor, normalised; a "
    "DataLoader with its defaults, batch 64; float32; Adam with its default rate. Epochs of both take turns; an epoch is the "
    "mean of all that were run. Measured on a machine that did other work as well: CPU seconds of one thread."
)


class Pictures(Dataset[tuple[torch.Tensor, int]]):
    """As torchvision's FashionMNIST with ToTensor and Normalize."""

    def __init__(self, images: torch.Tensor, labels: torch.Tensor) -> None:
        self.images, self.labels = images, labels

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, at: int) -> tuple[torch.Tensor, int]:
        picture = Image.fromarray(self.images[at].numpy(), mode="L")
        values = torch.frombuffer(bytearray(picture.tobytes()), dtype=torch.uint8).view(1, 28, 28).float().div(255)
        return values.sub(0.286).div(0.353), int(self.labels[at])


class Plain:
    """The tutorials' loop around the same network."""

    def __init__(self, recipe: str, seed: int = 0) -> None:
        torch.manual_seed(seed)
        raw = fashion_mnist(DATA)
        test = raw.official_test
        images, labels = raw.items[:, 0], raw.labels
        self.loader = DataLoader(Pictures(images[~test], labels[~test]), batch_size=64, shuffle=True)
        self.examples = int(test.sum())
        self.tested = DataLoader(Pictures(images[test], labels[test]), batch_size=64)
        self.net = as_module(load_network(recipe_of(recipe).network), seed=seed)
        self.optimizer = torch.optim.Adam(self.net.parameters())
        self.loss = nn.CrossEntropyLoss()

    def epoch(self) -> float:
        """CPU seconds of one epoch."""
        begun = time.process_time()
        self.net.train()
        for x, y in self.loader:
            self.optimizer.zero_grad()
            self.loss(self.net(x), y).backward()
            self.optimizer.step()
        return time.process_time() - begun

    @torch.no_grad()
    def accuracy(self) -> float:
        self.net.eval()
        right = sum(int((self.net(x).argmax(1) == y).sum()) for x, y in self.tested)
        return right / self.examples


def ours(recipe: str, epochs: int) -> dict[str, Any]:
    """A run of the recipe with all its training examples: CPU seconds of each epoch, and the test accuracy."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        return process.submit(_ours, recipe, epochs).result()


def _ours(recipe: str, epochs: int) -> dict[str, Any]:
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        run = train(recipe, out=Path(folder) / "run", epochs=epochs, validation=0, device="cpu")
        return {"seconds": [epoch["cpu_seconds"] for epoch in run.epochs], "accuracy": run.test_accuracy,
                "form": run.record["measured"]}  # fmt: skip


def measured(recipe: str, rounds: int, full: bool) -> dict[str, Any]:
    """Epochs of both in turns; with ``full`` ten of the plain loop and its accuracy."""
    plain = Plain(recipe)
    seconds: list[float] = []
    own: list[float] = []
    for _ in range(rounds):
        seconds.append(plain.epoch())
        once = ours(recipe, 1)
        own += once["seconds"]
    found: dict[str, Any] = {"recipe": recipe, "form": once["form"]}
    if full:
        while len(seconds) < 10:
            seconds.append(plain.epoch())
        found |= {"plain_ten": sum(seconds), "plain_accuracy": plain.accuracy()}
        for epochs in (2, 3, 10):
            reached = ours(recipe, epochs)
            own += reached["seconds"]
            found |= {f"ours_{epochs}": sum(reached["seconds"]), f"accuracy_{epochs}": reached["accuracy"]}
    return found | {"plain": statistics.mean(seconds), "ours": statistics.mean(own)}


def page(lines: list[dict[str, Any]]) -> str:
    """The figures as Markdown."""
    rows = ["| recipe | plain loop, s an epoch | convlens, s an epoch | ratio | computed in |", "|---|---:|---:|---:|---|"]
    for line in lines:
        form = f"{line['form']['precision']}, {line['form']['layout']}, batch {line['form']['batch']}"
        ratio = line["plain"] / line["ours"]
        rows.append(f"| {line['recipe']} | {line['plain']:.1f} | {line['ours']:.1f} | {ratio:.1f}x | {form} |")
    whole = ["", "| recipe | loop | epochs | CPU s | test accuracy, % |", "|---|---|---:|---:|---:|"]
    for line in (line for line in lines if "plain_ten" in line):
        whole.append(f"| {line['recipe']} | plain | 10 | {line['plain_ten']:.0f} | {100 * line['plain_accuracy']:.1f} |")
        whole += [
            f"| {line['recipe']} | convlens | {n} | {line[f'ours_{n}']:.0f} | {100 * line[f'accuracy_{n}']:.1f} |"
            for n in (2, 3, 10)
        ]
    text = LOOP
    return "\n".join(
        ["# What a training costs", "", "Written by `python -m bench.train --full`.", "", text, "", *rows, *whole, ""]
    )


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--full", action="store_true")
    options = asked.parse_args()
    torch.set_num_threads(1)
    lines = []
    for recipe in RECIPES:
        lines.append(measured(recipe, options.rounds, options.full))
        print(json.dumps(lines[-1]), flush=True)
    PAGE.write_text(page(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
