"""Findings of one rule in a network of the text form."""

from convlens.ir.graph import Graph
from convlens.ir.text import parse
from convlens.linting.finding import Finding
from convlens.linting.lint import lint_graph
from convlens.linting.repair import Repair, repair
from convlens.linting.settings import Settings


def found(network: str | Graph, *codes: str) -> tuple[Finding, ...]:
    """What these rules find, the worst first."""
    return lint_graph(graph_of(network), Settings(select=codes)).findings


def one(network: str | Graph, *codes: str) -> Finding:
    """The only finding of these rules."""
    (finding,) = found(network, *codes)
    return finding


def mended(network: str | Graph, *codes: str) -> Repair:
    return repair(graph_of(network), Settings(select=codes))


def graph_of(network: str | Graph) -> Graph:
    return network if isinstance(network, Graph) else parse(network)
