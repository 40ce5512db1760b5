"""The optimizer that the settings ask for."""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from convlens.ir.errors import UsageError
from convlens.lang.messages import marked
from convlens.lang.remark import Remark, remark
from convlens.lang.sentence import Sentence
from convlens.training.optimizers.ftrl import Ftrl
from convlens.training.optimizers.fused import aligned, fusible
from convlens.training.optimizers.groups import groups_of
from convlens.training.optimizers.muon import MuonWithAdamW
from convlens.training.optimizers.shampoo import shampoo
from convlens.training.settings.settings import Settings

Groups = list[dict[str, Any]]
WHOLE = ("lbfgs", "rprop")
"""They look at how the gradient changes from step to step, and have no weight decay."""

_UNPULLED = marked("{optimizer} has no weight decay: weight_decay={weight_decay} changes nothing.")
_UNSCHEDULED = marked(
    "rprop finds the length of each weight's step by itself: schedule and warmup change nothing, the learning rate is the first."
)
_WHOLE = marked(
    "{optimizer} looks at how the gradient changes from step to step, so it needs the whole data in every step: --batch full."
)


def optimizer_of(settings: Settings, module: nn.Module) -> torch.optim.Optimizer:
    """The optimizer over everything in the module that is trained, in groups with and without weight decay.

    The rate is ``group["lr"]`` of every group. L-BFGS needs a closure for its step: it evaluates the loss several times.
    A module that is to be channels-last is made so before.
    Raises `UsageError` where nothing is trained, where a package is missing, and for what does not go together.

    >>> optimizer = optimizer_of(Settings(), nn.Linear(2, 1))
    >>> type(optimizer).__name__, [group["weight_decay"] for group in optimizer.param_groups]
    ('AdamW', [0.01, 0.0])
    """
    groups = groups_of(settings, module)
    if settings.optimizer == "lbfgs" and settings.clip is not None:
        raise UsageError(
            Sentence(
                "clip={clip} with lbfgs: its line search needs the gradient as it is\n  fix: leave clip out",
                clip=f"{settings.clip:g}",
            )
        )
    if not groups:
        raise UsageError(
            Sentence("the network has no weight that is trained\n  fix: a network with parameters that require gradients")
        )
    return _MADE[settings.optimizer](settings, groups)


def remarks_of(settings: Settings) -> list[Remark]:
    """What a person should know before training with this optimizer."""
    found = []
    if settings.optimizer in WHOLE and settings.weight_decay:
        found.append(remark(_UNPULLED, optimizer=settings.optimizer, weight_decay=f"{settings.weight_decay:g}"))
    if settings.optimizer == "rprop" and (settings.schedule != "fixed" or settings.warmup):
        found.append(remark(_UNSCHEDULED))
    if settings.optimizer in WHOLE and settings.batch != "full":
        found.append(remark(_WHOLE, optimizer=settings.optimizer))
    return found


def _sgd(s: Settings, groups: Groups) -> torch.optim.Optimizer:
    nesterov = s.nesterov and s.momentum > 0
    return aligned(torch.optim.SGD(groups, s.learning_rate, s.momentum, nesterov=nesterov, fused=fusible(_all(groups))))


def _adagrad(s: Settings, groups: Groups) -> torch.optim.Optimizer:
    return aligned(torch.optim.Adagrad(groups, s.learning_rate, eps=s.epsilon, fused=fusible(_all(groups), ("cpu",))))


def _adadelta(s: Settings, groups: Groups) -> torch.optim.Optimizer:
    return torch.optim.Adadelta(groups, s.learning_rate, rho=s.beta2, eps=s.epsilon)


def _rmsprop(s: Settings, groups: Groups) -> torch.optim.Optimizer:
    return torch.optim.RMSprop(groups, s.learning_rate, alpha=s.beta2, eps=s.epsilon, momentum=s.momentum)


def _rprop(s: Settings, groups: Groups) -> torch.optim.Optimizer:
    return torch.optim.Rprop(_without_decay(groups), s.learning_rate)


def _adam(s: Settings, groups: Groups) -> torch.optim.Optimizer:
    return aligned(torch.optim.Adam(groups, s.learning_rate, (s.beta1, s.beta2), s.epsilon, fused=fusible(_all(groups))))


def _adamw(s: Settings, groups: Groups) -> torch.optim.Optimizer:
    return aligned(torch.optim.AdamW(groups, s.learning_rate, (s.beta1, s.beta2), s.epsilon, fused=fusible(_all(groups))))


def _ftrl(s: Settings, groups: Groups) -> torch.optim.Optimizer:
    return Ftrl(groups, s.learning_rate, l1=s.ftrl_l1, l2=s.ftrl_l2, beta=s.epsilon)


def _lbfgs(s: Settings, groups: Groups) -> torch.optim.Optimizer:
    """With a line search, without which one bad step ends in numbers that are not finite.

    PyTorch's reads every gradient as one row, which a channels-last one is not: its weights become contiguous here.
    """
    weights = _all(groups)
    for weight in weights:
        weight.data = weight.data.contiguous()
    return torch.optim.LBFGS(weights, s.learning_rate, line_search_fn="strong_wolfe")


def _muon(s: Settings, groups: Groups) -> torch.optim.Optimizer:
    return MuonWithAdamW(
        groups, lr=s.learning_rate, momentum=s.momentum, nesterov=s.nesterov, betas=(s.beta1, s.beta2), eps=s.epsilon
    )


def _shampoo(s: Settings, groups: Groups) -> torch.optim.Optimizer:
    return shampoo(groups, s.learning_rate, s.momentum)


def _without_decay(groups: Groups) -> Groups:
    return [{"params": group["params"]} for group in groups]


def _all(groups: Groups) -> list[nn.Parameter]:
    return [item for group in groups for item in group["params"]]


_MADE: dict[str, Callable[[Settings, Groups], torch.optim.Optimizer]] = {
    "sgd": _sgd, "adagrad": _adagrad, "adadelta": _adadelta, "rmsprop": _rmsprop, "rprop": _rprop, "adam": _adam,
    "adamw": _adamw, "ftrl": _ftrl, "lbfgs": _lbfgs, "muon": _muon,
    "shampoo": _shampoo,
}  # fmt: skip
