"""What is said where the loss, or its gradient, is no finite number any more."""

import math

from torch import Tensor

from convlens.ir.errors import ConvlensError
from convlens.lang.sentence import Sentence
from convlens.training.engine.blame import first_broken, first_gradient
from convlens.training.engine.job import Job
from convlens.training.engine.step import Stepper
from convlens.training.engine.world import PeerError
from convlens.training.record.checkpoint import last, saved


class DivergedError(ConvlensError):
    """The loss is no finite number any more."""


def blamed(job: Job, stepper: Stepper, step: int, loss: float, mine: Tensor, *, before: bool) -> ConvlensError:
    """The error of step number ``step``, from 0, on the places ``mine`` of this process, with the layer where it began.

    ``before`` is true where the weights are still those from before the step; else those of the last checkpoint are asked.
    """
    known = before or _put_back(job, stepper)
    layer = first_broken(stepper.module, stepper.feed.batch(mine).x) if known and len(mine) else ""
    layer = next((found for found in job.world.gathered(layer) if found), "")
    gradient = first_gradient(stepper.module) if before and not layer else ""
    kept = saved(job.folder.checkpoints)
    error = _diverged(step + 1, loss, layer, gradient, stepper.schedule.rate(step), str(kept[-1]) if kept else "")
    return error if job.world.first else PeerError(str(error), error.exit_code)


def spoilt(job: Job, stepper: Stepper, step: int, judged: float) -> ConvlensError | None:
    """The error where ``step`` steps left a network that gives no finite number, which no later training loss would tell.

    ``judged`` is its loss on examples that it did not learn from.
    """
    weights = stepper.module.state_dict().items()
    name = next((name for name, value in weights if value.is_floating_point() and not bool(value.isfinite().all())), "")
    if not name and math.isfinite(judged):
        return None
    bad = Sentence("the loss of the examples to judge by is {loss}", loss=judged)
    what = Sentence("{name} is not finite", name=repr(name)) if name else bad
    rate = stepper.schedule.rate(step - 1)
    message = Sentence(
        "{what} after step {step} (learning rate {rate})\n  fix: {fix}", what=what, step=step, rate=f"{rate:.3g}", fix=_fix(rate)
    )
    return DivergedError(message) if job.world.first else PeerError(message, DivergedError.exit_code)


def _put_back(job: Job, stepper: Stepper) -> bool:
    """Weights from before they were spoilt; False where no checkpoint has them."""
    kept = job.world.told(last(job.folder.checkpoints)[0] if job.world.first else None)
    if kept is None:
        return False
    stepper.module.load_state_dict(dict(kept.model))
    return True


def _diverged(step: int, loss: float, layer: str, gradient: str, rate: float, kept: str) -> DivergedError:
    """What is said; ``kept`` names the checkpoint that is whole."""
    what = Sentence("the loss became {loss} in step {step} (learning rate {rate})", loss=loss, step=step, rate=f"{rate:.3g}")
    if math.isfinite(loss):
        what = Sentence(
            "the gradient is not finite in step {step} (loss {loss}, learning rate {rate})",
            step=step, loss=f"{loss:.4g}", rate=f"{rate:.3g}",
        )  # fmt: skip
    where = Sentence("; the first layer whose output is not finite is {layer}", layer=repr(layer)) if layer else ""
    if gradient:
        where = Sentence("; every layer's output is finite, the gradient of {name} is not", name=repr(gradient))
    saved = Sentence("\n  kept: {path}", path=kept) if kept else ""
    return DivergedError(Sentence("{what}{where}{saved}\n  fix: {fix}", what=what, where=where, saved=saved, fix=_fix(rate)))


def _fix(rate: float) -> str:
    return Sentence(
        "--learning-rate {rate}, --clip 1, or --find-lr to find a rate that this network bears", rate=f"{rate / 10:.2g}"
    )
