"""Muon for the weights of convolutions and linear layers, AdamW for the rest, as one optimizer."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from convlens.ir.errors import UsageError
from convlens.lang.sentence import Sentence
from convlens.training.optimizers.fused import aligned, fusible


class MuonWithAdamW(torch.optim.Optimizer):
    """A group with ``matrix`` true is moved by `torch.optim.Muon`, any other by `torch.optim.AdamW`.

    Muon takes matrices only: a kernel (C_out, C_in, k, ...) is taken as (C_out, C_in * k * ...), as its author does.
    Steps are scaled to the size of AdamW's (``match_rms_adamw``), so both take the same learning rate and weight decay.
    The state belongs to the parameters themselves. Source: Jordan, kellerjordan.github.io/posts/muon; Liu et al.,
    arXiv:2502.16982v1, section 2.2. Raises `UsageError` where PyTorch is older than 2.9 and has no Muon.
    """

    def __init__(self, groups: list[dict[str, Any]], *, lr: float, momentum: float, nesterov: bool, betas: tuple[float, float],
                 eps: float) -> None:  # fmt: skip
        if not hasattr(torch.optim, "Muon"):
            raise UsageError(
                Sentence(
                    "muon needs PyTorch {least} or later; here is {version}\n  fix: pip install --upgrade torch",
                    least="2.9", version=str(torch.__version__),
                )
            )  # fmt: skip
        super().__init__(
            groups, {"lr": lr, "momentum": momentum, "nesterov": nesterov, "betas": betas, "eps": eps, "matrix": False}
        )

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            weights = [weight for weight in group["params"] if weight.grad is not None]
            if weights:
                (self._by_muon if group["matrix"] else self._by_adamw)(weights, group)
        return loss

    def _by_muon(self, weights: list[Tensor], group: dict[str, Any]) -> None:
        matrices = [_matrix(weight) for weight in weights]
        kept = ("lr", "weight_decay", "momentum", "nesterov")
        rule: torch.optim.Optimizer = torch.optim.Muon(
            matrices, **{name: group[name] for name in kept}, adjust_lr_fn="match_rms_adamw"
        )
        for weight, matrix in zip(weights, matrices, strict=True):
            rule.state[matrix] = self.state[weight]
        rule.step()
        for weight, matrix in zip(weights, matrices, strict=True):
            weight.copy_(matrix.view(weight.shape))

    def _by_adamw(self, weights: list[Tensor], group: dict[str, Any]) -> None:
        kept = ("lr", "weight_decay", "betas", "eps")
        rule = aligned(torch.optim.AdamW(weights, **{name: group[name] for name in kept}, fused=fusible(weights, ("cpu",))))
        for weight in weights:
            rule.state[weight] = self.state[weight]
        rule.step()


def _matrix(weight: Tensor) -> Tensor:
    """A copy with two axes, and its gradient."""
    matrix = weight.detach().flatten(1).clone(memory_format=torch.contiguous_format)
    matrix.grad = weight.grad.flatten(1) if weight.grad is not None else None
    return matrix
