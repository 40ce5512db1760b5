"""What keeps a network from learning its examples by heart."""

from dataclasses import dataclass

from convlens.lang.messages import marked
from convlens.training.settings.setting import setting


@dataclass(frozen=True, kw_only=True)
class RegularizationSettings:
    """What keeps a network from learning its examples by heart."""

    weight_decay: float = setting(
        0.01,
        marked("Pull of the weights towards zero, not on norms, biases and embeddings."),
        marked("AdamW's usual value; for SGD take 0.0005."),
        least=0,
        most=10,
    )
    decay_all: bool = setting(
        False, marked("Weight decay on norms and biases too."), marked("Pulling a norm's scale to zero only hurts.")
    )
    l1: float = setting(
        0.0,
        marked("Strength of the sum of absolute weights in the loss."),
        marked("It slows training and is seldom better than weight decay."),
        least=0,
    )
    dropout: float | None = setting(
        None,
        marked("Share of values that every dropout layer of the network sets to zero."),
        marked("Each network's own where none is given; a network without such a layer cannot take one."),
        kinds=(float,),
        least=0,
        most=0.95,
    )
    norm: str | None = setting(
        None,
        marked("The norm that stands where the network has batch normalization."),
        marked("The network's own; group norm where batches are tiny."),
        kinds=(str,),
        words=("batch", "group", "instance", "layer", "none"),
    )
    label_smoothing: float = setting(
        0.0,
        marked("Share of the target that is spread over all classes."),
        marked("It helps long trainings and makes probabilities too modest in short ones."),
        least=0,
        most=0.9,
    )
    ema: float | None = setting(
        None,
        marked("Decay of a running mean of the weights, which is what is tested and kept."),
        marked("It helps where the rate stays high to the end; one-cycle does not."),
        kinds=(float,),
        above=0,
        most=0.99999,
    )
    initialization: str | None = setting(
        None,
        marked("The rule by which first weights are drawn; normal has a spread of 0.01."),
        marked("PyTorch's own, which suits each kind of layer; he is made for ReLU, xavier for tanh."),
        kinds=(str,),
        words=("xavier", "he", "normal", "zeros"),
    )
