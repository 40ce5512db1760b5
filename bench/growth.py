"""Do time and memory follow the network, and not more? Run as ``python -m bench.growth``; prints Markdown tables.

Growth: the CPU time of 10,000 layers over that of 1,000 layers, medians of rounds in one process, the two taking turns;
linear is 10. Memory: what ResNet-50 takes beside what is already there, as a live module and as an ONNX file of 102 MB,
each in a process of its own.
"""

import gc
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SMALL, LARGE, ROUNDS = 1_000, 10_000, 5
GOAL = 11.0
LIVE_MEGABYTES, FILE_MEGABYTES, FILE_SECONDS = 10.0, 20.0, 0.1
MEGABYTE = 1_000_000


def text_of(layers: int) -> str:
    """Residual blocks of four layers each."""
    lines = ["network deep", "input x: 1x4x64x64"]
    last = "x"
    for at in range(layers // 4):
        lines += [
            f"block{at}.conv = conv({last}, out=4, kernel=3x3, padding=1, bias=false)",
            f"block{at}.norm = batch_norm(block{at}.conv)",
            f"block{at}.add = add(block{at}.norm, {last})",
            f"block{at}.act = relu(block{at}.add)",
        ]
        last = f"block{at}.act"
    return "\n".join([*lines, f"output {last}", ""])


def text_form(layers: int) -> dict[str, Callable[[], Any]]:
    from convlens.ir.text import format, parse
    from convlens.passes.facts import facts
    from convlens.passes.liveness import activations
    from convlens.passes.receptive_field import receptive_fields
    from convlens.report.summary import Summary

    text = text_of(layers)
    graph = parse(text)
    known = facts(graph)
    assert len(known.nodes) == layers
    return {
        "text form, parse": lambda: parse(text),
        "text form, format": lambda: format(graph),
        "facts": lambda: facts(graph),
        "receptive fields": lambda: receptive_fields(graph, known),
        "memory": lambda: activations(graph, known),
        "all of it, from text to JSON": lambda: Summary(parse(text)).to_json(),
        "all of it, from text to a table": lambda: str(Summary(parse(text))),
    }


def onnx_file(layers: int, folder: Path) -> dict[str, Callable[[], Any]]:
    import numpy as np
    import onnx
    from onnx import helper

    from convlens.importers.onnx import read
    from tests.importers.onnx.models import make_model

    nodes = []
    for at in range(layers // 2):
        nodes.append(helper.make_node("Conv", [f"t{at}", f"w{at}"], [f"c{at}"], name=f"conv{at}", pads=[1, 1, 1, 1]))
        nodes.append(helper.make_node("Relu", [f"c{at}"], [f"t{at + 1}"], name=f"relu{at}"))
    stored = {f"w{at}": np.zeros((4, 4, 3, 3), np.float32) for at in range(layers // 2)}
    path = folder / f"{layers}.onnx"
    onnx.save(make_model(nodes, {"t0": (1, 4, 64, 64)}, stored, outputs=(f"t{layers // 2}",)), str(path))
    assert len(read(path).nodes) == layers
    return {"ONNX file, import": lambda: read(path)}


def live_module(layers: int) -> dict[str, Callable[[], Any]]:
    import torch

    import convlens

    pairs = [m for _ in range(layers // 2) for m in (torch.nn.Conv2d(4, 4, 3, padding=1), torch.nn.ReLU())]
    module = torch.nn.Sequential(*pairs).eval()
    assert len(convlens.summary(module, (1, 4, 64, 64)).graph.nodes) == layers
    return {"live module, capture and all facts": lambda: convlens.summary(module, (1, 4, 64, 64)).to_dict()}


def cpu_seconds(run: Callable[[], Any], times: int) -> float:
    gc.collect()
    start = time.process_time()
    for _ in range(times):
        run()
    return (time.process_time() - start) / times


def growth() -> Iterator[tuple[str, float, float, float]]:
    """What, seconds of 1,000 layers, seconds of 10,000, and the median of their ratios.

    The small network comes ten times for each time of the large one, so that both meet the same noise.
    """
    with tempfile.TemporaryDirectory() as folder:
        for make in (text_form, lambda layers: onnx_file(layers, Path(folder)), live_module):
            small, large = make(SMALL), make(LARGE)
            for what, run in small.items():
                pairs = [(cpu_seconds(run, LARGE // SMALL), cpu_seconds(large[what], 1)) for _ in range(ROUNDS)]
                few, many = (statistics.median(times) for times in zip(*pairs, strict=True))
                yield what, few, many, statistics.median(b / a for a, b in pairs)


@contextmanager
def extra(found: dict[str, float]) -> Iterator[None]:
    """CPU seconds, and megabytes that the process grew to beyond its size before (Linux: its peak is reset first)."""
    Path("/proc/self/clear_refs").write_text("5")
    before, start = peak_bytes(), time.process_time()
    yield
    found["seconds"] = time.process_time() - start
    found["grown"] = (peak_bytes() - before) / MEGABYTE


def peak_bytes() -> int:
    """The most resident memory of this process since its peak was reset."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def live_memory() -> None:
    """All facts of a live ResNet-50: growth of the process, Python's own peak, and bytes taken from torch's allocator."""
    import torch

    import convlens
    from tests.networks import torch_twins

    module = torch_twins.resnet50().eval()
    convlens.summary(torch_twins.unet_same().eval(), (1, 3, 64, 64)).to_dict()
    found: dict[str, float] = {}
    with extra(found):
        convlens.summary(module, (64, 3, 224, 224)).to_dict()
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU], profile_memory=True) as profile:
        convlens.summary(module, (64, 3, 224, 224)).to_dict()
    torch_bytes = sum(max(event.self_cpu_memory_usage, 0) for event in profile.key_averages())
    tracemalloc.start()
    convlens.summary(module, (64, 3, 224, 224)).to_dict()
    print(found["seconds"], found["grown"], tracemalloc.get_traced_memory()[1] / MEGABYTE, torch_bytes / MEGABYTE)


def file_memory() -> None:
    """Import of an ONNX ResNet-50 with its weights, after a small file for which the packages are loaded."""
    from convlens.importers.onnx import read
    from convlens.importers.onnx.load import framework

    framework()
    read(sys.argv[2])
    found: dict[str, float] = {}
    with extra(found):
        read(sys.argv[3])
    tracemalloc.start()
    read(sys.argv[3])
    print(found["seconds"], found["grown"], tracemalloc.get_traced_memory()[1] / MEGABYTE, 0.0)


def carried(network: str) -> Path:
    """A network that the onnx package carries for its own tests, its weights left out."""
    import onnx

    return Path(onnx.__file__).parent / "backend" / "test" / "data" / "light" / f"light_{network}.onnx"


def resnet50_file(path: Path) -> float:
    """Write ResNet-50 with zeros as weights; the megabytes of the file."""
    import numpy as np
    import onnx
    from onnx import numpy_helper

    model = onnx.load(str(carried("resnet50")))
    shapes = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    fillers = [node for node in model.graph.node if node.op_type == "ConstantOfShape"]
    for node in fillers:
        zeros = np.zeros(shapes[node.input[0]], np.float32)
        model.graph.initializer.append(numpy_helper.from_array(zeros, node.output[0]))
        model.graph.node.remove(node)
    onnx.save(model, str(path))
    return path.stat().st_size / MEGABYTE


def in_a_process(*arguments: str) -> tuple[float, float, float, float]:
    """Medians over processes of what one prints: CPU seconds, growth, Python's peak and torch's bytes in megabytes."""
    command = [sys.executable, "-m", "bench.growth", *arguments]
    runs = [subprocess.run(command, check=True, capture_output=True, text=True).stdout.split() for _ in range(ROUNDS)]
    seconds, grown, python, torch_bytes = (statistics.median(map(float, column)) for column in zip(*runs, strict=True))
    return seconds, grown, python, torch_bytes


def main() -> None:
    print(f"| CPU seconds | {SMALL:,} layers | {LARGE:,} layers | ratio, at most {GOAL:g} |\n|---|---|---|---|")
    for what, few, many, ratio in growth():
        print(f"| {what} | {few:.3f} | {many:.3f} | {ratio:.1f} |", flush=True)
    print("\n| ResNet-50 | CPU seconds | process grew by | Python's peak | torch's allocator |\n|---|---|---|---|---|")
    seconds, grown, python, torch_bytes = in_a_process("live")
    print(
        f"| live module | {seconds:.3f} | {grown:.1f} MB, at most {LIVE_MEGABYTES:g} | {python:.1f} MB | {torch_bytes:.3f} MB |"
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "resnet50.onnx"
        megabytes = resnet50_file(path)
        seconds, grown, python, _ = in_a_process("file", str(carried("squeezenet")), str(path))
        taken = f"{grown:.1f} MB, at most {FILE_MEGABYTES:g} | {python:.1f} MB"
        print(f"| ONNX file, {megabytes:.0f} MB | {seconds:.3f}, at most {FILE_SECONDS:g} | {taken} | |")


if __name__ == "__main__":
    {"live": live_memory, "file": file_memory}.get("".join(sys.argv[1:2]), main)()
