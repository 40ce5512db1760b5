"""Commands whose help is in the reader's language. English stands in the code; the catalogues have the rest."""

import copy
import inspect
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import click

from convlens.cli._click_words import OPTIONS, SHOW_HELP, click_speaks
from convlens.lang.choice import LANGUAGES, preferred
from convlens.lang.messages import said_as

COLUMN = 30
"""The most that options take of a line before what they mean stands on lines below them."""


def asked(args: Sequence[str]) -> str | None:
    """The language of the last ``--lang`` of a command line, None where there is none: it must be known before it is parsed.

    >>> asked(["--lang", "zh", "run", "--help"]), asked(["run", "--lang=en"]), asked(["run", "--lang"]), asked(["--lang", "fr"])
    ('zh', 'en', None, None)
    """
    parts = [part for each in args for part in (each.split("=", 1) if each.startswith("--lang=") else [each])]
    given = [value for flag, value in pairwise(parts) if flag == "--lang" and value in LANGUAGES]
    return given[-1] if given else None


def language(context: click.Context) -> str:
    """The language in which this command speaks."""
    return context.obj if context.obj in LANGUAGES else preferred()


def paragraphs(text: str | None) -> list[str]:
    """The paragraphs of a help text, each on one line.

    >>> paragraphs("One\\n    two.\\n\\n    Three.")
    ['One two.', 'Three.']
    """
    return [" ".join(part.split()) for part in inspect.cleandoc(text or "").split("\n\n") if part.strip()]


class Spoken(click.Command):
    """A command whose context holds, as ``obj``, the language that it speaks."""

    def make_context(self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any) -> Any:
        lang = asked(args) or (language(parent) if parent else preferred())
        with click_speaks(lang):
            return super().make_context(info_name, args, parent, **{"obj": lang, **extra})

    def get_help(self, ctx: click.Context) -> str:
        lang = language(ctx)
        formatter = Formatter(ctx, lang) if lang != "en" else ctx.make_formatter()
        with click_speaks(lang):
            self.format_help(ctx, formatter)
        return formatter.getvalue().rstrip("\n")

    def words(self) -> Iterator[str]:
        """Every text of the help, as it stands in the code."""
        yield from paragraphs(self.help)
        options = [option for option in self.params if isinstance(option, click.Option)]
        yield from (option.help for option in options if option.help)
        yield from dict.fromkeys(map(heading_of, options))
        yield from paragraphs(self.epilog)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Made once by click, in whatever language it speaks then."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = SHOW_HELP
        return option

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [said_as(language(ctx), piece) for piece in super().collect_usage_pieces(ctx)]

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self._format(paragraphs(self.help), ctx, formatter)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self._format(paragraphs(self.epilog), ctx, formatter)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        lang = language(ctx)
        sections: dict[str, list[tuple[str, str]]] = {OPTIONS: []}
        for option in self.get_params(ctx):
            if isinstance(option, click.Option) and (record := _spoken(option, lang).get_help_record(ctx)):
                sections.setdefault(heading_of(option), []).append(record)
        for heading, records in sections.items():
            with formatter.section(said_as(lang, heading)):
                formatter.write_dl(records)

    @staticmethod
    def _format(texts: Sequence[str], ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if texts:
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text("\n\n".join(said_as(language(ctx), text) for text in texts))


class Headed(click.Option):
    """An option that the help lists under ``heading``, after those that have none."""

    def __init__(self, *args: Any, heading: str, **rest: Any) -> None:
        super().__init__(*args, **rest)
        self.heading = heading


def heading_of(option: click.Option) -> str:
    """Under which the help lists it."""
    return option.heading if isinstance(option, Headed) else OPTIONS


def _spoken(option: click.Option, lang: str) -> click.Option:
    spoken = copy.copy(option)
    spoken.help = said_as(lang, option.help or "")
    return spoken


class Formatter(click.HelpFormatter):
    """Lays out characters that take two cells, between which a line may end."""

    def __init__(self, ctx: click.Context, lang: str) -> None:
        super().__init__(width=ctx.terminal_width, max_width=ctx.max_content_width)
        self._lang = lang

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, said_as(self._lang, "Usage:") if prefix is None else prefix)

    def write_heading(self, heading: str) -> None:
        self.write(f"{'':>{self.current_indent}}{heading}：\n")

    def write_text(self, text: str) -> None:
        from convlens.lang.layout import wrapped  # noqa: PLC0415 - only wide characters need it

        indent = " " * self.current_indent
        parts = ["\n".join(indent + line for line in wrapped(part, self.width - len(indent))) for part in text.split("\n\n")]
        self.write("\n\n".join(parts) + "\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = COLUMN, col_spacing: int = 2) -> None:
        from convlens.lang.layout import wrapped  # noqa: PLC0415 - only wide characters need it

        listed, indent = list(rows), " " * self.current_indent
        column = min(max(len(term) for term, _ in listed), col_max) + col_spacing
        for term, meaning in listed:
            first, *more = wrapped(meaning, max(self.width - column - self.current_indent, 10))
            below = " " * (self.current_indent + column)
            head = f"{indent}{term:<{column}}" if len(term) <= column - col_spacing else f"{indent}{term}\n{below}"
            self.write(f"{head}{first}".rstrip() + "\n")
            self.write("".join(f"{below}{line}\n" for line in more))
