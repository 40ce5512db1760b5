"""A name that every docstring example may use."""

import pytest

from convlens.ir.spec import TensorSpec


@pytest.fixture(autouse=True)
def _names(doctest_namespace: dict[str, object]) -> None:
    doctest_namespace.update(TensorSpec=TensorSpec)
