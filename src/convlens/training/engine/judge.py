"""How good the network is on examples that it does not learn from."""

from dataclasses import dataclass
from math import prod

import torch
from torch import Tensor, nn

from convlens.training.engine.feed import Feed
from convlens.training.engine.world import World

MOST = 512
VALUES = 1 << 23
"""Examples at a time, at most, and values of their inputs together: large pictures and volumes come in smaller batches."""


@dataclass(frozen=True)
class Judged:
    """Mean cross-entropy and share of right answers; ``probabilities`` (N, K) float32 on the processor, where asked for."""

    loss: float
    accuracy: float
    probabilities: Tensor | None = None


@torch.no_grad()
def judge(module: nn.Module, feed: Feed, world: World = World(), *, keep: bool = False) -> Judged:  # noqa: B008 - immutable
    """Judge all examples of a feed; each of several processes does its share of the batches, unless all are kept."""
    training = module.training
    module.eval()
    totals = torch.zeros(3, dtype=torch.float64, device="cpu")
    kept: list[Tensor] = []
    share = World() if keep else world
    for number, places in enumerate(torch.arange(len(feed.examples)).split(size_of(feed))):
        if number % share.size != share.rank:
            continue
        batch = feed.batch(places)
        with feed.form.autocast(feed.device):
            logits = module(batch.x).float()
        totals += _totals(logits, batch.labels)
        if keep:
            kept.append(logits.softmax(1).cpu())
    module.train(training)
    loss, right, count = _over(totals, share, feed.device).tolist()
    return Judged(loss / max(count, 1), right / max(count, 1), torch.cat(kept) if kept else None)


def size_of(feed: Feed) -> int:
    """How many examples are judged at a time."""
    return max(1, min(MOST, VALUES // prod(feed.preparation.shape)))


def _totals(logits: Tensor, labels: Tensor) -> Tensor:
    loss = nn.functional.cross_entropy(logits, labels, reduction="sum")
    right = (logits.argmax(1) == labels).sum()
    return torch.tensor([loss.item(), right.item(), len(labels)], dtype=torch.float64)


def _over(totals: Tensor, world: World, device: torch.device) -> Tensor:
    if world.size == 1:
        return totals
    return world.summed(totals.to(device if device.type == "cuda" else "cpu")).cpu()
