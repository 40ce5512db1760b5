"""A browser, and pages in it whose every request and every complaint is kept."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.chromium import pages


@pytest.fixture
def opened(browser: Any) -> Iterator[Callable[..., Any]]:
    """Opens an address or a path in a fresh context; afterwards nothing may have been asked for or complained about."""
    yield from pages(browser)
