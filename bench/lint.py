"""How many faults does `convlens lint` find, and how often does it cry wolf? Run as ``python -m bench.lint [EACH]``.

Recall: faults of each rule are put into the networks that go by a name (`bench.mutants`), and the rule must speak about the
place. Precision: an error or warning about a network as it is published is a false alarm, unless it is among the true ones that
`TRUE` lists with the reason. Writes docs/lint-bench.md.
"""

import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from bench.mutants import Mutant, bases, made
from convlens.ir.graph import Graph
from convlens.linting.lint import lint_graph
from convlens.linting.settings import Settings
from convlens.linting.table import every, lookup
from convlens.report.summary import Summary

PAGE = Path(__file__).parent.parent / "docs" / "lint-bench.md"
EACH = 2
"""Mutants of each maker for each network."""

_DROPS = "the windows do not come out even and leave real pixels at the far border unread"
TRUE = {
    ("alexnet", "G08"): f"{_DROPS}: 224 + 2 - 11 is no multiple of 4, nor are the maps behind it of 2",
    ("bagnet17", "G08"): f"{_DROPS}: its kernels of stride 2 have no padding",
    ("bagnet17", "G10"): "its shortcuts are cropped on one side only, as published: the branches lie one pixel apart",
    ("bagnet17", "S02"): "its stem is a 1x1 and a 3x3 convolution without an activation between, as published",
    ("deeplabv3", "S05"): "dropout 0.5 stands before the normalisation of the head, as in torchvision",
    ("deeplabv3", "S06"): "its image pooling normalises one value a channel and image: at batch 1 PyTorch refuses to train it",
    (
        "fcn32s",
        "G13",
    ): "its first layer pads 100 pixels, as published, so that any size fits: the outer outputs are the bias alone",
    ("m5", "G08"): f"{_DROPS}: the poolings of 4",
    ("m5", "S01"): "its convolutions have a bias before batch normalisation, as in PyTorch's tutorial",
    ("nin", "G08"): f"{_DROPS}: 224 - 11 is no multiple of 4, nor are the maps behind it of 2",
    ("squeezenet", "G08"): f"{_DROPS}: 224 - 7 is no multiple of 2",
}
"""Errors and warnings about published networks that are true: (network, rule) and why."""


class Recall(NamedTuple):
    """Of one rule: how many faults there were, and those that it missed."""

    total: int
    missed: tuple[Mutant, ...]


class Alarm(NamedTuple):
    """An error or warning about a network as it is published; ``reason`` says why it is true, "" that it is false."""

    network: str
    code: str
    nodes: tuple[str, ...]
    reason: str


def is_found(mutant: Mutant) -> bool:
    """Does the rule speak about the place? One whose findings are warnings must not only whisper."""
    report = lint_graph(mutant.graph, Settings(options=mutant.options))
    loud = lookup(mutant.code).severity != "info"
    spoken = [f for f in report.findings if f.code == mutant.code and not (loud and f.severity == "info")]
    return any(not mutant.nodes or set(f.nodes) & set(mutant.nodes) or not f.nodes for f in spoken)


def recall(mutants: Iterable[Mutant]) -> Mapping[str, Recall]:
    """For every rule that has mutants."""
    total: Counter[str] = Counter()
    missed: dict[str, list[Mutant]] = {}
    for mutant in mutants:
        total[mutant.code] += 1
        if not is_found(mutant):
            missed.setdefault(mutant.code, []).append(mutant)
    return {code: Recall(count, tuple(missed.get(code, ()))) for code, count in sorted(total.items())}


def alarms() -> list[Alarm]:
    """Every error and warning about the networks as they are published."""
    found = [(base.name, finding) for base in bases() for finding in lint_graph(base.graph).findings]
    return [Alarm(name, f.code, f.nodes, TRUE.get((name, f.code), "")) for name, f in found if f.severity != "info"]


def share(hits: int, total: int) -> str:
    """
    >>> share(199, 200), share(0, 0)
    ('99.5 %', '-')
    """
    return f"{100 * hits / total:.1f} %" if total else "-"


class Cost(NamedTuple):
    """CPU seconds of linting a network, and of its facts: medians of turns taken in one run."""

    network: str
    lint: float
    facts: float


def cost(name: str, graph: Graph, rounds: int = 21) -> Cost:
    """Facts are everything that a summary computes."""

    def all_facts() -> None:
        summary = Summary(graph)
        assert summary.totals
        assert summary.receptive_fields is not None

    times: dict[str, list[float]] = {"lint": [], "facts": []}
    for _ in range(rounds + 1):
        for what, run in (("lint", lambda: lint_graph(graph)), ("facts", all_facts)):
            start = time.process_time()
            run()
            times[what].append(time.process_time() - start)
    return Cost(name, *(statistics.median(times[what][1:]) for what in ("lint", "facts")))


def page(found: Mapping[str, Recall], heard: list[Alarm], costs: list[Cost]) -> str:
    """The tables as Markdown, misses included."""
    total, missed = sum(r.total for r in found.values()), sum(len(r.missed) for r in found.values())
    true = [alarm for alarm in heard if alarm.reason]
    lines = [
        "# Lint, measured", "",
        "Written by `make lint-bench`. Faults are put into the networks that go by a name, one at a time (`bench/mutants/`); the",
        "rule must report the place, and a rule whose findings are warnings must warn. Precision is measured on the networks as",
        "they are published: each error or warning was judged by hand, and the true ones are listed with the reason.", "",
        "What it does not say: the faults are those that the authors of the rules thought of, each made in one or two ways. A",
        "way that turned out to be no fault (an uneven layer that a later one evens out, a dilated stack whose holes a dense",
        "layer before it fills) was taken out again. Recall on other people's programs will be lower.", "",
        f"Recall: {total - missed} of {total} faults, {share(total - missed, total)}. Of {len(heard)} errors and warnings about",
        f"{len(bases())} published networks {len(true)} are true, {share(len(true), len(heard))}.", "",
        "| rule | faults | found | recall | alarms on published networks | false |", "|---|---:|---:|---:|---:|---:|",
    ]  # fmt: skip
    for rule in every():
        one = found.get(rule.code, Recall(0, ()))
        mine = [alarm for alarm in heard if alarm.code == rule.code]
        wrong = sum(not alarm.reason for alarm in mine)
        hits = one.total - len(one.missed)
        lines.append(
            f"| {rule.code} {rule.name} | {one.total} | {hits} | {share(hits, one.total)} | {len(mine)} | {wrong} |"
        )  # fmt: skip
    lines += ["", "## Missed", ""]
    misses = [m for r in found.values() for m in r.missed]
    lines += [f"- {m.code} {m.network}: {m.how} at {', '.join(m.nodes) or 'the input'}" for m in misses] or ["None."]
    lines += ["", "## Errors and warnings about published networks", ""]
    places = Counter((a.network, a.code, a.reason) for a in heard for _ in a.nodes)
    lines += [
        f"- {code} {network}, {count} {'layer' if count == 1 else 'layers'}: {reason or '**false alarm**'}"
        for (network, code, reason), count in places.items()
    ]
    lines += ["", "## Time", "", "CPU time of linting against everything that a summary computes, medians of one run.", "",
              "| network | lint, ms | facts, ms | ratio |", "|---|---:|---:|---:|"]  # fmt: skip
    lines += [f"| {c.network} | {c.lint * 1e3:.1f} | {c.facts * 1e3:.1f} | {c.lint / c.facts:.1f} |" for c in costs]
    return "\n".join(lines) + "\n"


TIMED = ("resnet50", "vgg16", "mobilenet_v2", "densenet121", "unet_same", "vit_b_16")


def main(each: int) -> None:
    found, heard = recall(made(each)), alarms()
    known = {base.name: base.graph for base in bases()}
    text = page(found, heard, [cost(name, known[name]) for name in TIMED])
    PAGE.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else EACH)
