"""The figures of the comparison, printed at the end of `make frameworks`."""

import pytest

from tests.frameworks.oracle import Oracle

collect_ignore = ["answers.py"]
"""It runs in the other environment."""


@pytest.fixture(scope="session")
def tensorflow(tmp_path_factory):
    oracle = Oracle(tmp_path_factory.mktemp("tensorflow"))
    yield oracle
    oracle.close()


def pytest_terminal_summary(terminalreporter) -> None:
    """A row for each function; pytest loads this file early enough only where the folder is named on its command line."""
    for report in terminalreporter.getreports("passed"):
        figures = dict(report.user_properties)
        if "largest difference" in figures:
            name, counts = report.nodeid.partition("[")[2].rstrip("]"), (figures["cases"], figures["refused by both"])
            terminalreporter.write_line(f"{name:44}{counts[0]:6}{counts[1]:6}  {figures['largest difference']:.1e}")
