"""Machines that a network may be for: how fast they multiply, how fast they move bytes, and which channel counts they like.

Each figure is a published one, dense (without the doubling by structured sparsity); what no source states is None.
"""

from fractions import Fraction
from typing import NamedTuple

from convlens.ir.errors import UsageError, nearest, quoted


class Device(NamedTuple):
    """``peak`` operations and ``bandwidth`` bytes a second in ``dtype``, whose values take ``item_bytes``.

    A multiply-accumulate is two operations. ``multiple`` is what the numbers of channels should be multiples of.
    """

    name: str
    title: str
    dtype: str
    item_bytes: int
    multiple: int
    peak: int | None
    bandwidth: int | None
    source: str

    @property
    def ridge(self) -> Fraction | None:
        """Operations for each byte from which on a layer can be as fast as the arithmetic; below it waits for memory.

        >>> float(DEVICES["v100"].ridge).__round__(1), DEVICES["qualcomm_htp"].ridge
        (138.9, None)
        """
        return Fraction(self.peak, self.bandwidth) if self.peak and self.bandwidth else None


_TERA, _GIGA = 10**12, 10**9
_TENSOR_CORES = "channels: NVIDIA, Convolutional Layers User's Guide, section on tensor cores"

_ALL = (
    Device("v100", "NVIDIA V100 SXM2", "float16", 2, 8, 125 * _TERA, 900 * _GIGA,
           f"NVIDIA Tesla V100 GPU architecture, WP-08608-001, table 1; {_TENSOR_CORES}"),
    Device("a100", "NVIDIA A100 80GB SXM", "float16", 2, 8, 312 * _TERA, 2039 * _GIGA,
           f"NVIDIA A100 datasheet; {_TENSOR_CORES}"),
    Device("a100_tf32", "NVIDIA A100 80GB SXM", "tf32", 4, 4, 156 * _TERA, 2039 * _GIGA,
           f"NVIDIA A100 datasheet; {_TENSOR_CORES}"),
    Device("h100", "NVIDIA H100 SXM", "float16", 2, 8, 989_400_000_000_000, 3350 * _GIGA,
           f"NVIDIA H100 datasheet and Hopper architecture white paper; {_TENSOR_CORES}"),
    Device("h200", "NVIDIA H200 SXM", "float16", 2, 8, 989_400_000_000_000, 4800 * _GIGA,
           f"NVIDIA H200 datasheet; {_TENSOR_CORES}"),
    Device("jetson_agx_orin", "NVIDIA Jetson AGX Orin 64GB", "int8", 1, 16, 85 * _TERA, 204_800_000_000,
           f"NVIDIA Jetson AGX Orin technical brief: 170 sparse INT8 TOPS of the GPU, of which half are dense; {_TENSOR_CORES}"),
    Device("cpu_avx2", "CPU with AVX2, 4 cores of 3 GHz, 2 channels of DDR4-3200", "float32", 4, 8, 384 * _GIGA, 51_200_000_000,
           "Intel 64 and IA-32 optimization manual: 2 FMA units of 8 float32 a core; JEDEC JESD79-4: 25.6 GB/s a channel; "
           "channels: oneDNN's blocked layout nChw8c"),
    Device("qualcomm_htp", "Qualcomm Hexagon Tensor Processor", "int8", 1, 32, None, None,
           "Qualcomm AI Engine Direct, HTP guidelines, number of channels"),
)  # fmt: skip

DEVICES = {device.name: device for device in _ALL}
EXAMPLE = DEVICES["a100"]
"""What is taken as an example where no device is named."""


def device_named(name: str) -> Device:
    """The device of that name. Raises `UsageError`, with the nearest name, where there is none.

    >>> device_named("h100").title
    'NVIDIA H100 SXM'
    """
    if name not in DEVICES:
        raise UsageError(f"unknown device {quoted(name)}{nearest(name, list(DEVICES))}\n  fix: one of {', '.join(DEVICES)}")
    return DEVICES[name]
