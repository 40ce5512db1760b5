"""A real browser, where there is one."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Debian's Chromium; where it or Playwright is missing, the suite says so in its summary and among its warnings."""
    missing = ""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing = "playwright"
    if not CHROMIUM.exists():
        missing = missing or str(CHROMIUM)
    if missing:
        told = f"BROWSER TESTS DID NOT RUN: {missing} is missing"
        warnings.warn(told, stacklevel=1)
        pytest.skip(told)
    with sync_playwright() as run:
        started = run.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield started
        started.close()
