"""Which channels and groups of a layer are drawn where there are many."""

from string import ascii_uppercase

FEW = 4


def few(count: int, most: int = FEW) -> list[int]:
    """All of a few; of many the first two and the last, or with less room the first and the last.

    >>> few(3), few(64), few(8, 2)
    ([0, 1, 2], [0, 1, 63], [0, 7])
    """
    if count <= most:
        return list(range(count))
    return [0, 1, count - 1] if most > 2 else [0, count - 1]


def lanes(given: int, made: int, groups: int) -> list[tuple[int, list[int], list[int]]]:
    """The groups that are drawn, with their input and output channels.

    >>> lanes(3, 2, 1), lanes(4, 4, 2)
    ([(0, [0, 1, 2], [0, 1])], [(0, [0, 1], [0, 1]), (1, [2, 3], [2, 3])])
    >>> lanes(32, 32, 32)
    [(0, [0], [0]), (1, [1], [1]), (31, [31], [31])]
    """
    read, written, most = given // groups, made // groups, FEW if groups == 1 else 2
    return [
        (group, [group * read + at for at in few(read, most)], [group * written + at for at in few(written, most)])
        for group in few(groups)
    ]


def letter(group: int) -> str:
    """A, B, ..., Z, AA, AB, ...

    >>> letter(0), letter(25), letter(26), letter(701), letter(702)
    ('A', 'Z', 'AA', 'ZZ', 'AAA')
    """
    before, at = divmod(group, len(ascii_uppercase))
    return (letter(before - 1) if before else "") + ascii_uppercase[at]
