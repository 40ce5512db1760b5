"""The verb ``sweep``: how do output, parameters, MACs, memory and measured time move with each setting of a call?"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from convlens.ir.errors import UsageError, quoted
from convlens.ir.record import as_json
from convlens.ir.spec import Shape, TensorSpec, parse_spec
from convlens.sweeps.departures import Departures, departures
from convlens.sweeps.series import Over, Series, series_of
from convlens.sweeps.settings import Signature

if TYPE_CHECKING:
    from convlens.report.terminal import Screen
    from convlens.sweeps.machine import Machine

BUDGET = 0.5
MAX_BYTES = 2 * 2**30
MISSING = 'PyTorch is not installed: pip install "convlens[torch]"'


class Sweep:
    """All series of a call. ``str`` is the tables in English, ``text("zh")`` in Chinese, `to_dict` the record.

    ``machine`` is None, and ``not_timed`` says why, where nothing was measured.
    """

    def __init__(
        self,
        signature: Signature,
        spec: TensorSpec,
        series: tuple[Series, ...],
        machine: "Machine | None",
        not_timed: str,
        budget: float,
    ) -> None:
        self.signature = signature
        self.call: str = signature.call.text
        self.spec = spec
        self.series = series
        self.machine = machine
        self.not_timed = not_timed
        self.budget = budget

    @property
    def legal(self) -> int:
        """How many of the calls are legal."""
        return sum(point.report is not None for one in self.series for point in one.points)

    @property
    def kinds(self) -> list[str]:
        """What was measured: "forward", and "backward" where it was asked for."""
        tried = {kind for one in self.series for p in one.points for kind, _ in (*p.times, *p.untimed)}
        return [kind for kind in ("forward", "backward") if kind in tried]

    def departures(self, one: Series) -> list[Departures]:
        """Where measured time does not follow the arithmetic, for each thing that was measured."""
        found = (departures(one.points, one.own, kind) for kind in self.kinds)
        return [each for each in found if each is not None]

    def to_dict(self) -> dict[str, Any]:
        """The record of ``sweep --json``, schema ``convlens/sweep/1``."""
        from convlens.sweeps.record import record  # noqa: PLC0415 - each form loads its own writer

        return record(self)

    def to_json(self) -> str:
        """`to_dict` as JSON text."""
        return as_json(self.to_dict())

    def to_csv(self) -> str:
        """One line for each call, exact numbers, seconds."""
        from convlens.sweeps.rows import csv_text  # noqa: PLC0415 - each form loads its own writer

        return csv_text(self)

    def text(self, lang: str = "en", screen: "Screen | None" = None) -> str:
        """A table for each setting with small bars, and in words where time does not follow the arithmetic."""
        from convlens.sweeps.text import sweep_text  # noqa: PLC0415 - each form loads its own writer

        return sweep_text(self, lang, screen)

    def to_markdown(self, lang: str = "en") -> str:
        """The same tables for a page or a pull request."""
        from convlens.sweeps.markdown import sweep_markdown  # noqa: PLC0415 - each form loads its own writer

        return sweep_markdown(self, lang)

    def to_svg(self, lang: str = "en") -> str:
        """The picture: for each setting one panel for each measure, for light and dark screens."""
        from convlens.sweeps.picture import picture  # noqa: PLC0415 - each form loads its own writer

        return picture(self, lang)

    def _repr_svg_(self) -> str:
        return self.to_svg()

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"<Sweep of {self.call!r}: {', '.join(f'{one.setting.name} {len(one.points)}' for one in self.series)}>"


def sweep(
    call: str,
    shape: Shape | str | TensorSpec,
    over: Over | None = None,
    time: bool | None = None,
    *,
    backward: bool = False,
    budget: float = BUDGET,
    threads: int | None = None,
    max_bytes: int = MAX_BYTES,
) -> Sweep:
    """How do output, parameters, MACs, memory and measured time move with each setting?

    ``over`` has the values by setting, in the framework's words or ours: a list, a text such as ``"1..11"``, or None for all
    usual legal ones; without it those of a convolution are swept. Each setting is its own series, in which the others stay as
    the call has them. ``time`` measures on PyTorch's CPU kernels, ``budget`` seconds for each call; without a word it does so
    where PyTorch is installed. ``backward`` measures the gradients too. Raises `UsageError` for what cannot be understood; an
    illegal call is a point with its ``error``.

    >>> found = sweep("Conv2d(64, 64, 3, padding=1)", (1, 64, 56, 56), {"groups": [1, 64]}, time=False)
    >>> [(point.value, point.figures.params, point.figures.macs) for point in found.series[0].points]
    [(1, 36928, 115605504), (64, 640, 1806336)]
    """
    if over is not None and not isinstance(over, Mapping):
        raise UsageError("over is a mapping, setting to values\n  fix: over={'kernel_size': '1..11:2', 'groups': None}")
    found = planned(call, shape, over or {})
    return timed(found, time, backward=backward, budget=budget, threads=threads, max_bytes=max_bytes)


def planned(call: str, shape: Shape | str | TensorSpec, over: Over) -> Sweep:
    """Everything but the time."""
    spec = _spec(shape)
    signature, series = series_of(call, spec, over)
    return Sweep(signature, spec, series, None, "", BUDGET)


def timed(
    found: Sweep, time: bool | None, *, backward: bool = False, budget: float = BUDGET, threads: int | None = None,
    max_bytes: int = MAX_BYTES,
) -> Sweep:  # fmt: skip
    """The sweep with measured times, if they are wanted and PyTorch is there."""
    if not budget > 0 or budget == float("inf"):
        raise UsageError(f"a budget of {budget} seconds; it must be a number above 0")
    if threads is not None and threads < 1:
        raise UsageError(f"{threads} threads; at least 1 is needed")
    if backward and time is False:
        raise UsageError("backward is measured, so it needs time\n  fix: no backward, or time")
    if time is False or not found.legal:
        return found
    if not has_torch():
        if time or backward:
            raise UsageError(f"time is measured with PyTorch. {MISSING}")
        return Sweep(found.signature, found.spec, found.series, None, MISSING, budget)
    from convlens.sweeps.measured import measured  # noqa: PLC0415 - only a measurement needs PyTorch

    series, where = measured(found.series, backward=backward, budget=budget, threads=threads, max_bytes=max_bytes)
    if time and not any(point.times for one in series for point in one.points):
        raise UsageError(
            f"nothing could be measured: {next(reason for one in series for p in one.points for _, reason in p.untimed)}"
        )
    return Sweep(found.signature, found.spec, series, where, "", budget)


def has_torch() -> bool:
    """Is PyTorch there? It is not imported."""
    from importlib.util import find_spec  # noqa: PLC0415 - each form loads its own writer

    return find_spec("torch") is not None


def _spec(given: Shape | str | TensorSpec) -> TensorSpec:
    read = parse_spec(given) if isinstance(given, str) else given
    return read if isinstance(read, TensorSpec) else TensorSpec(_checked(read))


def _checked(read: Shape) -> Shape:
    if not isinstance(read, tuple) or not all(type(size) is int and size > 0 for size in read):
        raise UsageError(f"{quoted(read)} is not a shape: a tuple of whole numbers, or a text such as '1x3x224x224'")
    return read
