"""A network for another kind of data is told by what it is for."""

import pytest

from convlens.training.preparation.meant import wrong_kind


@pytest.mark.parametrize(
    ("network", "kind", "own", "said"),
    [
        ((0, 28, 28), "volume", (9, 8, 7), "pictures or spectrograms, but the data are volumes (9x8x7)\n  fix: a network for volumes, such as conv3d"),
        ((50,), "image", (28, 28), "texts, but the data are pictures (28x28)\n  fix: a network for pictures, such as small-cnn"),
        ((0, 28, 28), "text", (9,), "but the data are texts (9)\n  fix: a network for texts, such as textcnn-trec"),
        ((0, 8000), "sound", (1, 40, 98), "raw sounds or other sequences, but the data are spectrograms of sounds (1x40x98)\n  fix: --sound raw, or"),
        ((0, 40, 81), "sound", (1, 8000), "the data are raw sounds (1x8000)\n  fix: --sound log-mel, or a network for raw sounds, such as m5"),
        ((50,), "sound", (1, 8000), "\n  fix: a network for raw sounds, such as m5-fsdd"),
        ((0, 1, 2, 3, 4), "image", (9, 8), "the network is for examples of 5 axes, but"),
    ],
)  # fmt: skip
def test_what_it_is_for_and_what_to_take_instead(network, kind, own, said):
    assert said in str(wrong_kind(network, kind, own))
