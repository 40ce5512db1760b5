"""Where time does not follow the arithmetic: the rule on times that are made up, both ways."""

import pytest

from convlens.sweeps.departures import sentences
from tests.sweeps.timed import made_up

CALL, SHAPE = "Conv2d(64, 64, 3, padding=1)", (1, 64, 56, 56)


def found_for(over, seconds, spread=0.05, call=CALL, shape=SHAPE):
    sweep = made_up(call, shape, over, seconds, spread)
    (one,) = sweep.series
    (found,) = sweep.departures(one)
    return found, one


def proportional(point):
    return point.figures.macs * 1e-11


def test_time_that_follows_is_not_reported():
    for over in ({"groups": None}, {"kernel": range(1, 12)}, {"out_channels": None}, {"stride": [1, 2, 4]}):
        found, one = found_for(over, proportional)
        assert found.found == found.undecided == ()
        (text,) = sentences(found, one.setting.name, "en")
        assert text.startswith("Within 1.5x, the time of every value follows the arithmetic from ")


def test_time_that_stays_while_macs_fall():
    found, one = found_for({"groups": [1, 2, 4, 64]}, lambda point: 0.01)
    assert [d.value for d in found.found] == [2, 4, 64]
    assert [d.work for d in found.found] == [0.5, 0.25, 1 / 64]
    assert [d.factor for d in found.found] == pytest.approx([2, 4, 64])
    (text,) = sentences(found, one.setting.name, "en")
    assert text == "groups=2 to 64: 0.0156-0.5x the MACs of groups=1, but 1x the time: each MAC takes 2-64x as long."


def test_time_that_grows_less_than_macs():
    found, one = found_for({"kernel": [1, 3, 5, 7]}, lambda p: 0.01 * p.value / 3)
    (slower, faster) = sentences(found, one.setting.name, "en")
    assert slower.startswith("kernel_size=1: 0.119x the MACs of kernel_size=3, but 0.333x the time: each MAC takes 2.8x as long.")
    assert faster.startswith("kernel_size=5 to 7: 2.58-4.69x the MACs of kernel_size=3, but only 1.67-2.33x the time")
    assert faster.endswith("x as fast.")
    assert [d.value for d in found.found] == [1, 5, 7]


def test_a_single_odd_one_out_is_named():
    """An odd number of channels that costs twice as much as its neighbours."""
    found, one = found_for({"out_channels": [62, 63, 64, 65]}, lambda p: proportional(p) * (2 if p.value % 2 else 1))
    assert [d.value for d in found.found] == [63, 65]
    assert len(sentences(found, one.setting.name, "en")) == 2


def test_the_threshold():
    """1.5 times is not beyond 1.5 times; a little more is, in both directions."""
    for factor, beyond in ((1.49, False), (1.51, True), (1 / 1.49, False), (1 / 1.51, True)):
        found, _ = found_for({"groups": [1, 2]}, lambda p, f=factor: proportional(p) * (f if p.value == 2 else 1), 0.001)
        assert bool(found.found) is beyond


def test_noise_is_not_called_a_departure():
    """The medians are twice apart, but the quartiles overlap: nothing is claimed, and that is said."""
    seconds = lambda p: proportional(p) * (2 if p.value == 2 else 1)
    found, one = found_for({"groups": [1, 2]}, seconds, 0.4)
    assert found.found == ()
    assert found.undecided == (2,)
    (text,) = sentences(found, one.setting.name, "en")
    assert text == "groups=2: too noisy to tell whether the time follows the arithmetic, the quartiles overlap."
    found, _ = found_for({"groups": [1, 2]}, seconds, 0.3)
    assert [d.value for d in found.found] == [2]


def test_element_wise_operations_stand_in_for_macs():
    found, one = found_for({"channels": [3, 6]}, lambda p: 0.01, call="ReLU()", shape=(1, 3, 8, 8))
    assert found.work == "elementwise"
    assert "2x the element-wise operations of in_channels=3, but only 1x the time" in sentences(found, one.setting.name, "en")[0]


def test_the_reference_is_the_call_itself_or_the_first():
    assert found_for({"kernel": [1, 3, 5]}, proportional)[0].reference == 3
    assert found_for({"kernel": [5, 7]}, proportional)[0].reference == 5
    assert found_for({"groups": [3, 2, 4]}, proportional)[0].reference == 2, "an illegal call has no time"


def test_one_time_says_nothing():
    sweep = made_up(CALL, SHAPE, {"kernel": [3]}, proportional)
    assert sweep.departures(sweep.series[0]) == []


def test_both_languages_say_the_same_numbers():
    import re

    found, one = found_for({"groups": [1, 2, 4, 64]}, lambda point: 0.01)
    numbers = [
        re.findall(r"[\d.]+", " ".join(sentences(found, one.setting.name, lang)).replace("：", " ")) for lang in ("en", "zh")
    ]
    english, chinese = (sorted(n.strip(".") for n in found if n != ".") for found in numbers)
    assert english == chinese
