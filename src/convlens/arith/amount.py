"""Whole numbers as people write them: 5M, 1.5G, 20MB, 8MiB. Each is read exactly; nothing is rounded."""

import re

MOST = 40
"""Characters of one number."""

_PREFIXES = "kmgtpe"
_COUNTS = {"": 1} | {prefix: 1000 ** (at + 1) for at, prefix in enumerate(_PREFIXES)}
_BYTES = (
    {unit + b: size for unit, size in _COUNTS.items() for b in ("", "b")}
    | {f"{prefix}i": 1024 ** (at + 1) for at, prefix in enumerate(_PREFIXES)}
    | {f"{prefix}ib": 1024 ** (at + 1) for at, prefix in enumerate(_PREFIXES)}
)
_NUMBER = re.compile(r"(\d+(?:[_,]\d{3})*|\d+)(?:\.(\d+))?\s*([A-Za-z]*)", re.ASCII)


def count(text: str) -> int:
    """A number of things, with k, M, G, T, P or E behind it, in upper or lower case.

    Raises `ValueError` for what is none, or none of whole things.

    >>> count("5M"), count("1.5 G"), count("46_764_746"), count("600k")
    (5000000, 1500000000, 46764746, 600000)
    """
    return _read(text, _COUNTS, "a whole number such as 600000, 600k, 5M or 1.5G")


def byte_count(text: str) -> int:
    """A number of bytes: kB, MB, GB are powers of 1000, KiB, MiB, GiB of 1024. Raises `ValueError`.

    >>> byte_count("20MB"), byte_count("8MiB"), byte_count("0.5 KiB"), byte_count("512")
    (20000000, 8388608, 512, 512)
    """
    return _read(text, _BYTES, "a number of bytes such as 4096, 20MB or 8MiB")


def _read(text: str, units: dict[str, int], what: str) -> int:
    found = _NUMBER.fullmatch(text.strip()) if len(text) <= MOST else None
    unit = units.get(found[3].lower()) if found else None
    if found is None or unit is None:
        raise ValueError(f"{text[:MOST]!r} is not {what}")
    decimals = found[2] or ""
    digits = int(found[1].replace("_", "").replace(",", "") + decimals)
    number, rest = divmod(digits * unit, int("1" + "0" * len(decimals)))
    if rest:
        raise ValueError(f"{text!r} is not a whole number, but {number} and a fraction")
    return number
