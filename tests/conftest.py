"""Random tests draw the same cases in every run, no test fails because the machine is busy, and all speak English.

`make conformance` draws new cases: it sets CONVLENS_CASES.
"""

import os

import pytest
from hypothesis import HealthCheck, settings

from tests.chromium import missing

settings.register_profile(
    "convlens", deadline=None, derandomize="CONVLENS_CASES" not in os.environ, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("convlens")
os.environ["LC_ALL"] = "C.UTF-8"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """A page that was tested in no browser must not look tested."""
    reason = missing()
    if reason:
        terminalreporter.section("BROWSER TESTS DID NOT RUN", sep="!", red=True, bold=True)
        terminalreporter.write_line(f"Every test of a page in a browser was skipped: {reason}.", red=True)
