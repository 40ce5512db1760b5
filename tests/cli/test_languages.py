"""Help and errors in Chinese: every text of every verb, what click says, and the process afterwards as it was."""

import ast
import gettext
import os
import re
from pathlib import Path

import click
import pytest
from rich.cells import cell_len

from convlens.cli import _click_words, commands
from convlens.cli._click_words import COUNTED, SENTENCES, click_speaks
from convlens.cli._spoken import asked
from convlens.lang.choice import LANGUAGES
from convlens.lang.messages import catalogue, said_as
from convlens.training.settings.groups import GROUPS
from convlens.training.settings.settings import table
from tests.cli.test_command_line import ended, run

CONTEXT = click.Context(commands)
VERBS = {"": commands, **{name: commands.get_command(CONTEXT, name) for name in commands.list_commands(CONTEXT)}}
RUNNER = r"python -m \w+|\S*pytest|(?<= )-c(?= )"
"""What the command is called here: by pytest, or by one of the workers of xdist."""
CHINESE = re.compile("[\u4e00-\u9fff]")


def helped(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    code, out, err = ended(capsys, *args, "--help")
    assert (code, err) == (0, "")
    return out


def joined(text: str) -> str:
    """A help text without the places where its lines end."""
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("verb", VERBS)
def test_every_text_of_the_help_is_said_in_chinese(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = list(VERBS[verb].words())
    assert len(words) > 3
    shown = joined(helped(capsys, *verb.split(), "--lang", "zh"))
    english = joined(helped(capsys, *verb.split(), "--lang", "en"))
    for text in words:
        assert CHINESE.search(said_as("zh", text)), text
        assert joined(said_as("zh", text)) in shown
        assert joined(text) in english
        assert joined(text) not in shown
    assert not CHINESE.search(english)


@pytest.mark.parametrize("verb", VERBS)
def test_nothing_of_the_chinese_help_is_an_english_sentence(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Names, options and values stay; three English words in a row would be a sentence."""
    chinese, english = (
        re.findall(r"\b[a-z]+ [a-z]+ [a-z]+\b", helped(capsys, *verb.split(), "--lang", lang).partition("\n\n")[2])
        for lang in ("zh", "en")
    )
    assert chinese == []
    assert english != []


@pytest.mark.parametrize("columns", ["60", "80", "120"])
@pytest.mark.parametrize("verb", VERBS)
def test_no_line_is_wider_than_the_terminal(verb: str, columns: str, monkeypatch, capsys) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    lines = helped(capsys, *verb.split(), "--lang", "zh").splitlines()
    long = [line for line in lines if cell_len(line) > min(int(columns), 100) and CHINESE.search(line)]
    assert long == []
    assert any(cell_len(line) > 48 for line in lines)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("verb", ["train", "study"])
def test_settings_stand_under_the_headings_of_their_groups(verb: str, lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    under: dict[str, str] = {}
    heading = ""
    for line in helped(capsys, verb, "--lang", lang).splitlines():
        heading = line.rstrip(":：") if re.fullmatch(r"\S.*[:：]", line) else heading
        if heading and (option := re.match(r"  (--?[a-z0-9-]+)", line)):
            assert option[1] not in under
            under[option[1]] = heading
    assert {about.option: under[about.option] for about in table()} == {
        about.option: said_as(lang, GROUPS[about.group]) for about in table()
    }
    assert under["--json"] == under["-o"] == said_as(lang, "Options")


def test_help_without_a_verb(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = ended(capsys, "--lang", "zh")
    assert (code, out) == (2, "")
    assert err.startswith("用法：")
    assert "\n命令：\n" in err
    assert "\n选项：\n" in err


@pytest.mark.parametrize(
    ("args", "environ", "lang"),
    [
        (["--lang", "zh", "summary", "--help"], {}, "zh"),
        (["summary", "--help", "--lang", "zh"], {}, "zh"),
        (["summary", "--lang=zh", "--help"], {}, "zh"),
        (["--lang", "zh", "summary", "--lang", "en", "--help"], {}, "en"),
        (["summary", "--help"], {"LANG": "zh_CN.UTF-8"}, "zh"),
        (["--help"], {"LANG": "zh_CN.UTF-8"}, "zh"),
        (["--lang", "en", "summary", "--help"], {"LANG": "zh_CN.UTF-8"}, "en"),
        (["summary", "--help"], {"LANG": "de_DE.UTF-8"}, "en"),
    ],
)
def test_the_language_of_the_help(args: list[str], environ: dict[str, str], lang: str) -> None:
    done = run(*args, **({"LC_ALL": "", "LANGUAGE": ""} | environ))
    assert (done.returncode, done.stderr) == (0, "")
    assert bool(CHINESE.search(done.stdout)) == (lang == "zh")


def test_the_last_language_that_is_asked_for_counts() -> None:
    assert asked(["--lang", "zh", "run", "--lang=en"]) == "en"
    assert asked(["--lang=en", "run", "--lang", "zh"]) == "zh"
    assert asked(["--lang", "fr", "run"]) is None
    assert asked(["--lang"]) is None


def test_one_process_speaks_one_language_after_the_other(capsys: pytest.CaptureFixture[str], monkeypatch) -> None:
    """Nothing of the process is changed for good: not its domain, not its environment, not click's own help option."""
    monkeypatch.setenv("LANGUAGE", "de")
    before = gettext.textdomain(), os.environ["LANGUAGE"]
    english = helped(capsys, "summary", "--lang", "en")
    chinese = helped(capsys, "summary", "--lang", "zh")
    assert helped(capsys, "summary", "--lang", "en") == english
    assert helped(capsys, "summary", "--lang", "zh") == chinese
    assert (gettext.textdomain(), os.environ["LANGUAGE"]) == before
    monkeypatch.delenv("LANGUAGE")
    with click_speaks("zh"):
        assert gettext.gettext("Options") == "选项"
    assert (gettext.textdomain(), os.environ.get("LANGUAGE")) == (before[0], None)


def strings_of(folder: Path) -> set[str]:
    trees = (ast.parse(file.read_text(encoding="utf-8")) for file in folder.glob("*.py"))
    return {
        node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_click_still_says_what_is_translated() -> None:
    """A click that words something otherwise is said in English; here that is noticed."""
    own = strings_of(Path(click.__file__).parent)
    made_of_parts = {"[COMMAND] [ARGS]..."}
    texts = {*SENTENCES, *(text for pair in COUNTED for text in pair)}
    assert texts - own - made_of_parts == set()
    assert "No such thing." not in own


def test_what_is_made_of_parts_is_what_the_group_says() -> None:
    assert "[COMMAND] [ARGS]..." in commands.get_usage(CONTEXT)


ERRORS = {
    ("summary",): "缺少参数 'MODEL'.\n  改法：见 convlens summary --help",
    ("sweep", "ReLU()"): "缺少选项 '--input'.\n  改法：见 convlens sweep --help",
    ("summary", "lenet5", "--fuld"): "没有选项 '--fuld'。 是否想写：'--fold', '--no-fold'？\n  改法：见 convlens summary --help",
    ("summary", "lenet5", "--nothing"): "没有选项 '--nothing'。\n  改法：见 convlens summary --help",
    ("summary", "lenet5", "--json=x"): "选项 '--json' 不带值。\n  改法：见 convlens --help",
    ("summary", "lenet5", "--dim"): "选项 '--dim' 需要 1 个值。\n  改法：见 convlens --help",
    ("summary", "lenet5", "more"): "多余的参数：more\n  改法：见 convlens summary --help",
    ("summary", "lenet5", "--depth", "x"): "'--depth' 的值无效：'x' 不是有效的 integer range。\n  改法：见 convlens summary --help",
    ("summary", "lenet5", "--depth", "0"): "'--depth' 的值无效：0 不在范围 x>=1 内。\n  改法：见 convlens summary --help",
    ("summary", "lenet5", "--color", "x"): (
        "'--color' 的值无效：'x' 不是 'auto', 'always', 'never' 之一。\n  改法：见 convlens summary --help"
    ),
    ("sumary",): (
        f"没有命令 'sumary'（是否想写 'summary'？）；命令有：{', '.join(commands.list_commands(CONTEXT))}\n"
        "  改法：见 convlens --help"
    ),
    ("explain", "strid"): "没有主题 'strid'（是否想写 'stride'？）\n  改法：以下之一：activation,",
    ("summary", "alexnett"): (
        "没有名为 'alexnett' 的网络（是否想写 'alexnet'？）\n  模型可以是网络的名字（如 alexnet）、file.onnx、file.txt 或 -（文本格式）、"
        "package.module:factory 或 file.py:factory\n  有名字的网络：alexnet,"
    ),
    ("summary", "no.onnx"): "没有文件 'no.onnx'",
    ("run", "--kernel", "sobelx", "--on", "a.png"): "没有卷积核 'sobelx'（是否想写 'sobel-x'？）\n  改法：以下之一：identity,",
    ("rewrite", "lenet5", "--as", "fold"): "没有改写 'fold'",
    ("layer", "Conf2d(3)", "--input", "1x3"): "不认识的层 'Conf2d'（是否想写 'Conv2d'？）\n  改法：torch.nn 的层如 Conv2d(3, 64, 7)，",
    ("layer", "Conv2d(3, 8)", "--input", "1x3"): "Conv2d 缺少 kernel_size；它的参数有：in_channels,",
    ("layer", "ReLU()", "--input", "1y3"): "'1y3' 不是形状：每个大小都必须是不小于 1 的整数，如 1x3x224x224",
    ("summary", "lenet5", "--json", "--markdown"): "--json 和 --markdown 是两种格式\n  改法：只用其中一个",
}  # fmt: skip


@pytest.mark.parametrize(("args", "message"), ERRORS.items(), ids=map(" ".join, ERRORS))
def test_errors(args: tuple[str, ...], message: str, tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.png").write_bytes(b"")
    (code, out, err), english = ended(capsys, "--lang", "zh", *args), ended(capsys, "--lang", "en", *args)
    assert (code, out) == (2, "")
    assert re.sub(RUNNER, "convlens", err).startswith(f"错误：{message}")
    assert english[2].startswith("error: ")
    assert not CHINESE.search(english[2])


def test_a_network_that_breaks_says_so_in_chinese(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "net.txt").write_text("input x: 1x3x8x8\nc = conv(x, out=4, kernel=9x9)\noutput c\n")
    code, _, err = ended(capsys, "summary", str(tmp_path / "net.txt"), "--lang", "zh")
    assert (code, err) == (
        1,
        "错误：conv 'c'：在空间轴 0 上，大小为 9 的核覆盖 9 个像素，但输入 1x3x8x8 填充 0+0 后只有 8 宽\n"
        f"  输入：1x3x8x8，来自 'x'\n  写于：{tmp_path / 'net.txt'}, line 2\n  改法：核大小 8、每侧填充 1，或至少为 9 的输入\n",
    )


def test_a_word_of_click_that_is_not_translated_is_said_in_english() -> None:
    with click_speaks("zh"):
        assert gettext.gettext("No such thing.") == "No such thing."
    assert catalogue("zh").gettext("Options") == "选项"
    assert _click_words.FOLDER.is_dir()
