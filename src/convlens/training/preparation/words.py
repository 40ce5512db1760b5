"""Words of a text, and the numbers that stand for them."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType

PADDING, UNKNOWN = 0, 1
"""Numbers of what fills a short text, and of every word that the training part does not know."""

MIN_COUNT = 2
"""Words that occur once in training count as unknown, so that the unknown word is trained at all."""

MAX_WORDS = 200_000
"""The most frequent ones are kept: the table of a larger vocabulary would outweigh any network here."""

_WORD = re.compile(
    r"n't(?![^\W_])"  # do n't
    r"|'(?:s|ve|re|d|ll|m)(?![^\W_])"  # it 's
    r"|[\u3400-\u4dbf\u4e00-\u9fff]"  # a Chinese character is a word: nothing separates them
    r"|(?:(?!n't(?![^\W_]))[^\W_\u3400-\u4dbf\u4e00-\u9fff])+"
    r"|[(),!?]"
)


def words_of(text: str) -> list[str]:
    """Lower-case words and the marks ``( ) , ! ?``; the endings n't 's 've 're 'd 'll 'm are words of their own.

    It is the rule by which Kim's data were cleaned (``clean_str`` of yoonkim/CNN_sentence), with all letters instead of
    those of ASCII, and with every Chinese character as a word.

    >>> words_of("Don't you think it's GOOD, really?")
    ['do', "n't", 'you', 'think', 'it', "'s", 'good', ',', 'really', '?']
    >>> words_of("Café 3.5 — 好看!")
    ['café', '3', '5', '好', '看', '!']
    """
    return _WORD.findall(text.lower())


def vocabulary_of(texts: Iterable[list[str]]) -> Mapping[str, int]:
    """Numbers of the words that occur at least `MIN_COUNT` times, the most frequent first; they begin behind `UNKNOWN`.

    >>> dict(vocabulary_of([["a", "b"], ["b", "c", "a", "b"]]))
    {'b': 2, 'a': 3}
    """
    counts = Counter(word for words in texts for word in words)
    kept = sorted((word for word, count in counts.items() if count >= MIN_COUNT), key=lambda word: (-counts[word], word))
    return MappingProxyType({word: number for number, word in enumerate(kept[:MAX_WORDS], UNKNOWN + 1)})
