"""The groups in which settings are listed."""

from convlens.lang.messages import marked

GROUPS = {
    "length": marked("Length and batches"),
    "optimizer": marked("Optimizer"),
    "schedule": marked("Learning rate"),
    "regularization": marked("Against overfitting"),
    "loss": marked("Loss and rare classes"),
    "augmentation": marked("Augmentation"),
    "data": marked("Data"),
    "machine": marked("Machine"),
}
"""A heading for each group of `convlens.training.settings.settings.table`."""
