"""Write docs/sweep.md and its picture: every setting of Conv2d against time, parameters, MACs and output, measured here.

Run as ``python -m bench.sweep_article [threads]``; it takes about a minute.
"""

import sys
from pathlib import Path

import convlens

DOCS = Path(__file__).parent.parent / "docs"
CALL, INPUT = "Conv2d(64, 64, 3, padding=1)", (1, 64, 28, 28)
OVER = {
    "in_channels": "8,16,32,48,63,64,65,96,128",
    "out_channels": "8,16,32,48,63,64,65,96,128",
    "kernel_size": "1..11:2",
    "stride": "1..4",
    "padding": "0..6",
    "dilation": "1..6",
    "groups": "1,2,4,8,16,32,64",
}
BUDGET = 1.0
HEAD = """\
# What each setting of a convolution does, measured

Written by `python -m bench.sweep_article{threads}`. One setting moves at a time, the others stay as in the call; every number but
the times is exact. What articles on Conv2d draw from one mean without a warm-up is here a median with its quartiles, and the
sentences below each table come from the numbers by one rule: a value departs where its time for each MAC is more than 1.5x that
of the call itself, or less than one part in 1.5, and the quartiles of the two do not overlap.

```sh
convlens sweep "{call}" --input {shape} --over kernel=1..11:2 --over groups -o sweep.svg
```

![One panel for each measure and setting](sweep.svg)

"""


def main(threads: int | None) -> None:
    found = convlens.sweep(CALL, INPUT, OVER, time=True, threads=threads, budget=BUDGET)
    (DOCS / "sweep.svg").write_text(found.to_svg("en"), encoding="utf-8")
    head = HEAD.format(call=CALL, shape="x".join(map(str, INPUT)), threads="" if threads is None else f" {threads}")
    (DOCS / "sweep.md").write_text(head + found.to_markdown("en"), encoding="utf-8")
    print(found)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else None)
