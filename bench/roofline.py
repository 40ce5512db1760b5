"""Do layers that rule E02 calls memory-bound wait for memory on a real GPU? Run as ``python -m bench.roofline [--write]``.

Needs a CUDA device whose figures `convlens.linting.devices` has. Each convolution runs in its device's dtype, channels last, at
batch 64; the median of repeats is set against the two floors that E02 reckons with: the time of its arithmetic at the
published peak, and that of its bytes at the published bandwidth. `--write` puts the table into docs/roofline.md.
"""

import statistics
import sys
from pathlib import Path
from typing import NamedTuple

import torch

from convlens.ir.text import parse
from convlens.linting.devices import DEVICES, Device
from convlens.linting.intensity import layers
from convlens.linting.network import Network

PAGE = Path(__file__).parent.parent / "docs" / "roofline.md"
BATCH, SIZE = 64, 56
REPEATS, WARM_UP = 30, 5
KINDS = {"depthwise 3x3": (3, True), "pointwise 1x1": (1, False), "dense 3x3": (3, False)}
CHANNELS = (64, 128, 256, 512, 1024)
MOST = 4e12
"""Operations of a layer that is measured at most."""


class Row(NamedTuple):
    """One layer: seconds measured, and those of its arithmetic and of its bytes alone."""

    kind: str
    channels: int
    seconds: float
    arithmetic: float
    memory: float

    @property
    def waits(self) -> bool:
        return self.memory > self.arithmetic

    def line(self) -> str:
        floors = (self.arithmetic, self.memory)
        cells = [f"{seconds * 1e6:,.0f}" for seconds in (self.seconds, *floors)]
        shares = [f"{100 * floor / self.seconds:.0f} %" for floor in floors]
        texts = [self.kind, str(self.channels), *cells, *shares, "memory" if self.waits else "arithmetic"]
        return f"| {' | '.join(texts)} |"


def foretold(kind: str, channels: int, device: Device) -> tuple[float, float]:
    """Seconds of the arithmetic and of the bytes, from the counts that E02 takes."""
    kernel, depthwise = KINDS[kind]
    groups = f", groups={channels}" if depthwise else ""
    text = (
        f"input x: {BATCH}x{channels}x{SIZE}x{SIZE}\n"
        f"c = conv(x, out={channels}, kernel={kernel}x{kernel}, padding={kernel // 2}{groups}, bias=false)\noutput c"
    )
    ((_, work),) = layers(Network(parse(text)))
    assert device.peak
    assert device.bandwidth
    return work.operations / device.peak, work.values * device.item_bytes / device.bandwidth


def measured(kind: str, channels: int) -> float:
    """Median seconds of the convolution alone, by CUDA events."""
    kernel, depthwise = KINDS[kind]
    layer = torch.nn.Conv2d(
        channels, channels, kernel, padding=kernel // 2, groups=channels if depthwise else 1, bias=False,
        device="cuda", dtype=torch.float16,
    ).to(memory_format=torch.channels_last)  # fmt: skip
    x = torch.randn(BATCH, channels, SIZE, SIZE, device="cuda", dtype=torch.float16).to(memory_format=torch.channels_last)
    times = []
    with torch.inference_mode():
        for _ in range(WARM_UP + REPEATS):
            start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
            start.record()
            layer(x)
            end.record()
            torch.cuda.synchronize()
            times.append(start.elapsed_time(end) / 1e3)
    return statistics.median(times[WARM_UP:])


def rows(device: Device) -> list[Row]:
    torch.backends.cudnn.benchmark = True
    found = []
    for kind in KINDS:
        for channels in CHANNELS:
            arithmetic, memory = foretold(kind, channels, device)
            if arithmetic * (device.peak or 0) <= MOST:
                found.append(Row(kind, channels, measured(kind, channels), arithmetic, memory))
    return found


def page(device: Device, found: list[Row]) -> str:
    waiting, others = [row for row in found if row.waits], [row for row in found if not row.waits]
    faster = sum(row.seconds < max(row.arithmetic, row.memory) for row in found)
    lines = [
        "# Which layers wait for memory: foretold and measured", "",
        f"Written by `python -m bench.roofline --write` on {torch.cuda.get_device_name()}, torch {torch.__version__}:",
        f"{device.dtype}, channels last, batch {BATCH}, {SIZE}x{SIZE} pixels, medians of {REPEATS}. The floors are the time of",
        "the arithmetic at the published peak, and that of reading the input and the weights and writing the output once at the",
        "published bandwidth; rule E02 says that a layer waits for memory where the second is longer.", "",
        "| layer | channels | measured, us | arithmetic, us | bytes, us | of peak | of bandwidth | E02 says |",
        "|---|---:|---:|---:|---:|---:|---:|---|",
        *(row.line() for row in found), "",
        f"Layers that wait for memory reach at most {_most(waiting, 'arithmetic')} of the arithmetic peak, the others up to",
        f"{_most(others, 'arithmetic')}; {faster} of {len(found)} layers are faster than the longer of their floors.",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _most(some: list[Row], floor: str) -> str:
    return f"{100 * max(getattr(row, floor) / row.seconds for row in some):.0f} %" if some else "-"


def main(*, write: bool) -> None:
    name = torch.cuda.get_device_name().lower()
    device = next((device for key, device in DEVICES.items() if key in name), None)
    if device is None:
        sys.exit(f"no figures of {name} in convlens.linting.devices")
    text = page(device, rows(device))
    print(text)
    if write:
        PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(write="--write" in sys.argv)
