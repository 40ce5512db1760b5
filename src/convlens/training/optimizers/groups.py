"""Which parameters weight decay pulls, and which it leaves alone."""

from typing import Any

from torch import nn

from convlens.backends.torch.module import GraphModule
from convlens.ops._norm import Normalisation
from convlens.training.settings.settings import Settings

_SPARED = (
    nn.modules.batchnorm._NormBase, nn.GroupNorm, nn.LayerNorm, nn.modules.normalization.RMSNorm,  # noqa: SLF001 - the base of all of them
    nn.Embedding, nn.EmbeddingBag,
)  # fmt: skip
_SPARED_OPS = ("embedding", "embedding_bag", "parameter", "rms_norm", "weight_norm")


def groups_of(settings: Settings, module: nn.Module) -> list[dict[str, Any]]:
    """Two parameter groups: the weights of layers (``matrix`` true), and norms, biases and embeddings, which do not decay.

    With ``decay_all`` both decay. A group without parameters is left out.
    """
    pulled = decaying(module)
    ids = {id(item) for item in pulled}
    spared = [item for item in module.parameters() if item.requires_grad and id(item) not in ids]
    groups: list[dict[str, Any]] = [
        {"params": pulled, "weight_decay": settings.weight_decay, "matrix": True},
        {"params": spared, "weight_decay": settings.weight_decay if settings.decay_all else 0.0, "matrix": False},
    ]
    return [group for group in groups if group["params"]]


def decaying(module: nn.Module) -> list[nn.Parameter]:
    """The trained weights of convolutions, linear layers and the like: not those of norms, nor biases, nor embeddings.

    A norm and an embedding are known by the type of their module, in a `GraphModule` by the operator of their node;
    whatever has a single axis is a bias, or one number a channel, as a norm's scale is.

    >>> net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.Linear(4, 2))
    >>> [tuple(weight.shape) for weight in decaying(net)]
    [(4, 1, 3, 3), (2, 4)]
    """
    spared = _spared(module)
    return [
        item
        for name, item in module.named_parameters()
        if item.requires_grad and item.ndim > 1 and id(item) not in spared and not name.rpartition(".")[2].startswith("bias")
    ]


def _spared(module: nn.Module) -> set[int]:
    """The identities of the parameters of norms and embeddings."""
    found: set[int] = set()
    for part in module.modules():
        if isinstance(part, GraphModule):
            ops = {node.name: node.op for node in part.graph}
            found |= {
                id(tensor)
                for (node, _), tensor in part.weights().items()
                if ops[node].name in _SPARED_OPS or isinstance(ops[node], Normalisation)
            }
        elif isinstance(part, _SPARED):
            found |= {id(item) for item in part.parameters(recurse=False)}
    return found
