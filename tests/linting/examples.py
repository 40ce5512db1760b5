"""The examples of a rule's docstring, linted by that rule alone."""

from convlens.ir.text import parse
from convlens.linting.documentation import Example
from convlens.linting.lint import lint_graph
from convlens.linting.repair import Repair, repair
from convlens.linting.report import Report
from convlens.linting.rule import Rule
from convlens.linting.settings import Settings


def settings_for(rule: type[Rule], example: Example) -> Settings:
    return Settings(select=(rule.code,), options=example.options)


def linted(rule: type[Rule], example: Example) -> Report:
    return lint_graph(parse(example.text), settings_for(rule, example))


def repaired(rule: type[Rule], example: Example) -> Repair:
    return repair(parse(example.text), settings_for(rule, example))


def reported(report: Report) -> list[str]:
    """The nodes of all findings, in the order of the network."""
    named = {node for finding in report.findings for node in finding.nodes}
    return [node.name for node in report.net.graph if node.name in named]
