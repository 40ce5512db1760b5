"""Write docs/reference from the code: a page for all operators, one for all networks, one for the rules, one for the commands.

A test writes the pages again and compares, so they cannot lag behind.
"""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import click

from convlens import networks
from convlens.cli import commands
from convlens.cli._click_words import OPTIONS
from convlens.cli._spoken import heading_of
from convlens.explanations.docstring import parts, table_rows
from convlens.ir import op as operators
from convlens.ir.op import Op
from convlens.ir.spelling import REQUIRED
from convlens.lang.markdown import prose, table_row
from convlens.lang.messages import said_as
from convlens.linting import table as rules
from convlens.linting.documentation import OPTIONAL
from convlens.linting.rule import Rule
from convlens.passes.facts import facts
from convlens.training.recipe import recipe_names, recipe_of
from convlens.training.settings.groups import GROUPS
from convlens.training.settings.setting import Setting
from convlens.training.settings.settings import Settings, table

REFERENCE = Path(__file__).parent / "reference"
NOTE = "<!-- Written by docs/generate.py from the code: change the code, then run `make docs`. -->\n\n"


def pages() -> dict[str, str]:
    """Every page by its file name."""
    return {
        "README.md": _index(),
        "operators.md": _operators(),
        "networks.md": _networks(),
        "rules.md": _rules(),
        "commands.md": _commands(),
        "settings.md": _settings("en"),
        "settings.zh-CN.md": _settings("zh"),
        "recipes.md": _recipes(),
    }


def _index() -> str:
    return (
        f"{NOTE}# Reference\n\n- [Operators](operators.md): what each computes and costs, and how frameworks write it\n"
        "- [Networks](networks.md): the networks that go by a name\n"
        "- [Rules](rules.md): what `convlens lint` finds, and why it is a fault\n- [Commands](commands.md)\n"
        "- [Settings of a training](settings.md) ([中文](settings.zh-CN.md)), and the [recipes](recipes.md) that come with it\n"
    )


def _operators() -> str:
    head = "# Operators\n\nSettings without a default must be given. "
    head += "[The text form](../text-form.md) explains how they are written.\n"
    return NOTE + head + "".join(_operator(op) for op in operators.every())


def _operator(op: type[Op]) -> str:
    keeps = " ".join((op.saved.__doc__ or "").split())
    lines = ["", f"## {op.name}", "", *_docstring(op)]
    if op.fields:
        lines += ["| setting | default |", "|---|---|"]
        lines += [f"| `{field}` | {_shown(op.defaults.get(field, REQUIRED))} |" for field in op.fields]
        lines.append("")
    lines += [f"Kept for backward: {keeps} {'A view of its input.' if op.view else 'A new tensor.'}", ""]
    calls = list(dict.fromkeys(f"`{s.framework}.{s.call}`" for s in op.spellings))
    if calls:
        shown = ", ".join(calls[:12]) + (f" and {len(calls) - 12} more" if len(calls) > 12 else "")
        lines += [f"Written as: {shown}", ""]
    return "\n".join(lines)


def _docstring(op: type[Op]) -> Iterator[str]:
    """The docstring as Markdown: examples in code blocks, tables as tables."""
    for kind, lines in parts(op):
        if kind == "example":
            yield from ("```python", *lines, "```", "")
        elif kind == "table":
            yield from (*_table(lines), "")
        else:
            yield from (*(_single_ticks(line) for line in lines), "")


def _table(lines: list[str]) -> Iterator[str]:
    yield "| fact | rule | unit |"
    yield "|---|---|---|"
    yield from (f"| {' | '.join(map(_single_ticks, row))} |" for row in table_rows(lines))


def _single_ticks(text: str) -> str:
    return re.sub(r"``([^`]+)``", r"`\1`", text)


def _networks() -> str:
    head = "# Networks\n\n`convlens summary NAME` takes any of these. The sources of the figures stand in the files.\n\n"
    rows = ["| name | input | parameters | MACs | nodes |", "|---|---|---:|---:|---:|"]
    for name in networks.names():
        graph = networks.load(name)
        found = facts(graph).nodes.values()
        params, macs = sum(f.params for f in found), sum(f.macs or 0 for f in found)
        rows.append(f"| `{name}` | {graph.inputs[0].spec} | {params:,} | {macs:,} | {len(graph.nodes)} |")
    return NOTE + head + "\n".join(rows) + "\n"


def _settings(lang: str) -> str:
    at = ("en", "zh").index(lang)
    titles = (("Settings of a training", "setting", "default", "what it does", "why this default", "legal"),
              ("训练的设置", "设置", "默认值", "作用", "默认值的理由", "允许的值"))[at]  # fmt: skip
    intro = (
        (
            "Each is an option of `convlens train` (`--learning-rate 0.01`), a line of a recipe (`learning_rate = 0.01`) and an "
            "argument of `convlens.train(..., learning_rate=0.01)`."
        ),
        (
            "每一项都是 `convlens train` 的选项（`--learning-rate 0.01`）、配方文件中的一行（`learning_rate = 0.01`），"
            "也是 `convlens.train(..., learning_rate=0.01)` 的参数。"
        ),
    )[at]
    lines = [f"{NOTE}# {titles[0]}", "", intro]
    for group, heading in GROUPS.items():
        lines += ["", f"## {said_as(lang, heading)}", "", f"| {' | '.join(titles[1:])} |", "|---|---|---|---|---|"]
        lines += [_setting_row(about, lang) for about in table() if about.group == group]
    return "\n".join(lines) + "\n"


def _setting_row(about: Setting, lang: str) -> str:
    default = "" if about.default in (None, ()) else f"`{str(about.default).lower()}`"
    return table_row([f"`{about.name}`", default, said_as(lang, about.meaning), said_as(lang, about.reason), about.legal(lang)])


def _recipes() -> str:
    lines = [f"{NOTE}# Recipes", "", "`convlens train NAME` trains any of these; [what they reach](../training-results.md)."]
    for name in recipe_names():
        recipe = recipe_of(name)
        changed = {key: value for key, value in recipe.settings.to_dict().items() if value != Settings().to_dict().get(key)}
        shown = ", ".join(f"`{key} = {str(value).lower()}`" for key, value in changed.items())
        data = f" on {recipe.data}" if recipe.data else ""
        lines += ["", f"## {name}", "", recipe.description, "", recipe.description_zh, "",
                  f"Network `{Path(recipe.network).stem}`{data}; {shown or 'all settings as they are'}."]  # fmt: skip
    return "\n".join(lines) + "\n"


def _rules() -> str:
    head = [
        f"{NOTE}# Rules", "",
        "What `convlens lint` finds ([how to use it](../lint.md)). `convlens explain CODE` prints a rule, with what it says of",
        "its own bad example.", "", "| code | name | severity | status | finds |", "|---|---|---|---|---|",
    ]  # fmt: skip
    for rule in rules.every():
        link = f"[{rule.code}](#{rule.code.lower()}-{rule.name})"
        head.append(table_row([link, rule.name, rule.severity, rule.status, prose(rule.docs().title)]))
    return "\n".join(head) + "\n" + "".join(_rule(rule) for rule in rules.every())


def _rule(rule: type[Rule]) -> str:
    docs = rule.docs()
    lines = ["", f"## {rule.code} {rule.name}", "", prose(docs.title), ""]
    lines += [line for text in docs.paragraphs for line in (prose(text), "")]
    for title, example in (("Reported", docs.bad), ("Not reported", docs.good)):
        lines += [f"{title}:", "", "```text", example.text.rstrip("\n"), "```", ""]
    for heading in OPTIONAL:
        if heading in docs.sections:
            lines += [f"{heading}:", ""]
            lines += [line for text in docs.sections[heading].split("\n\n") for line in (prose(text), "")]
    return "\n".join([*lines, f"Source: {prose(docs.source)}"]) + "\n"


def _commands() -> str:
    """From the parameters, not from the help text, whose lines each version of click breaks in its own way."""
    context = click.Context(commands, info_name="convlens")
    found = [(name, commands.get_command(context, name)) for name in commands.list_commands(context)]
    verbs = [(name, command) for name, command in found if command is not None]
    head = [f"{NOTE}# Commands", "", str(commands.help), "", str(commands.epilog), "", "| verb | question |", "|---|---|"]
    head += [f"| [{name}](#{name}) | {_cell(command.short_help)} |" for name, command in verbs]
    return "\n".join(head) + "\n" + "".join(_command(name, command) for name, command in verbs)


def _command(name: str, command: click.Command) -> str:
    arguments = " ".join(p.metavar or str(p.name).upper() for p in command.params if isinstance(p, click.Argument))
    help_text = [" ".join(block.split()) for block in inspect.cleandoc(str(command.help)).split("\n\n")]
    lines = ["", f"## {name}", "", f"`convlens {name} [OPTIONS] {arguments}`", ""]
    lines += [line for block in help_text for line in (block, "")]
    sections: dict[str, list[str]] = {OPTIONS: []}
    for option in command.params:
        if isinstance(option, click.Option):
            sections.setdefault(heading_of(option), []).append(f"| {_option(option)} | {_cell(option.help)} |")
    for heading, rows in sections.items():
        lines += [*([] if heading == OPTIONS else ["", f"{heading}:", ""]), "| option | meaning |", "|---|---|", *rows]
    return "\n".join(lines) + "\n"


def _option(option: click.Option) -> str:
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    value = "" if option.is_flag else option.metavar or _values(option.type)
    more = ", may be repeated" if option.multiple else ""
    return names + (f" `{_cell(value)}`" if value else "") + more


def _values(kind: click.ParamType) -> str:
    if isinstance(kind, click.Choice):
        return " or ".join(map(str, kind.choices))
    return f"INTEGER >= {kind.min}" if isinstance(kind, click.IntRange) else kind.name.upper()


def _cell(text: str | None) -> str:
    return str(text).replace("|", "\\|")


def _shown(default: object) -> str:
    return "required" if default is REQUIRED else f"`{default!r}`"


if __name__ == "__main__":
    REFERENCE.mkdir(exist_ok=True)
    for file, text in pages().items():
        (REFERENCE / file).write_text(text, encoding="utf-8")
