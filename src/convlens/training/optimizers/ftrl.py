"""FTRL-Proximal: follow the regularised leader, for each coordinate with a rate of its own."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

INITIAL_ACCUMULATOR = 0.1
"""Keras's ``initial_accumulator_value``; the paper starts at 0."""


class Ftrl(torch.optim.Optimizer):
    """A weight is what minimises all gradients so far, its distance from all earlier weights, and L1 and L2 together.

    For each coordinate, with gradient g, weight w and inverse rate ``r = (beta + sqrt(n)) / lr``::

        n += g^2
        z += g - (r_now - r_before) * w
        w  = -(z - sign(z) * l1) / (r_now + l2)   where |z| > l1, else 0

    This is Algorithm 1 of McMahan et al., Ad Click Prediction (KDD 2013), and Keras's ``Ftrl`` with
    ``learning_rate_power=-0.5``, ``l1_regularization_strength=l1``, ``l2_regularization_strength=l2 / 2`` and
    ``l2_shrinkage_regularization_strength=weight_decay / 2``: ``weight_decay * w`` is added to the gradient in z.

    Two things are more than there. ``r_before`` is kept with the rate of its own step, so that a schedule changes the
    length of a step and not the weights themselves. And ``z`` starts where the formula gives the weights that are there:
    with ``z = 0`` the first step throws them away, which is right for the linear models of the paper, whose weights start
    at 0, and stops a network from learning. ``keep_start=False`` starts at 0 like Keras. Without L1 and L2 it is Adagrad.

    >>> weight = torch.nn.Parameter(torch.zeros(1))
    >>> weight.grad = torch.ones(1)
    >>> Ftrl([weight], lr=1.0, initial_accumulator=0.0).step()
    >>> weight.item()
    -1.0
    """

    def __init__(
        self, params: Any, lr: float, *, l1: float = 0.0, l2: float = 0.0, beta: float = 0.0, weight_decay: float = 0.0,
        initial_accumulator: float = INITIAL_ACCUMULATOR, keep_start: bool = True,
    ) -> None:  # fmt: skip
        self.initial_accumulator = initial_accumulator
        self.keep_start = keep_start
        super().__init__(params, {"lr": lr, "l1": l1, "l2": l2, "beta": beta, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is not None:
                    self._move(weight, weight.grad, group)
        return loss

    def _move(self, weight: Tensor, gradient: Tensor, group: dict[str, Any]) -> None:
        state = self.state[weight] or self._start(weight, group)
        before = _inverse_rate(state["accumulator"], state["rate"], group["beta"])
        state["accumulator"].addcmul_(gradient, gradient)
        state["rate"] = group["lr"]
        now = _inverse_rate(state["accumulator"], state["rate"], group["beta"])
        state["linear"].add_(gradient).addcmul_(now - before, weight, value=-1)
        if group["weight_decay"]:
            state["linear"].add_(weight, alpha=group["weight_decay"])
        linear: Tensor = state["linear"]
        weight.copy_((linear.clamp(-group["l1"], group["l1"]) - linear) / (now + group["l2"]))

    def _start(self, weight: Tensor, group: dict[str, Any]) -> dict[str, Any]:
        accumulator = torch.full_like(weight, self.initial_accumulator, memory_format=torch.preserve_format)
        linear = torch.zeros_like(weight, memory_format=torch.preserve_format)
        if self.keep_start:
            inverse = _inverse_rate(accumulator, group["lr"], group["beta"]) + group["l2"]
            linear = -weight * inverse - weight.sign() * group["l1"]
        state = {"accumulator": accumulator, "linear": linear, "rate": group["lr"]}
        self.state[weight] = state
        return state


def _inverse_rate(accumulator: Tensor, rate: float, beta: float) -> Tensor:
    return (accumulator.sqrt() + beta) / max(rate, 1e-30)  # a rate of 0, with which nothing moves
