"""Which language does this person read?"""

import os
from collections.abc import Mapping

LANGUAGES = ("en", "zh")


def preferred(environ: Mapping[str, str] | None = None) -> str:
    """The language of the locale: "zh" for any Chinese one, "en" for every other.

    LC_ALL goes before LC_MESSAGES before LANG; LANGUAGE, a list, goes before all of them unless they say "C".
    Source: GNU gettext manual, "The LANGUAGE variable".

    >>> preferred({"LANG": "zh_CN.UTF-8"}), preferred({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}), preferred({})
    ('zh', 'en', 'en')
    >>> preferred({"LANG": "de_DE.UTF-8", "LANGUAGE": "de:zh_TW:en"})
    'zh'
    """
    variables = os.environ if environ is None else environ
    locale = next((variables[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if variables.get(name)), "")
    listed = [] if _language(locale) in ("C", "POSIX") else variables.get("LANGUAGE", "").split(":")
    return next((name for name in map(_language, [*listed, locale]) if name in LANGUAGES), "en")


def _language(locale: str) -> str:
    return locale.partition(".")[0].partition("@")[0].partition("_")[0].partition("-")[0]
