"""What a file says, inside messages: short, and without anything that a terminal would obey."""

LONGEST = 200
"""Characters of a quoted value; a whole line has at most three times as many."""


def quoted(value: object) -> str:
    """The value as Python writes it, cut off where it is long.

    >>> quoted("a\\x1b[31m"), len(quoted("a" * 10_000))
    ("'a\\\\x1b[31m'", 203)
    """
    return _cut(repr(value), LONGEST)


def plain(name: str) -> str:
    """A name as it stands where it is short and prints as it is, else `quoted`.

    >>> plain("batch"), plain("a\\nb")
    ('batch', "'a\\\\nb'")
    """
    return name if name.isprintable() and len(name) <= LONGEST else quoted(name)


def listed(names: list[str]) -> str:
    """Names as a list that ends early; ``none`` where there is none.

    >>> listed(["x", "mask"]), listed([])
    ('x, mask', 'none')
    """
    return _cut(", ".join(map(plain, names[:LONGEST])), LONGEST) or "none"


def printable(message: str) -> str:
    """A whole message with long lines cut off and control characters written as escapes.

    >>> printable("it broke\\x07\\n  fix: nothing")
    'it broke\\\\x07\\n  fix: nothing'
    """
    lines = ("".join(c if c.isprintable() else repr(c)[1:-1] for c in line[: 4 * LONGEST]) for line in message.split("\n"))
    return "\n".join(_cut(line, 3 * LONGEST) for line in lines)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}..."
