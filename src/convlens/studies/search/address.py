"""The address of the database that keeps the trials of a search."""

from pathlib import Path

from convlens.ir.errors import UsageError, cut
from convlens.lang.sentence import Sentence


def url_of(storage: str, place: Path) -> str:
    """The address of the database. Raises `UsageError` for one of a kind that is not supported."""
    if not storage:
        return f"sqlite:///{place}"
    if storage.startswith(("postgresql://", "postgres://", "postgresql+psycopg://")):
        return "postgresql+psycopg://" + storage.partition("://")[2]
    if storage.startswith("sqlite:///"):
        return storage
    raise UsageError(
        Sentence(
            "--storage {storage} is no database that is supported\n"
            "  fix: postgresql://user@host/name, or nothing for a file beside the runs",
            storage=cut(storage),
        )
    )


def shown_url(url: str) -> str:
    """Without its password.

    >>> shown_url("postgresql+psycopg://me:secret@host/name"), shown_url("sqlite:///a.db")
    ('postgresql+psycopg://me@host/name', 'sqlite:///a.db')
    """
    kind, _, rest = url.partition("://")
    who, at, where = rest.rpartition("@")
    return f"{kind}://{who.partition(':')[0]}{at}{where}"


def shown_words(words: list[str]) -> list[str]:
    """The words of a command without the password of an address among them.

    >>> shown_words(["study", "--storage=postgresql://me:secret@host/name", "-o", "a:b@c"])
    ['study', '--storage=postgresql://me@host/name', '-o', 'a:b@c']
    """
    found = []
    for word in words:
        option, equals, value = word.partition("=") if word.startswith("-") else ("", "", word)
        found.append(option + equals + (shown_url(value) if "://" in value else value))
    return found
