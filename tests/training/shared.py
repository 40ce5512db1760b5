"""Data sets that cannot be shipped: beside the checkout where they are, else the test says loudly that it did not run."""

from pathlib import Path

import pytest


def shared_data(name: str) -> Path:
    """The folder ``../shared/data/NAME`` beside the checkout; skips the test where it is not there."""
    place = Path(__file__).parents[3] / "shared" / "data" / name
    if not place.exists():
        pytest.skip(f"DATA TESTS DID NOT RUN: there is no {place}")
    return place
