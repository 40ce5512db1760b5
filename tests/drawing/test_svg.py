"""The file: small, legal, without a script, and still where stillness is asked for."""

import re
from xml.etree import ElementTree as ET

import pytest

import convlens
from convlens.drawing.layer import layer_scene
from convlens.drawing.scene import Scene
from convlens.drawing.writers.player import player
from convlens.drawing.writers.svg import svg
from convlens.ir.errors import UsageError

ARTICLE = ("Conv2d(3, 2, 3, stride=2, padding=1, dilation=2)", (1, 3, 7, 7))


def test_the_known_example_with_every_number_is_under_20_kb() -> None:
    """Its GIF elsewhere is 1,638,467 bytes, without a number."""
    drawing = convlens.draw(*ARTICLE)
    assert len(drawing.svg().encode()) < 20_000
    assert len(drawing.scene.steps) == drawing.scene.outputs == 18


def test_it_moves_by_style_only_and_only_where_motion_is_wanted() -> None:
    text = convlens.draw(*ARTICLE).svg()
    assert "<script" not in text
    assert "<animate" not in text
    before, _, after = text.partition("@media (prefers-reduced-motion:no-preference)")
    assert "@keyframes" in after
    assert "animation" not in before
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")


def test_the_still_one_does_not_move() -> None:
    text = convlens.draw(*ARTICLE).svg(still=True)
    assert "animation" not in text
    assert "keyframes" not in text
    assert "x[2]: " in text, "all products of the last output"


def test_at_rest_one_sum_is_seen() -> None:
    """Its style hides the others outside the rules that move."""
    text = convlens.draw(*ARTICLE).svg()
    before, _, _ = text.partition("@media (prefers-reduced-motion:no-preference)")
    assert ".x,.d{opacity:0}" in before
    kinds = re.findall(r'<text class="s ([^"]*)"', text)
    assert [kind for kind in kinds if "d" not in kind.split()] == kinds[-1:]


def test_every_class_that_moves_has_its_rule() -> None:
    text = convlens.draw(*ARTICLE).svg()
    used = set(re.findall(r'class="[^"]*\b(m\d+)\b', text))
    assert used == set(re.findall(r"@keyframes (m\d+)", text))


def test_it_says_how_to_draw_it_again() -> None:
    root = ET.fromstring(convlens.draw("Conv2d(1, 1, 3)", (1, 1, 4, 4)).svg())
    assert root.findtext("{*}title") == "Conv2d(1, 1, 3) 1x1x4x4 -> 1x1x2x2"
    assert root.findtext("{*}desc") == "convlens draw 'Conv2d(1, 1, 3)' --input 1x1x4x4"


@pytest.mark.parametrize("hostile", ["</style><script>alert(1)</script>", "\"'&<>", "\x1b[31m\u202eabc", "a\nb\tc", "x" * 10_000])
def test_hostile_text_is_shown_as_text(hostile: str) -> None:
    scene = hostile_scene(hostile)
    root = ET.fromstring(svg(scene))
    assert [child for child in root.iter() if child.tag.endswith("script")] == []
    assert "\x1b" not in svg(scene)
    page = player(scene, {"en": [hostile], "zh": [hostile]}, "en")
    assert page.count("<script") == 2
    assert page.count("</script") == 2
    assert "\x1b" not in page


def hostile_scene(text: str) -> Scene:
    scene = layer_scene(convlens.layer("Conv2d(1, 1, 3)", (1, 1, 4, 4)))
    notes = tuple(note._replace(text=text) for note in scene.notes)
    steps = tuple(step._replace(words=(text,)) for step in scene.steps)
    grids = tuple(grid._replace(title=text, texts=(text,) * len(grid.texts)) for grid in scene.grids)
    return scene._replace(title=text, description=text, notes=notes, steps=steps, grids=grids)


def test_a_long_call_is_cut_in_the_picture_and_whole_in_its_description() -> None:
    call = (
        "Conv2d(1, 1, 3, "
        + "padding=0, stride=1, dilation=1, groups=1, bias=True, " * 1
        + "padding_mode='zeros'"
        + " " * 500
        + ")"
    )
    drawing = convlens.draw(call, (1, 1, 4, 4))
    assert drawing.scene.width < 1200
    assert " " * 400 in drawing.scene.description


def test_many_outputs_are_taken_evenly_and_it_is_said() -> None:
    scene = layer_scene(convlens.layer("Conv2d(1, 1, 3)", (1, 1, 12, 12)), caption="en")
    assert len(scene.steps) == 64
    assert [scene.steps[0].number, scene.steps[-1].number] == [1, 100]
    assert {b.number - a.number for a, b in zip(scene.steps, scene.steps[1:], strict=False)} == {1, 2}
    assert "64 of the 100 outputs have a step of their own." in [note.text for note in scene.notes]
    assert scene.steps[-1].words[0].startswith("100/100  y[0,9,9] = ")
    (output,) = (grid for grid in scene.grids if grid.role == "output")
    assert list(output.appears) == sorted(output.appears)
    assert output.appears[-1] == 63


def test_names_tell_the_layer_and_are_legal_everywhere() -> None:
    from tests.drawing.layers import LAYERS, OTHERS

    names = [convlens.draw(call, shape).name for call, shape in [*LAYERS, *OTHERS]]
    assert names[0] == "conv2d_k3s2p1d2_3x7x7-2x3x3"
    assert all(re.fullmatch(r"[a-z0-9_-]{3,100}", name) for name in names)


@pytest.mark.parametrize(
    ("call", "shape", "message"),
    [
        ("ReLU()", (1, 1, 3, 3), "ReLU(): there is no window to draw\n"
         "  fix: a convolution, a transposed convolution, a pooling layer or Unfold"),
        ("Linear(3, 4)", (1, 3), "Linear(3, 4): there is no window to draw\n"
         "  fix: a convolution, a transposed convolution, a pooling layer or Unfold"),
        ("Conv2d(1, 1, 3)", (1, 1, 224, 224), "Conv2d(1, 1, 3): a map of 224x224 has 50,176 cells; at most 1,000 are drawn\n"
         "  fix: a smaller input: the arithmetic is the same"),
        ("Conv2d(1, 1, 3, padding=10)", (1, 1, 20, 20), "Conv2d(1, 1, 3, padding=10): a map of 40x40 has 1,600 cells; "
         "at most 1,000 are drawn\n  fix: a smaller input: the arithmetic is the same"),
        ("ConvTranspose2d(1, 1, 3, stride=9)", (1, 1, 5, 5), "ConvTranspose2d(1, 1, 3, stride=9): a map of 41x41 has 1,681 cells; "
         "at most 1,000 are drawn\n  fix: a smaller input: the arithmetic is the same"),
        ("Conv2d(512, 512, 3)", (1, 512, 9, 9), "Conv2d(512, 512, 3): what is drawn is made of 677,376 products; "
         "at most 100,000 are\n  fix: fewer channels, or a smaller input: the arithmetic is the same"),
        ("Conv1d(1, 1, 3)", (1, 1, 200), "Conv1d(1, 1, 3): a map of 200 is 200 cells wide; at most 100 are drawn\n"
         "  fix: a smaller input: the arithmetic is the same"),
        ("Unfold(3)", (1, 9, 9, 9), "Unfold(3): a map of 81x49 has 3,969 cells; at most 1,000 are drawn\n"
         "  fix: a smaller input: the arithmetic is the same"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_said_with_its_numbers(call: str, shape: tuple[int, ...], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        convlens.draw(call, shape)
    assert str(caught.value) == message


def test_a_caption_is_in_one_of_the_languages() -> None:
    with pytest.raises(UsageError) as caught:
        convlens.draw("Conv2d(1, 1, 3)", (1, 1, 4, 4), caption="fr")
    assert str(caught.value) == "caption='fr' is no language\n  fix: one of en, zh"


def test_unfold_has_no_weights() -> None:
    with pytest.raises(UsageError) as caught:
        convlens.draw("Unfold(2)", (1, 1, 3, 3), flip=True)
    assert str(caught.value) == "Unfold(2) has no weights\n  fix: no --weights, no --flip"


def test_the_signs_are_explained() -> None:
    def told(call: str, shape: tuple[int, ...]) -> list[str]:
        return [note.text for note in convlens.draw(call, shape, caption="en").scene.notes if note.kind == "caption"]

    assert told("Conv2d(1, 1, 3)", (1, 1, 5, 5)) == []
    assert "Grey: padding, which counts as no value." in told("MaxPool2d(2, padding=1)", (1, 1, 5, 5))
    assert "Hatched: pixels that no output reads." in told("MaxPool2d(2)", (1, 1, 5, 5))
    assert "A, B, ...: groups; each reads its own channels only." in told("Conv2d(2, 2, 3, groups=2)", (1, 2, 5, 5))
    assert "Dots: channels that are not drawn; their sums are in the last line." in told("Conv2d(9, 1, 3)", (1, 9, 5, 5))


def test_a_notebook_keeps_it_as_a_picture() -> None:
    html = convlens.draw("Conv2d(1, 1, 3)", (1, 1, 4, 4))._repr_html_()
    assert html.startswith('<img alt="Conv2d(1, 1, 3) 1x1x4x4 -&gt; 1x1x2x2" src="data:image/svg+xml;base64,')
