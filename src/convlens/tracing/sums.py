"""Terms as text: row by row of the kernel, long ones folded with what was folded added up."""

from collections.abc import Sequence
from itertools import groupby, zip_longest

from convlens.ir.spec import Shape
from convlens.lang.messages import counted
from convlens.tracing.number import Number, factor, shown, total
from convlens.tracing.term import Term

ROWS = 9
"""Rows of a kernel that are written out."""

FOLDED = 26
"""Room that is left for what stands for the terms that are left out."""


def product_text(term: Term) -> str:
    """
    >>> product_text(Term(3, None, (0,), (0,), -2)), product_text(Term(3, None, (0,), (0,)))
    ('3*(-2)', '3')
    """
    return factor(term.x) if term.weight is None else f"{factor(term.x)}*{factor(term.weight)}"


def rows_of(terms: Sequence[Term]) -> list[list[Term]]:
    """The terms of each row of the kernel."""
    return [list(row) for _, row in groupby(terms, key=lambda term: term.place[:-1])]


def written(terms: Sequence[Term], lang: str, width: int, sign: str = "+") -> list[str]:
    """The terms, a line for each row, with ``sign`` between them; no line longer than ``width``.

    >>> terms = [Term(h + w, None, (h, w), (h, w), 2) for h in range(2) for w in range(3)]
    >>> print(*written(terms, "en", 40), sep="\\n")
      0*2 + 1*2 + 2*2
    + 1*2 + 2*2 + 3*2
    """
    rows = rows_of(terms)
    kept = rows if len(rows) <= ROWS else rows[: ROWS - 1]
    texts = [[product_text(term) for term in row] for row in kept]
    sizes = [max(map(len, column)) for column in zip_longest(*texts, fillvalue="")]
    lines = [_row(row, list(map(str.rjust, own, sizes)), lang, width - 2, sign) for row, own in zip(kept, texts, strict=True)]
    rest = [term for row in rows[len(kept) :] for term in row]
    if rest:
        lines.append(_folded(rest, lang, sign))
    return lines if len(lines) == 1 else [f"{sign if at else ' '} {line}" for at, line in enumerate(lines)]


def _row(row: Sequence[Term], texts: Sequence[str], lang: str, width: int, sign: str) -> str:
    """One row; what does not fit is added up behind it."""
    glue = f" {sign} "
    whole = glue.join(texts)
    if len(whole) <= width:
        return whole
    kept = next((n for n, _ in enumerate(texts) if len(glue.join(texts[: n + 1])) > width - FOLDED), len(texts) - 2)
    return glue.join([*texts[:kept], _folded(row[kept:], lang, sign)])


def _folded(terms: Sequence[Term], lang: str, sign: str) -> str:
    if sign == ",":
        largest = shown(max(term.x for term in terms))
        return counted(
            lang,
            "({count} more value, at most {largest})",
            "({count} more values, at most {largest})",
            len(terms),
            largest=largest,
        )
    text = shown(total([term.product for term in terms]))
    return counted(lang, "({count} more term: {sum})", "({count} more terms: {sum})", len(terms), sum=text)


def kernel_lines(terms: Sequence[Term]) -> list[str]:
    """The weights as they lie on the window; the terms are those of one slice."""
    rows = [[shown(term.weight) for term in row if term.weight is not None] for row in rows_of(terms)]
    size = max(len(text) for row in rows for text in row)
    return ["  ".join(text.rjust(size) for text in row) for row in rows]


def summed_text(numbers: Sequence[Number]) -> str:
    """
    >>> summed_text([3, -1])
    '3 + (-1)'
    """
    return " + ".join(map(factor, numbers))


def entries(index: Shape) -> str:
    """
    >>> entries((0, 1, 2))
    '[0, 1, 2]'
    """
    return f"[{', '.join(map(str, index))}]"
