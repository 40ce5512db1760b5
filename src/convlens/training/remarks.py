"""What a person should know before a training begins, beside its plan."""

from convlens.lang.choice import LANGUAGES
from convlens.lang.remark import Remark, as_remark
from convlens.training.augmentation.build import remarks_of as of_augmentation
from convlens.training.data.parts import Parts
from convlens.training.engine.job import Job
from convlens.training.losses.build import remarks_of as of_loss
from convlens.training.models.network import Network
from convlens.training.optimizers.build import remarks_of as of_optimizer
from convlens.training.settings.effect import unread
from convlens.training.settings.settings import Settings


def remarks_of(parts: Parts, network: Network, settings: Settings) -> list[Remark]:
    """How network and data were fitted to each other, and which settings do other than one may think."""
    data = map(as_remark, parts.about.get("remarks", ()))
    return [
        *network.remarks, *data, *of_loss(settings), *of_augmentation(settings, parts.classes), *of_optimizer(settings),
        *unread(settings),
    ]  # fmt: skip


def remarks_record(job: Job) -> list[dict[str, str]]:
    """Each by language."""
    return [{lang: each.text(lang) for lang in LANGUAGES} for each in remarks_of(job.parts, job.network, job.settings)]
