"""The rules: one file each in the folder `rules`, found by walking it."""

import importlib
import pkgutil
from functools import cache

from convlens.ir.errors import UsageError, nearest, quoted
from convlens.linting import rules
from convlens.linting.rule import Rule


@cache
def every() -> tuple[type[Rule], ...]:
    """All rules in the order of their codes.

    >>> "S01" in [rule.code for rule in every()]
    True
    """
    return tuple(sorted(map(_rule_of, pkgutil.iter_modules(rules.__path__)), key=lambda rule: rule.code))


def _rule_of(module: pkgutil.ModuleInfo) -> type[Rule]:
    found = vars(importlib.import_module(f"{rules.__name__}.{module.name}")).values()
    return next(c for c in found if isinstance(c, type) and issubclass(c, Rule) and c is not Rule)


@cache
def _by_word() -> dict[str, type[Rule]]:
    return {word: rule for rule in every() for word in (rule.code, rule.name)}


def find(word: str) -> type[Rule] | None:
    """The rule of that code or name, upper or lower case; None where there is none."""
    return _by_word().get(word) or _by_word().get(word.upper()) or _by_word().get(word.lower())


def lookup(word: str) -> type[Rule]:
    """The rule of that code or name, or `UsageError` naming the nearest."""
    found = find(word)
    if found is None:
        known = list(_by_word())
        raise UsageError(f"there is no rule {quoted(word)}{nearest(word, known)}\n  fix: one of {', '.join(known[::2])}")
    return found


def codes(words: tuple[str, ...]) -> frozenset[str]:
    """The codes of all rules that these words name: a code, a name, or the letters of a family.

    >>> sorted(codes(("bias-before-norm",)))
    ['S01']
    """
    families = {rule.code[0] for rule in every()}
    found: set[str] = set()
    for word in words:
        if word.upper() in families:
            found |= {rule.code for rule in every() if rule.code[0] == word.upper()}
        else:
            found.add(lookup(word).code)
    return frozenset(found)
