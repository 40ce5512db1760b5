"""Bring the message catalogues up to date with the code: collect, merge, compile. A test does the same and compares.

New messages come out without a translation: write it into the .po file, then run this again.
"""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from convlens.cli import commands
from convlens.lang.choice import LANGUAGES
from convlens.lang.messages import DOMAIN
from convlens.linting.table import every

SOURCE = Path(__file__).parent.parent / "src" / "convlens"
KEYWORDS = {"say": (2,), "counted": (2, 3), "marked": (1,), "marked_counts": (1, 2), "Sentence": (1,)}
"""The calls that name messages, and at which of their arguments."""

WIDTH = 130

HEADER = """\
# The words of convlens that people read. `make catalogues` writes new messages here and compiles the file.
msgid ""
msgstr ""
"Language: {lang}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals}\\n"

"""
"""Without dates and versions, so that the file changes only where a message does."""

NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)


def po_file(lang: str) -> Path:
    return SOURCE / "lang" / lang / "LC_MESSAGES" / f"{DOMAIN}.po"


def collected(folder: Path = SOURCE) -> Catalog:
    """Every message of the code, and every text of ``--help``, with the files that use it."""
    found = Catalog(domain=DOMAIN)
    for file, _line, message, comments, context in extract_from_dir(folder, [("**.py", "python")], keywords=KEYWORDS):
        found.add(message, locations=[(f"src/convlens/{file}", None)], auto_comments=comments, context=context)
    if folder == SOURCE:
        for file, message in (*help_words(), *of_rules()):
            found.add(message, locations=[(file, None)])
    return found


def help_words() -> Iterator[tuple[str, str]]:
    """The texts of ``--help``, which stand in the declarations of the commands, with the file of each."""
    context = click.Context(commands)
    yield from (("src/convlens/cli/__init__.py", text) for text in commands.words())
    for name in commands.list_commands(context):
        yield from ((f"src/convlens/cli/{name}.py", text) for text in commands.get_command(context, name).words())


def of_rules() -> Iterator[tuple[str, str]]:
    """The title of every lint rule and the paragraphs of its reason, which stand in its docstring."""
    for rule in every():
        file = f"src/{rule.__module__.replace('.', '/')}.py"
        yield from ((file, text) for text in (rule.docs().title, *rule.docs().paragraphs))


def merged(lang: str) -> Catalog:
    """The messages of the code with the translations that there are."""
    with po_file(lang).open("rb") as file:
        catalogue = read_po(file, locale=lang, domain=DOMAIN)
    catalogue.update(collected(), no_fuzzy_matching=True, update_creation_date=False)
    catalogue.creation_date = NO_DATE
    return catalogue


def as_po(catalogue: Catalog) -> bytes:
    file = io.BytesIO(HEADER.format(lang=catalogue.locale, plurals=catalogue.plural_forms).encode())
    file.seek(0, io.SEEK_END)
    write_po(file, catalogue, WIDTH, omit_header=True, sort_output=True, ignore_obsolete=True, include_lineno=False)
    return file.getvalue()


def as_mo(catalogue: Catalog) -> bytes:
    file = io.BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


if __name__ == "__main__":
    for language in LANGUAGES[1:]:
        catalogue = merged(language)
        po_file(language).write_bytes(as_po(catalogue))
        po_file(language).with_suffix(".mo").write_bytes(as_mo(catalogue))
        missing = [message.id for message in catalogue if message.id and not message.string]
        print(f"{language}: {len(catalogue)} messages, {len(missing)} without a translation", *missing, sep="\n  ")
