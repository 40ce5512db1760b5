"""The group of verbs: one file each, found by walking this folder, imported when it is called."""

import importlib
import pkgutil
from collections.abc import Iterator
from importlib.machinery import FileFinder
from typing import Any

import click

from convlens.cli._spoken import Spoken, language
from convlens.lang.messages import marked, said_as
from convlens.lang.sentence import Sentence

VERBS = marked("Verbs")


class VerbGroup(Spoken, click.Group):
    """Lists and loads the verbs. A verb is a file without a leading underscore; in it, ``command`` is what is run.

    Its one line of help is the first line of the file, read without importing anything.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(self._files())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._files():
            return None
        found = importlib.import_module(f"convlens.cli.{cmd_name}").command
        return found if isinstance(found, click.Command) else None

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        from convlens.ir.errors import nearest  # noqa: PLC0415 - only an error needs it

        if args and not args[0].startswith("-") and args[0] not in self._files():
            verbs = self.list_commands(ctx)
            known = {"name": repr(args[0]), "meant": nearest(args[0], verbs), "verbs": ", ".join(verbs)}
            ctx.fail(Sentence("there is no verb {name}{meant}; the verbs are: {verbs}", **known))
        return super().resolve_command(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        lang = language(ctx)
        with formatter.section(said_as(lang, VERBS)):
            formatter.write_dl([(name, said_as(lang, line)) for name, line in self.lines()])

    def lines(self) -> list[tuple[str, str]]:
        """Every verb with its one line of help."""
        return [(name, _first_line(finder, name)) for name, finder in sorted(self._files().items())]

    def words(self) -> Iterator[str]:
        yield from super().words()
        yield from (line for _, line in self.lines())

    def _files(self) -> dict[str, FileFinder]:
        folder = importlib.import_module("convlens.cli")
        found = pkgutil.iter_modules(folder.__path__)
        return {m.name: m.module_finder for m in found if not m.name.startswith("_") and isinstance(m.module_finder, FileFinder)}


def _first_line(finder: FileFinder, name: str) -> str:
    spec: Any = finder.find_spec(name)
    return str(spec.loader.get_source(name)).split("\n", 1)[0].strip('" ')
