"""Lines of a terminal: nothing lost, nothing too wide, no line that begins with a comma."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from convlens.explanations import topic as topics
from convlens.lang.layout import aligned, wrapped

TEXTS = st.text("ab 步幅填充，。（）《》12", max_size=80)


@given(TEXTS, st.integers(8, 40))
def test_every_character_is_kept_in_its_order(text: str, width: int) -> None:
    assert "".join("".join(wrapped(text, width)).split()) == "".join(text.split())


@given(st.text("步幅填充", max_size=60), st.integers(2, 40))
def test_no_line_is_wider_than_it_may_be(text: str, width: int) -> None:
    assert all(cell_len(line) <= width for line in wrapped(text, width))


@pytest.mark.parametrize("name", topics.names())
@pytest.mark.parametrize("width", [40, 61, 80])
def test_punctuation_stays_with_its_word(name: str, width: int) -> None:
    text = re.sub(r"\{\w+\}", "值", topics.words(name, "zh")).replace("\n", "")
    for line in wrapped(text, width)[1:]:
        assert line[0] not in "，。；：、？）》”", line


def test_columns_end_in_the_same_cell() -> None:
    lines = aligned([("步幅", "output"), ("1", "5"), ("12", "1,024")])
    assert {cell_len(line) for line in lines} == {12}
    assert lines[2] == "  12   1,024"
