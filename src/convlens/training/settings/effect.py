"""Which settings have no effect beside others."""

from collections.abc import Iterator

from convlens.lang.messages import marked
from convlens.lang.remark import Remark, remark
from convlens.training.settings.settings import Settings, table

READ_BY: dict[str, tuple[str, tuple[str, ...]]] = {
    "momentum": ("optimizer", ("sgd", "rmsprop", "muon", "shampoo")),
    "nesterov": ("optimizer", ("sgd", "muon")),
    "beta1": ("optimizer", ("adam", "adamw", "muon")),
    "beta2": ("optimizer", ("adam", "adamw", "muon", "rmsprop", "adadelta")),
    "epsilon": ("optimizer", ("adagrad", "adadelta", "rmsprop", "adam", "adamw", "muon", "ftrl")),
    "ftrl_l1": ("optimizer", ("ftrl",)),
    "ftrl_l2": ("optimizer", ("ftrl",)),
    "decay": ("schedule", ("step", "exponential", "reduce-on-plateau")),
    "milestones": ("schedule", ("step",)),
    "power": ("schedule", ("polynomial",)),
    "plateau": ("schedule", ("reduce-on-plateau",)),
    "final_rate": ("schedule", ("cosine", "polynomial")),
    "focal_gamma": ("loss", ("focal",)),
}
"""For a setting, another one and the values of that which read it."""

UNREAD = marked("{name} has no effect: {other} {value} does not read it.")


def unread(settings: Settings) -> Iterator[Remark]:
    """A remark for each setting that is not its default and that nothing reads."""
    for about in table():
        if about.name in READ_BY and getattr(settings, about.name) != about.default:
            other, values = READ_BY[about.name]
            if getattr(settings, other) not in values:
                yield remark(UNREAD, name=about.name, other=other, value=getattr(settings, other))
