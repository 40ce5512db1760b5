"""Where Debian's Fashion-MNIST lies."""

from pathlib import Path

import pytest

from convlens.training.data.sources.idx import has_idx


def fashion_folder() -> Path:
    """The package's folder; a test that needs it says loudly that it did not run."""
    folder = Path("/usr/share/datasets/fashion-mnist")
    if not has_idx(folder):
        pytest.skip("FASHION-MNIST TESTS DID NOT RUN: apt install dataset-fashion-mnist")
    return folder
