"""How long does a cold start take? Medians of whole processes, beside Python's own.

Compiled modules are cached, as they are after the first run of an installed package.

Run it as ``python bench/cold_start.py [repeats]``.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time

COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "import convlens": ["-c", "import convlens"],
    "convlens --version": ["-m", "convlens", "--version"],
    "convlens layer": ["-m", "convlens", "layer", "Conv2d(3, 64, 7, stride=2, padding=3)", "--input", "1x3x224x224"],
    "convlens layer --json": ["-m", "convlens", "layer", "Conv2d(3, 64, 7)", "--input", "1x3x224x224", "--json"],
    "convlens layer, keras": ["-m", "convlens", "layer", "Conv2D(64, 7, padding='same')", "--input", "1x224x224x3"],
    "convlens summary alexnet": ["-m", "convlens", "summary", "alexnet"],
    "convlens summary alexnet --json": ["-m", "convlens", "summary", "alexnet", "--json"],
}


def seconds(arguments: list[str], cache: str) -> float:
    """Wall time of one process."""
    environ = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | {"PYTHONPYCACHEPREFIX": cache}
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, env=environ)
    return time.perf_counter() - start


def measured(repeats: int) -> dict[str, list[float]]:
    """Sorted wall times of each command; its first run, which compiles modules, is left out."""
    with tempfile.TemporaryDirectory() as cache:
        for arguments in COMMANDS.values():
            seconds(arguments, cache)
        return {name: sorted(seconds(arguments, cache) for _ in range(repeats)) for name, arguments in COMMANDS.items()}


def main(repeats: int) -> None:
    for name, times in measured(repeats).items():
        print(f"{name:<34}{statistics.median(times):.3f} s   ({times[0]:.3f} to {times[-1]:.3f})")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
