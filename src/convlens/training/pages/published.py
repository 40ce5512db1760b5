"""Published results on the data sets that convlens knows by name, to stand beside a run's own."""

from typing import NamedTuple

from convlens.training.pages.reading import RunReading


class Published(NamedTuple):
    """``accuracy`` in hundredths on the data's own test set of ``tests`` examples; ``params`` where they were told."""

    data: str
    tests: int
    network: str
    accuracy: float
    params: str
    source: str


_ZALANDO = "github.com/zalandoresearch/fashion-mnist"
_KIM = "arXiv:1408.5882"
_HARVARD = "github.com/harvardnlp/sent-conv-torch"
_AIRBENCH = "arXiv:2404.00498"

TABLE = (
    Published("fashion-mnist", 10_000, "LeNet-5, sigmoid", 82.0, "", "d2l.ai"),
    Published("fashion-mnist", 10_000, "AlexNet", 88.5, "", "d2l.ai"),
    Published("fashion-mnist", 10_000, "2 convolutions", 92.5, "<100 k", _ZALANDO),
    Published("fashion-mnist", 10_000, "VGG-16", 93.5, "26 M", _ZALANDO),
    Published("fashion-mnist", 10_000, "ResNet-18", 94.9, "", _ZALANDO),
    Published("fashion-mnist", 10_000, "DenseNet-BC", 95.4, "768 k", _ZALANDO),
    Published("fashion-mnist", 10_000, "WRN-40-4", 96.7, "8.9 M", _ZALANDO),
    Published("cifar10", 10_000, "airbench94", 94.0, "", _AIRBENCH),
    Published("cifar10", 10_000, "airbench96", 96.0, "", _AIRBENCH),
    Published("trec", 500, "CNN, random vectors", 88.2, "", _HARVARD),
    Published("trec", 500, "CNN-non-static", 92.8, "", _HARVARD),
    Published("trec", 500, "CNN-non-static", 93.6, "", _KIM),
)


def published(run: RunReading) -> tuple[Published, ...]:
    """Those on the same test set; () where the run's test part is not that set."""
    name = run.data.partition(":")[0]
    return tuple(one for one in TABLE if one.data == name and one.tests == run.parts.get("test"))
