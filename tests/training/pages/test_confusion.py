"""Recall, precision and pairs against a count over the examples themselves."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convlens.training.pages.confusion import accuracy, class_figures, largest_share, macro_recall, worst_pairs

EXAMPLES = st.integers(1, 5).flatmap(
    lambda n: st.tuples(st.just(n), st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=50))
)


def table(classes: int, examples: list[tuple[int, int]]) -> list[list[int]]:
    return [[examples.count((true, predicted)) for predicted in range(classes)] for true in range(classes)]


@given(EXAMPLES)
def test_every_figure_is_a_count_over_the_examples(drawn: tuple[int, list[tuple[int, int]]]) -> None:
    classes, examples = drawn
    counts = table(classes, examples)
    right = [true for true, predicted in examples if true == predicted]
    assert accuracy(counts) == (len(right) / len(examples) if examples else None)
    for at, one in enumerate(class_figures(counts)):
        of, called = [p for t, p in examples if t == at], [t for t, p in examples if p == at]
        assert (one.true, one.predicted) == (len(of), len(called))
        assert one.recall == (of.count(at) / len(of) if of else None)
        assert one.precision == (called.count(at) / len(called) if called else None)
        if one.recall and one.precision:
            assert one.f1 == pytest.approx(2 * one.recall * one.precision / (one.recall + one.precision))
    wrong = Counter(pair for pair in examples if pair[0] != pair[1])
    pairs = worst_pairs(counts, 100)
    assert {(one.true, one.predicted): one.number for one in pairs} == dict(wrong)
    assert [one.number for one in pairs] == sorted(wrong.values(), reverse=True)
    most = max(Counter(true for true, _ in examples).values(), default=0)
    assert largest_share(counts) == (most / len(examples) if examples else None)


def test_mean_recall_is_not_accuracy() -> None:
    counts = [[90, 0], [10, 0]]
    assert (accuracy(counts), macro_recall(counts)) == (0.9, 0.5)
    assert macro_recall([[0, 0], [0, 0]]) is None
