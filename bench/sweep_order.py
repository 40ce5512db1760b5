"""Is a sweep's order of times the same when it is measured again? Run as ``python -m bench.sweep_order [threads]``.

Every setting is swept twice. Of each pair of calls whose MACs differ by more than 1.5x, the one that was faster the first time
should be the faster one the second time. Prints a Markdown table that names what changed its order, and whether its quartiles
overlap: then the two take equally long, whatever their MACs. Exit code 1 if a pair changed whose quartiles do not.
"""

import sys
from itertools import combinations

import convlens
from convlens.sweeps.points import Point
from convlens.sweeps.words import method

CALL, INPUT = "Conv2d(64, 64, 3, padding=1)", (1, 64, 56, 56)
OVER = {
    "kernel": "1..11:2",
    "in_channels": "8..256*2",
    "out_channels": "8..256*2",
    "stride": "1..4",
    "groups": None,
    "size": "14..112*2",
    "batch": "1..8*2",
}
FACTOR = 1.5
TIED = " (quartiles overlap)"
BUDGET = 1.0


def main(threads: int | None) -> int:
    first, second = (convlens.sweep(CALL, INPUT, OVER, time=True, threads=threads, budget=BUDGET) for _ in range(2))
    print(f"`{CALL}` on {'x'.join(map(str, INPUT))}\n")
    print("| setting | pairs that differ by more than 1.5x in MACs | same order twice | changed |")
    print("|---|---:|---:|---|")
    changed = 0
    for one, again in zip(first.series, second.series, strict=True):
        pairs = [(a, b) for a, b in combinations(range(len(one.points)), 2) if differ(one.points[a], one.points[b])]
        moved = [(a, b) for a, b in pairs if faster(one.points, a, b) != faster(again.points, a, b)]
        tied = [pair for pair in moved if overlap(one.points, *pair) or overlap(again.points, *pair)]
        changed += len(moved) - len(tied)
        named = ", ".join(f"{one.points[a].value} and {one.points[b].value}{TIED * ((a, b) in tied)}" for a, b in moved) or "none"
        print(f"| {one.setting.name} | {len(pairs)} | {len(pairs) - len(moved)} | {named} |")
    print("\n" + "\n".join(method(second, "en")))
    return int(changed > 0)


def overlap(points: tuple[Point, ...], a: int, b: int) -> bool:
    one, other = points[a].time(), points[b].time()
    return one.low <= other.high and other.low <= one.high


def differ(a: Point, b: Point) -> bool:
    few, many = sorted(point.figures.macs for point in (a, b))
    return many > FACTOR * few


def faster(points: tuple[Point, ...], a: int, b: int) -> bool:
    return points[a].time().median < points[b].time().median


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else None))
