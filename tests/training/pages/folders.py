"""Folders of runs as the engine writes them: a real little training on blobs, and one that means harm."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.numpy import save_file
from torch import nn

from convlens.training.settings.settings import Settings

CLASSES = ("T-shirt/top", "trouser", "pullover", "dress", "coat")
SIDE = 12
NETWORK = "input x: 1x1x12x12\nc1 = conv(x, out=6, kernel=5x5)\na1 = relu(c1)\np1 = max_pool(a1, kernel=2x2, stride=2)\nf = flatten(p1)\nout = linear(f, out=5)\noutput out\n"
HOSTILE = "</script><script>window.hacked=1</script><img src=x onerror=window.hacked=1>"


class Small(nn.Module):
    def __init__(self, classes: int) -> None:
        super().__init__()
        self.c1, self.out = nn.Conv2d(1, 6, 5), nn.Linear(6 * 4 * 4, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.out(torch.max_pool2d(torch.relu(self.c1(x)), 2).flatten(1))


def blobs(count: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """uint8 pictures (N, 1, 12, 12) of one blob, whose place says the class, and labels."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.randint(len(CLASSES), (count,), generator=generator)
    rows, columns = torch.meshgrid(torch.arange(SIDE), torch.arange(SIDE), indexing="ij")
    angle = labels * (2 * torch.pi / len(CLASSES)) + 0.45 * torch.randn(count, generator=generator)
    at = (5.5 + 3 * torch.sin(angle), 5.5 + 3 * torch.cos(angle))
    distance = (rows - at[0][:, None, None]) ** 2 + (columns - at[1][:, None, None]) ** 2
    pictures = 200 * torch.exp(-distance / 4) + 40 * torch.rand(count, SIDE, SIDE, generator=generator)
    return pictures.round().to(torch.uint8)[:, None], labels


def write_run(folder: Path, *, epochs: int = 3, seed: int = 0, name: str = "", groups: bool = False, **chosen: Any) -> Path:
    """Trains on 600 blobs and writes everything that a finished run has."""
    settings = Settings().with_values({"epochs": epochs, "seed": seed, "batch": 20, **chosen})
    (folder / "checkpoints").mkdir(parents=True)
    torch.manual_seed(seed)
    model, (pictures, labels), (held, wanted) = Small(len(CLASSES)), blobs(600, 1), blobs(300, 2)
    optimizer = torch.optim.AdamW(model.parameters(), settings.learning_rate)
    steps, rows, step = [], [], 0
    for epoch in range(1, epochs + 1):
        order = torch.randperm(600, generator=torch.Generator().manual_seed(1000 * seed + epoch))
        right = total = 0.0
        for places in order.split(20):
            loss = nn.functional.cross_entropy(scores := model(as_input(pictures[places])), labels[places])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            step += 1
            right, total = right + float((scores.argmax(1) == labels[places]).sum()), total + loss.item() * len(places)
            steps.append(
                {
                    "step": step,
                    "epoch": round(step / 30, 4),
                    "loss": loss.item(),
                    "learning_rate": 0.005 * (1 - step / (30 * epochs)),
                    "seconds": 0.01 * (step - 30 * (epoch - 1)),
                }
            )
        scores = model(as_input(held)).detach()
        rows.append({
            "epoch": epoch, "step": step, "train_loss": total / 600, "train_accuracy": right / 600,
            "validation_loss": float(nn.functional.cross_entropy(scores, wanted)), "validation_accuracy": float((scores.argmax(1) == wanted).float().mean()),
            "learning_rate": steps[-1]["learning_rate"], "seconds": 0.3, "cpu_seconds": 0.29, "examples_per_second": 2000.0, "peak_bytes": 3_000_000,
        })  # fmt: skip
    write_about(folder, settings, name or folder.name, step)
    lines(folder / "steps.jsonl", steps)
    lines(folder / "epochs.jsonl", rows)
    write_test(folder, model, groups)
    weights = {f"model.{key}": value.numpy() for key, value in model.state_dict().items()}
    save_file(
        {**weights, "optimizer.0": np.zeros(4, np.float32)}, folder / "checkpoints" / "best.safetensors", {"step": str(step)}
    )
    return folder


def write_about(folder: Path, settings: Settings, name: str, step: int) -> None:
    run = {
        "schema": "convlens/train/1", "name": name, "network": "small", "data": "blobs", "command": f"convlens train small --data blobs --epochs {settings.epochs} --batch 20",
        "started": "2026-01-02T03:04:05Z", "versions": {"convlens": "0.1.0", "torch": "2.13.0"}, "machine": {"processor": "2 cores", "device": "cpu"},
        "params": 641, "macs": 10_080, "input": [1, 12, 12], "classes": CLASSES, "parts": {"train": 600, "validation": 300, "test": 300}, "fingerprint": "a" * 64, "remarks": [],
    }  # fmt: skip
    (folder / "run.json").write_text(json.dumps(run), encoding="utf-8")
    values = {"network": "small", "data": "blobs", **settings.to_dict()}
    (folder / "settings.toml").write_text(
        "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items()), encoding="utf-8"
    )
    (folder / "network.txt").write_text(NETWORK, encoding="utf-8")
    (folder / "preparation.json").write_text(json.dumps({"kind": "image", "mean": [0.2], "std": [0.3]}), encoding="utf-8")


def write_test(folder: Path, model: nn.Module, groups: bool) -> None:
    pictures, labels = blobs(300, 3)
    probabilities = model(as_input(pictures)).detach().softmax(1)
    predicted = probabilities.argmax(1)
    confusion = np.zeros((len(CLASSES), len(CLASSES)), int)
    np.add.at(confusion, (labels.numpy(), predicted.numpy()), 1)
    right = (predicted == labels).numpy()
    shares = {f"speaker {at}": float(right[at::3].mean()) for at in range(3)} if groups else {}
    test = {
        "accuracy": float(right.mean()),
        "loss": float(nn.functional.nll_loss(probabilities.log(), labels)),
        "confusion": confusion.tolist(),
        "groups": shares,
        "seconds": 0.05,
    }
    (folder / "test.json").write_text(json.dumps(test), encoding="utf-8")
    save_file(
        {"probabilities": probabilities.numpy(), "labels": labels.numpy(), "places": np.arange(300)},
        folder / "predictions.safetensors",
    )
    wrong = np.flatnonzero(~right)
    wrong = wrong[np.argsort(-probabilities.max(1).values.numpy()[wrong])][:24]
    rows = {
        "rows": pictures.numpy()[wrong],
        "labels": labels.numpy()[wrong],
        "predicted": predicted.numpy()[wrong],
        "probability": probabilities.max(1).values.numpy()[wrong],
    }
    save_file({key: np.ascontiguousarray(value) for key, value in rows.items()}, folder / "mistakes.safetensors")
    (folder / "mistakes.json").write_text(json.dumps([f"test {at}" for at in wrong]), encoding="utf-8")


def as_input(pictures: torch.Tensor) -> torch.Tensor:
    return (pictures.float() / 255 - 0.2) / 0.3


def lines(path: Path, rows: list[dict[str, Any]], broken: str = "") -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows) + broken, encoding="utf-8")


def cut_off(folder: Path) -> Path:
    """As a killed run leaves it: half a line, no test."""
    for name in ("test.json", "predictions.safetensors", "mistakes.safetensors", "mistakes.json"):
        (folder / name).unlink()
    for name in ("steps.jsonl", "epochs.jsonl"):
        path = folder / name
        path.write_bytes(path.read_bytes()[:-25])
    return folder


def write_hostile(folder: Path) -> Path:
    """Names that are markup or endless, numbers that are none, files of other kinds, links that lead away."""
    write_run(folder)
    long = "x" * 10_000
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    run |= {"name": HOSTILE, "network": long, "data": HOSTILE, "command": [HOSTILE, long, "\x1b[31m"], "classes": [HOSTILE, long, "\u202eevil", "=cmd|A1", ""], "params": 10**400,
            "macs": -1, "input": "1x1", "versions": {HOSTILE: HOSTILE}, "machine": HOSTILE, "fingerprint": [1], "remarks": [HOSTILE, long], "parts": {"test": float("nan"), HOSTILE: 3}}  # fmt: skip
    (folder / "run.json").write_text(json.dumps(run), encoding="utf-8")
    (folder / "settings.toml").write_text(
        f'epochs = "many"\nlearning_rate = -1\nunknown = "{long}"\n[optimizer]\nmomentum = 0.5\n', encoding="utf-8"
    )
    steps = [
        {
            "step": at,
            "epoch": 1,
            "loss": float("nan") if at % 7 == 3 else 1e300 if at == 5 else 1 / at,
            "learning_rate": "high" if at == 2 else 0.1,
            "seconds": None,
        }
        for at in range(1, 900)
    ]
    lines(folder / "steps.jsonl", steps, broken='[1]\n{"step": ' + "9" * 5000 + "}\n" + "[" * 5000 + "\n{")
    test = json.loads((folder / "test.json").read_text(encoding="utf-8"))
    (folder / "test.json").write_text(
        json.dumps({**test, "groups": {HOSTILE: 0.5, long: float("inf"), "a": "b"}, "loss": float("inf")}), encoding="utf-8"
    )
    (folder / "mistakes.json").write_text(json.dumps([HOSTILE, 3, long]), encoding="utf-8")
    (folder / "preparation.json").write_text("[" * 100_000, encoding="utf-8")
    (folder / "predictions.safetensors").write_bytes((1 << 60).to_bytes(8, "little") + b"{}")
    checkpoint = folder / "checkpoints" / "best.safetensors"
    checkpoint.write_bytes(checkpoint.read_bytes()[:-100])
    return folder
