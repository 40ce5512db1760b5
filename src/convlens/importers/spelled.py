"""Read a framework's call by an operator's spelling table: which argument is an input, a weight, a setting."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from convlens.ir import op as operators
from convlens.ir.errors import SettingError, ShapeError, UsageError, nearest
from convlens.ir.label import stated_size
from convlens.ir.op import Inputs, Op, Shapes
from convlens.ir.setting import Flag, Whole
from convlens.ir.spec import show_shape
from convlens.ir.spelling import REQUIRED, Spelling
from convlens.lang.sentence import Sentence


class Entry(NamedTuple):
    """One call of one framework: the operator, its spelling, and the number of spatial axes that the name says (or 0)."""

    op: type[Op]
    spelling: Spelling
    axes: int


class Bound(NamedTuple):
    """The arguments of one call, by what they are; ``settings`` and ``weights`` under our names."""

    data: list[Any]
    weights: dict[str, Any]
    settings: dict[str, Any]
    sizes: dict[str, Any]


@cache
def calls_of(framework: str) -> Mapping[str, Entry]:
    """Every call of a framework that an operator states, by name.

    >>> calls_of("torch.nn")["Conv3d"].axes
    3
    """
    return {name: entry for op in operators.every() for name, entry in entries(op, framework)}


def entries(op: type[Op], framework: str) -> list[tuple[str, Entry]]:
    """The calls of one operator in one framework, ``{n}`` written out."""
    found = []
    for spelling in op.spellings:
        if spelling.framework == framework:
            axes = spelling.axes if "{n}" in spelling.call else (0,)
            found += [(spelling.title(n), Entry(op, spelling, n)) for n in axes]
    return found


def bind(spelling: Spelling, args: Sequence[Any], kwargs: Mapping[str, Any], axes: int = 0) -> Bound:
    """Sort the arguments of one call. Raises `UsageError` for one too many, an unknown one, a missing one."""
    bound = Bound([], {}, {}, {})
    named = dict(kwargs)
    position = 0
    for arg in spelling.args:
        if arg.role == "const":
            bound.settings[arg.ours] = arg.default
            continue
        if position < len(args):
            value = args[position]
            if arg.theirs in named:
                raise UsageError(f"{spelling.title(axes)}: {arg.theirs} is given twice")
        else:
            value = named.pop(arg.theirs, arg.default)
        position += 1
        if value is REQUIRED:
            named = {"call": spelling.title(axes), "name": arg.theirs, "arguments": _signature(spelling)}
            raise UsageError(Sentence("{call} needs {name}; its arguments are: {arguments}", **named))
        if value is None and arg.role == "data" and arg.default is REQUIRED:
            raise UsageError(f"{spelling.title(axes)}: {arg.theirs} is None; it must be a tensor")
        _place(bound, arg, value, axes)
    if position < len(args):
        raise UsageError(f"{spelling.title(axes)} takes {position} arguments, but {len(args)} are given: {_signature(spelling)}")
    if named:
        name = next(iter(named))
        known = [arg.theirs for arg in spelling.args if arg.role != "const"]
        raise UsageError(
            f"{spelling.title(axes)} has no argument {name!r}{nearest(name, known)}; it has: {', '.join(known) or 'none'}"
        )
    return bound


def _place(bound: Bound, arg: Any, value: Any, axes: int) -> None:
    if arg.role == "data":
        if value is not None:
            bound.data.append(value)
    elif arg.role == "weight":
        if value is not None:
            bound.weights[arg.ours] = arg.codec.read(value, axes)
    elif arg.role == "setting":
        bound.settings[arg.ours] = arg.codec.read(value, axes)
    elif arg.role == "several":
        bound.settings.update(zip(arg.ours.split(), arg.codec.read(value, axes), strict=True))
    elif arg.role == "size":
        bound.sizes[arg.ours] = value


def make(entry: Entry, settings: Mapping[str, Any], weights: Shapes | None = None) -> Op:
    """The operator with these settings, completed by what the shapes of its weights determine."""
    found = {**settings, **(_from_params(entry, weights, settings) if weights is not None else {})}
    if "space" in entry.op.fields and entry.axes:
        found["space"] = entry.axes
    leading = entry.op.leading
    if leading in found and entry.axes:
        value = found[leading]
        if not isinstance(value, list | tuple):
            found[leading] = (value,) * entry.axes
        elif len(value) not in (1, entry.axes):
            raise SettingError(
                f"{entry.spelling.title(entry.axes)}: {leading} has {len(value)} entries; it needs 1 or {entry.axes}"
            )
        elif len(value) == 1:
            found[leading] = tuple(value) * entry.axes
    return entry.op(**found)


def _from_params(entry: Entry, weights: Shapes, settings: Mapping[str, Any]) -> Mapping[str, Any]:
    title = entry.spelling.title(entry.axes)
    _check_scalars(entry.op, settings)
    try:
        return entry.op.from_params(weights, settings)
    except KeyError as error:
        raise UsageError(f"{title} needs a shape for {error.args[0]}, which is None") from None
    except (IndexError, ValueError):
        shown = ", ".join(f"{name} {show_shape(tuple(shape))}" for name, shape in weights.items())
        raise UsageError(f"{title}: its weights do not have the axes that it needs: {shown}") from None


def _check_scalars(op: type[Op], settings: Mapping[str, Any]) -> None:
    """A number or a flag is checked before it is used together with the shapes of the weights."""
    for name, value in settings.items():
        kind = op.fields.get(name)
        if isinstance(kind, Whole | Flag) and not (value is None and kind.like):
            try:
                kind.read(value, None)
            except SettingError as error:
                raise SettingError(f"{op.name}: {name} {error}") from None


def check_sizes(entry: Entry, op: Op, sizes: Mapping[str, Any], xs: Inputs) -> None:
    """A size that the call states again must be that of the input."""
    for axis, said in sizes.items():
        is_there = stated_size(axis, op, xs) if xs else None
        if is_there is not None and is_there != said:
            name = next(arg.theirs for arg in entry.spelling.roles("size") if arg.ours == axis)
            message = Sentence(
                "{name}={said}, but the input {x} has {there} there", name=name, said=said, x=xs[0], there=is_there
            )
            raise ShapeError(message, f"{name}={is_there}")


def check_limits(entry: Entry, op: Op, xs: Inputs) -> None:
    """What this framework refuses beyond the operator's own rule."""
    if entry.spelling.limits is not None:
        entry.spelling.limits(op, xs, entry.axes)


def _signature(spelling: Spelling) -> str:
    return ", ".join(
        arg.theirs if arg.default is REQUIRED else f"{arg.theirs}={arg.default!r}" for arg in spelling.args if arg.role != "const"
    )
