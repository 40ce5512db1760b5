"""The language that a locale asks for. The oracle is gettext's own reading of the same variables."""

import gettext
import os
from itertools import product

import pytest

from convlens.lang.choice import preferred
from convlens.lang.messages import say

VALUES = ("", "zh_CN.UTF-8", "en_GB", "de_DE@euro", "zh")


@pytest.mark.parametrize(
    ("environ", "lang"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_TW"}, "zh"),
        ({"LANG": "zh"}, "zh"),
        ({"LANG": "zh-Hans"}, "zh"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "de_DE@euro"}, "en"),
        ({"LANG": "zha_CN"}, "en"),
        ({"LANG": "zh_CN", "LC_MESSAGES": "en_US"}, "en"),
        ({"LANG": "zh_CN", "LC_ALL": ""}, "zh"),
        ({"LANG": "en_US", "LC_MESSAGES": "fr_FR", "LC_ALL": "zh_CN"}, "zh"),
        ({"LANG": "en_US", "LANGUAGE": "zh_CN:en"}, "zh"),
        ({"LANG": "zh_CN", "LANGUAGE": "en"}, "en"),
        ({"LANG": "C", "LANGUAGE": "zh"}, "en"),
        ({"LC_ALL": "POSIX", "LANG": "zh_CN"}, "en"),
    ],
)
def test_the_language_of_a_locale(environ: dict[str, str], lang: str) -> None:
    assert preferred(environ) == lang


def test_gettext_would_choose_the_same(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    for lang in ("zh", "en"):
        (tmp_path / lang / "LC_MESSAGES").mkdir(parents=True)
        (tmp_path / lang / "LC_MESSAGES" / "d.mo").touch()
    for language, *locales in product(("", "de:zh_TW:en", "en:zh"), VALUES, VALUES, VALUES):
        environ = dict(zip(("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"), (language, *locales), strict=True))
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        found = gettext.find("d", str(tmp_path))
        assert preferred(environ) == (os.path.relpath(found, tmp_path)[:2] if found else "en"), environ


def test_another_language_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match=r"does not speak 'fr'\n  fix: one of en, zh"):
        say("fr", "padding {padding}", padding=1)
