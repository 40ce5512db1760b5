"""Networks made ready for a training."""
