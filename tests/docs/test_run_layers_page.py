"""The examples of the pages about running print what they show."""

import doctest
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("page", ["docs/run-layers.md", "docs/run.md", "README.md", "README.zh-CN.md"])
def test_the_examples_print_what_they_show(page):
    failed, tried = doctest.testfile(str(ROOT / page), module_relative=False, encoding="utf-8")
    assert (failed, tried > 1) == (0, True)


def test_another_result_would_be_seen():
    text = "".join(
        line for line in (ROOT / "docs" / "run-layers.md").read_text().replace("7.33333333", "7.3").splitlines(keepends=True)
    )
    example = doctest.DocTestParser().get_doctest(text, {}, "page", None, 0)
    assert doctest.DocTestRunner(verbose=False).run(example, out=lambda _: None).failed == 1
