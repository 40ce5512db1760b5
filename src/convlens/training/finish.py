"""What is done when the last step is done: the weights are chosen, tested and kept, the page is written."""

from convlens.lang.choice import preferred
from convlens.training.engine.diverged import spoilt
from convlens.training.engine.exam import exam, write_exam
from convlens.training.engine.feed import Feed
from convlens.training.engine.loop import Loop
from convlens.training.pages.page import run_page
from convlens.training.record.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from convlens.training.record.files import write
from convlens.training.record.folder import RunFolder


def finish(loop: Loop) -> None:
    """Test the weights that are kept (the last, or with patience the best) and write all that is left to write."""
    job, module = loop.job, loop.stepper.module
    if job.settings.patience is None or not job.folder.best.exists():
        save_checkpoint(job.folder.best, Checkpoint(loop.step, loop.weights()))
    module.load_state_dict(dict(load_checkpoint(job.folder.best).model))
    record, judged = exam(module, Feed(job.parts.test, job.parts.preparation, job.form, job.device), job.parts)
    error = spoilt(job, loop.stepper, loop.step, judged.loss)
    if error is not None:
        raise error
    write_exam(job.folder, record, judged, job.parts)
    write_page(job.folder, loop.watch.lang or preferred())


def write_page(folder: RunFolder, lang: str) -> None:
    """The page of the run, as far as it came."""
    write(folder.page, run_page([folder.path], lang).encode("utf-8"))
