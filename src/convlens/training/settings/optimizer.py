"""The rule that turns a gradient into a step."""

from dataclasses import dataclass

from convlens.lang.messages import marked
from convlens.training.settings.setting import setting

OPTIMIZERS = ("sgd", "adagrad", "adadelta", "rmsprop", "rprop", "adam", "adamw", "ftrl", "lbfgs", "muon", "shampoo")


@dataclass(frozen=True, kw_only=True)
class OptimizerSettings:
    """The rule that turns a gradient into a step."""

    optimizer: str = setting(
        "adamw",
        marked("The rule that turns a gradient into a step."),
        marked("AdamW bears the same rate in many networks; SGD with Nesterov momentum may end better at a tuned rate."),
        words=OPTIMIZERS,
    )
    learning_rate: float = setting(
        0.005,
        marked("The length of a step; of one-cycle its highest value."),
        marked("For AdamW with one-cycle on small images; find it for your network with --find-lr."),
        above=0,
    )
    momentum: float = setting(
        0.9,
        marked("Share of the last step that goes into the next one (SGD, RMSprop, Muon, Shampoo)."),
        marked("The value of nearly every published network; 0 is plain gradient descent."),
        least=0,
        most=0.9999,
    )
    nesterov: bool = setting(
        True, marked("Look ahead along the momentum (SGD, Muon)."), marked("It costs nothing and is seldom worse.")
    )
    beta1: float = setting(
        0.9,
        marked("Decay of the mean of gradients (Adam, AdamW, and Muon's AdamW)."),
        marked("As in the paper of Adam."),
        least=0,
        most=0.9999,
    )
    beta2: float = setting(
        0.999,
        marked(
            "Decay of the mean of squared gradients (Adam, AdamW, and Muon's AdamW; of RMSprop its alpha, of Adadelta its rho)."
        ),
        marked("As in the paper of Adam."),
        least=0,
        most=0.999999,
    )
    epsilon: float = setting(
        1e-8,
        marked("Added to a denominator so that nothing is divided by zero (adaptive methods; of FTRL its beta)."),
        marked("As in the paper of Adam."),
        least=0,
        most=1,
    )
    ftrl_l1: float = setting(
        0.0, marked("L1 strength inside FTRL: it sets weights to exactly zero."), marked("Sparsity must be asked for."), least=0
    )
    ftrl_l2: float = setting(0.0, marked("L2 strength inside FTRL."), marked("Weight decay does the like."), least=0)
    clip: float | None = setting(
        None,
        marked("The longest gradient: a longer one is shortened to this norm."),
        marked("Networks with batch normalization seldom need it."),
        kinds=(float,),
        above=0,
    )
