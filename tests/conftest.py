"""Random tests draw the same cases in every run, no test fails because the machine is busy, and all speak English.

`make conformance` draws new cases: it sets CONVLENS_CASES.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.chromium import FLAGS, missing, program

settings.register_profile(
    "convlens", deadline=None, derandomize="CONVLENS_CASES" not in os.environ, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("convlens")
os.environ["LC_ALL"] = "C.UTF-8"


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium for all tests of pages: Playwright drives one at a time in a process."""
    if missing():
        pytest.skip(f"BROWSER TESTS DID NOT RUN: {missing()}")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=program(), args=FLAGS)
        yield started
        started.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """A page that was tested in no browser must not look tested."""
    reason = missing()
    if reason:
        terminalreporter.section("BROWSER TESTS DID NOT RUN", sep="!", red=True, bold=True)
        terminalreporter.write_line(f"Every test of a page in a browser was skipped: {reason}.", red=True)
