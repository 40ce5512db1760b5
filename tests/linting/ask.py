"""What one rule says of a network in the text form, and what PyTorch computes of the same network."""

from collections.abc import Sequence
from typing import Any

import torch

from convlens.backends.torch import as_module
from convlens.ir.graph import Graph
from convlens.ir.text import parse
from convlens.linting.finding import Finding
from convlens.linting.lint import lint_graph
from convlens.linting.options import Options
from convlens.linting.repair import Repair, repair
from convlens.linting.settings import Settings


def graph_of(*lines: str) -> Graph:
    """Lines of the text form; the last node is the output unless a line says another."""
    text = [part.strip() for line in lines for part in line.split(";")]
    if not any(line.startswith("output ") for line in text):
        text.append(f"output {text[-1].split(' = ')[0]}")
    return parse("\n".join(text))


def findings(code: str, graph: Graph, **options: Any) -> tuple[Finding, ...]:
    """Those of the rule; why a network cannot run is said by others."""
    found = lint_graph(graph, Settings(select=(code,), options=Options(**options))).findings
    return tuple(finding for finding in found if finding.code == code)


def said(code: str, graph: Graph, **options: Any) -> list[tuple[str, tuple[str, ...]]]:
    """Severity and nodes of each finding."""
    return [(f.severity, f.nodes) for f in findings(code, graph, **options)]


def mended(code: str, graph: Graph, **options: Any) -> Repair:
    done = repair(graph, Settings(select=(code,), options=Options(**options)))
    assert done.mended, "nothing was mended"
    return done


def module(graph: Graph, seed: int = 0) -> Any:
    """The network with random weights, biases and norms among them."""
    net = as_module(graph, seed=seed).double()
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for values in net.parameters():
            values.copy_(torch.randn(values.shape, generator=generator, dtype=torch.float64) * 0.5 + 0.1)
    return net


def data(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def dims(shapes: Sequence[int]) -> str:
    return "x".join(map(str, shapes))
