"""A test's own gate: a network that must be without faults and within its budgets."""

from typing import Any

from convlens.linting.forms.text import ALL
from convlens.linting.lint import lint
from convlens.linting.report import Report


def assert_network(model: Any, *inputs: Any, **options: Any) -> Report:
    """The report of `convlens.lint`, whose arguments these are; `AssertionError` with its text where it has failed.

    >>> from convlens.ir.text import parse
    >>> net = parse("input x: 1x3x8x8\\nc = conv(x, out=4, kernel=3x3)\\nb = batch_norm(c)\\noutput b")
    >>> assert_network(net, select=["S01"], fail_on="error", max_params="1k").failed
    False
    >>> assert_network(net, select=["S01"])
    Traceback (most recent call last):
    AssertionError: network: x 1x3x8x8
    ...
    """
    __tracebackhide__ = True
    report = lint(model, *inputs, **options)
    if report.failed:
        raise AssertionError(report.text().replace(ALL, ""))
    return report
