"""The equation of an einsum: its letters, their sizes, and what multiplying from left to right costs."""

from collections import Counter
from collections.abc import Sequence
from math import prod
from typing import NamedTuple

from convlens.ir.errors import ShapeError
from convlens.ir.spec import Shape

Terms = tuple[str, ...]
"""Indices by name; those that ``...`` stands for are called ``.0`` (the last axis), ``.1``, ..."""


class Equation(NamedTuple):
    """The indices of each input and of the output."""

    inputs: tuple[Terms, ...]
    output: Terms


class Plan(NamedTuple):
    """MACs of each product of a pair, in order (0 where it contracts nothing), and all other operations."""

    products: tuple[int, ...]
    elementwise: int


def parse(equation: str, ranks: Sequence[int]) -> Equation:
    """Read an equation for inputs with these numbers of axes, or `ShapeError`.

    >>> parse("b...d, b...e -> b...", (3, 2))
    Equation(inputs=(('b', '.0', 'd'), ('b', 'e')), output=('b', '.0'))
    """
    left, arrow, right = "".join(equation.split()).partition("->")
    written = left.split(",")
    if len(written) != len(ranks):
        raise ShapeError(
            f"{equation!r} is for {len(written)} inputs, but there are {len(ranks)}", "one group of letters for each"
        )
    inputs = tuple(_terms(text, rank, equation) for text, rank in zip(written, ranks, strict=True))
    output = _stated(right, inputs, equation) if arrow else _implied(inputs)
    return Equation(inputs, output)


def _terms(text: str, rank: int, equation: str) -> Terms:
    """``b...d`` on an input of 4 axes -> b, .1, .0, d."""
    before, dots, after = text.partition("...")
    letters = before + after
    _check_letters(letters, equation)
    free = rank - len(letters)
    if free < 0 or (free and not dots):
        raise ShapeError(
            f"{text!r} of {equation!r} names {len(letters)} axes, but its input has {rank}", "a letter for each axis"
        )
    return (*before, *(f".{i}" for i in reversed(range(free))), *after)


def _check_letters(letters: str, equation: str) -> None:
    wrong = next((c for c in letters if not (c.isascii() and c.isalpha())), "")
    if wrong:
        raise ShapeError(f"{wrong!r} in {equation!r} is no letter", "letters, commas, one '->' and '...'")


def _implied(inputs: tuple[Terms, ...]) -> Terms:
    """The axes of ``...``, then the letters that occur once, in alphabetical order."""
    counts = Counter(index for terms in inputs for index in terms)
    return (*_dots(inputs), *sorted(index for index, count in counts.items() if count == 1 and index.isalpha()))


def _dots(inputs: tuple[Terms, ...]) -> Terms:
    return tuple(sorted({i for terms in inputs for i in terms if not i.isalpha()}, key=lambda i: -int(i[1:])))


def _stated(text: str, inputs: tuple[Terms, ...], equation: str) -> Terms:
    before, dots, after = text.partition("...")
    letters = before + after
    _check_letters(letters, equation)
    known = {index for terms in inputs for index in terms}
    for letter in letters:
        if letter not in known:
            raise ShapeError(f"{letter!r} of the output of {equation!r} is in no input", "letters of the inputs")
        if letters.count(letter) > 1:
            raise ShapeError(f"{letter!r} is twice in the output of {equation!r}", "each letter once")
    return (*before, *(_dots(inputs) if dots else ()), *after)


def sizes_of(found: Equation, shapes: Sequence[Shape]) -> dict[str, int]:
    """The size of every index, or `ShapeError`; size 1 broadcasts."""
    sizes: dict[str, int] = {}
    for terms, dims in zip(found.inputs, shapes, strict=True):
        within: dict[str, int] = {}
        for index, size in zip(terms, dims, strict=True):
            if within.setdefault(index, size) != size:
                raise ShapeError(f"index {index!r} is both {within[index]} and {size} in one input", "equal sizes on a diagonal")
            if sizes.get(index, 1) != 1 and size not in (1, sizes[index]):
                raise ShapeError(f"index {index!r} is both {sizes[index]} and {size}", "one size for each letter")
            if size != 1 or index not in sizes:
                sizes[index] = size
    return sizes


def planned(found: Equation, sizes: dict[str, int], shapes: Sequence[Shape]) -> Plan:
    """What multiplying from left to right costs. An input that only broadcasts along an index does not have it."""
    parts = [
        {i for i, n in zip(terms, dims, strict=True) if n == sizes[i]} for terms, dims in zip(found.inputs, shapes, strict=True)
    ]
    total, products, elementwise = parts[0], [], 0
    for at, part in enumerate(parts[1:], 1):
        needed = set(found.output).union(*parts[at + 1 :])
        contracted = (total & part) - needed
        for mine, others in ((total, part), (part, total)):
            alone = mine - others - needed
            elementwise += _volume(mine, sizes) if alone else 0
        joined = (total | part) - ((total ^ part) - needed)
        products.append(_volume(joined, sizes) if contracted else 0)
        elementwise += 0 if contracted else _volume(joined, sizes)
        total = joined - contracted
    if total - set(found.output):
        elementwise += _volume(total, sizes)
    return Plan(tuple(products), elementwise)


def _volume(indices: set[str], sizes: dict[str, int]) -> int:
    return prod(sizes[index] for index in indices)
