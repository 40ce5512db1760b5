"""An operator: its settings and all its facts, stated in one place.

No fact has a default: a class with a ``name`` that leaves one out does not import. The table of operators is the
folder ``convlens/ops``: the operator ``conv`` is the class in ``ops/conv.py``, found by that name and imported when it
is first asked for.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, ClassVar, NamedTuple, dataclass_transform

from convlens.arith.axis import AxisMap, TooIrregularError
from convlens.ir.backward import Saved, Wanted
from convlens.ir.errors import SettingError, ShapeError, UsageError, nearest
from convlens.ir.setting import EachAxis, Kind
from convlens.ir.spec import MAX_AXES, Shape, TensorSpec
from convlens.ir.spelling import Spelling

Inputs = tuple[TensorSpec, ...]
Outputs = tuple[TensorSpec, ...]
Shapes = Mapping[str, Shape]
Settings = Mapping[str, Any]


class Along(NamedTuple):
    """An input axis is read along output axis ``axis`` through ``map``; ``axis`` None: the same place for every output."""

    axis: int | None
    map: AxisMap


class Scattered(NamedTuple):
    """Each output reads one place of this input axis, chosen by these output axes together: a reshape that mixes axes.

    Where these places are not all that there are, they are those that ``outs`` outputs read through ``map``.
    """

    axes: tuple[int, ...]
    map: AxisMap | None = None
    outs: int = 0


class Extent(Enum):
    """How much of an input axis an output reads, where no axis map says it."""

    WHOLE = "whole"
    UNKNOWN = "unknown"


WHOLE = Extent.WHOLE
UNKNOWN = Extent.UNKNOWN

AxisRead = Along | Scattered | Extent
Read = tuple[AxisRead, ...]
"""How one output reads one input: an entry for each axis of that input."""

FACTS = (
    "arity", "outputs", "params", "buffers", "macs", "gradient_macs", "elementwise", "reads", "saved", "view", "spellings",
)  # fmt: skip


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Op:
    """Base of all operators: immutable settings, compared by value.

    Settings are class annotations with a kind from `convlens.ir.setting`. The first `EachAxis` setting tells the
    number of spatial axes; the others are brought to that length.

    Facts, all of them pure functions of the settings and the input specs:

    ==============  =================================================================================================
    `arity`         least and most number of inputs (most None: any number)
    `outputs`       output specs, or `ShapeError`
    `params`        trained values: name -> shape, none for a weight that arrives as an input
    `buffers`       values that are stored but not trained: name -> shape
    `macs`          multiply-accumulates, or None where they cannot be known
    `gradient_macs` those of backward, for the gradients that are wanted
    `elementwise`   all other arithmetic, counted in operations, or None where it cannot be known
    `reads`         for each output, for each input: what an output index reads along each input axis
    `saved`         what stays in memory until backward, for the gradients that are wanted
    `view`          True where the output shares the input's memory
    `spellings`     how frameworks write it
    ==============  =================================================================================================
    """

    name: ClassVar[str] = ""
    arity: ClassVar[tuple[int, int | None]]
    view: ClassVar[bool]
    spellings: ClassVar[tuple[Spelling, ...]]
    fields: ClassVar[Mapping[str, Kind]] = {}
    defaults: ClassVar[Mapping[str, Any]] = {}
    leading: ClassVar[str] = ""
    """The setting whose length tells the number of spatial axes; empty for an operator that has none."""

    axes: int
    """Number of spatial axes; 0 for an operator that has no setting for each axis."""

    _key: tuple[Any, ...]
    _hash: int

    def __init_subclass__(cls, name: str = "") -> None:
        own = {f: a.__metadata__[0] for f, a in cls.__annotations__.items() if hasattr(a, "__metadata__")}
        cls.fields = {**cls.fields, **own}
        cls.defaults = {**cls.defaults, **{f: cls.__dict__[f] for f in own if f in cls.__dict__}}
        cls.leading = next((field for field, kind in cls.fields.items() if isinstance(kind, EachAxis)), "")
        if name:
            _check_facts(cls, name)
            cls.name = name

    def __init__(self, **settings: Any) -> None:
        values = {**self.defaults, **settings}
        if values.keys() != self.fields.keys():
            raise SettingError(self._wrong_names(values))
        axes = None
        object.__setattr__(self, "axes", 0)
        for field, kind in self.fields.items():
            try:
                value = kind.read(self._or_like(kind, values[field]), axes)
            except SettingError as error:
                raise SettingError(f"{self.name}: {field} {error}") from None
            object.__setattr__(self, field, value)
            if field == self.leading:
                axes = len(value)
                object.__setattr__(self, "axes", axes)
        key = (self.name, *[getattr(self, field) for field in self.fields])
        object.__setattr__(self, "_key", key)
        object.__setattr__(self, "_hash", hash(key))

    def implied(self, field: str) -> Any:
        """The default of a setting, in canonical form for this operator's number of axes."""
        kind = self.fields[field]
        return kind.read(self._or_like(kind, self.defaults[field]), self.axes or None)

    def _or_like(self, kind: Kind, value: Any) -> Any:
        return getattr(self, kind.like) if value is None and kind.like else value

    def _wrong_names(self, values: Mapping[str, Any]) -> str:
        extra = [f for f in values if f not in self.fields]
        if extra:
            known = ", ".join(self.fields) or "none"
            return f"{self.name} has no setting {extra[0]!r}{nearest(extra[0], list(self.fields))}; it has: {known}"
        return f"{self.name} needs {', '.join(f for f in self.fields if f not in values)}"

    def settings(self) -> dict[str, Any]:
        """All settings in canonical form, in the order in which the class states them."""
        return {field: getattr(self, field) for field in self.fields}

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{self.name} is immutable; make a new one")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Op) and self._key == other._key

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in self.settings().items())})"

    def infer(self, xs: Inputs) -> Outputs:
        """Output specs, after checking the number of inputs."""
        least, most = self.arity
        if len(xs) < least or (most is not None and len(xs) > most):
            wanted = f"{least}" if least == most else f"{least} to {most}" if most is not None else f"at least {least}"
            raise ShapeError(f"takes {wanted} input{'s' if wanted != '1' else ''}, but was given {len(xs)}")
        made = self.outputs(xs)
        if any(spec.rank > MAX_AXES for spec in made):
            raise ShapeError(f"an output of {max(spec.rank for spec in made)} axes; a tensor has at most {MAX_AXES}")
        return made

    def outputs(self, xs: Inputs) -> Outputs:
        raise NotImplementedError

    def params(self, xs: Inputs) -> Shapes:
        raise NotImplementedError

    def buffers(self, xs: Inputs) -> Shapes:
        raise NotImplementedError

    def macs(self, xs: Inputs) -> int | None:
        raise NotImplementedError

    def gradient_macs(self, xs: Inputs, wanted: Wanted) -> int | None:
        raise NotImplementedError

    def elementwise(self, xs: Inputs) -> int | None:
        raise NotImplementedError

    def saved(self, xs: Inputs, wanted: Wanted) -> Saved:
        raise NotImplementedError

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        raise NotImplementedError

    @classmethod
    def from_params(cls, shapes: Shapes, settings: Settings) -> Settings:
        """The settings that the shapes of its parameters determine, given the other ``settings``: the inverse of `params`."""
        return {}


def along(axis: int | None, build: Callable[[], AxisMap]) -> AxisRead:
    """`Along` this output axis through the map that ``build`` makes, or `UNKNOWN` where it is too irregular to write out."""
    try:
        return Along(axis, build())
    except TooIrregularError:
        return UNKNOWN


def _check_facts(cls: type[Op], name: str) -> None:
    missing = [fact for fact in FACTS if not any(fact in base.__dict__ for base in cls.__mro__[: cls.__mro__.index(Op)])]
    if missing:
        raise TypeError(f"operator {name!r} does not state: {', '.join(missing)}")
    if not cls.__doc__:
        raise TypeError(f"operator {name!r} has no docstring")


def names() -> list[str]:
    """The names of all operators: the files of the folder."""
    folder = importlib.import_module("convlens.ops")
    return sorted(m.name for m in pkgutil.iter_modules(folder.__path__) if not m.name.startswith("_"))


def find(name: str) -> type[Op] | None:
    """The operator of that name, imported now if it was not before; None where there is none."""
    if not name.isidentifier() or name.startswith("_"):
        return None
    try:
        module = importlib.import_module(f"convlens.ops.{name}")
    except ModuleNotFoundError as error:
        if error.name == f"convlens.ops.{name}":
            return None
        raise
    return next(c for c in vars(module).values() if isinstance(c, type) and issubclass(c, Op) and c.name == name)


def lookup(name: str) -> type[Op]:
    """The operator of that name, or `UsageError` naming the nearest one."""
    found = find(name)
    if found is None:
        raise UsageError(f"unknown operator {name!r}{nearest(name, names())}")
    return found


def every() -> list[type[Op]]:
    """All operators, in the order of their names."""
    return [lookup(name) for name in names()]
