"""The fixture ``assert_network`` for pytest. Until a test asks for it, nothing of convlens but this file is imported."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from convlens.linting.report import Report


@pytest.fixture(scope="session")
def assert_network(pytestconfig: pytest.Config) -> "Callable[..., Report]":
    """A function that fails the test, with the report, where a network has a fault or is beyond a budget.

    ``assert_network(model, (1, 3, 224, 224), max_params="5M", ignore=["G08"])`` takes what `convlens.lint` takes.
    Without ``settings`` those of the project are used: ``convlens.toml`` or ``[tool.convlens]`` of a
    pyproject.toml, from pytest's root directory upward. The report is returned.
    """
    from convlens.linting.assertion import assert_network as assert_of  # noqa: PLC0415 - pytest starts without it
    from convlens.linting.config import read  # noqa: PLC0415 - pytest starts without it

    def check(model: Any, *inputs: Any, **options: Any) -> "Report":
        __tracebackhide__ = True
        settings = options.pop("settings", None) or read(folder=pytestconfig.rootpath)
        return assert_of(model, *inputs, settings=settings, **options)

    return check
