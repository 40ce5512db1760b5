"""Values that no setting may have, whatever operator it belongs to."""

import pytest

from convlens.ir.errors import SettingError
from convlens.ir.setting import MAX_DIGITS, Real, Whole

ENDLESS = [10**MAX_DIGITS, -(10**MAX_DIGITS), 10**400, 10**5000]


@pytest.mark.parametrize("kind", [Whole(None), Real()], ids=["whole", "real"])
@pytest.mark.parametrize("value", ENDLESS, ids=["least", "negative", "no float", "not written"])
def test_an_endless_number_is_refused(kind, value):
    with pytest.raises(SettingError, match="more than 40 digits"):
        kind.read(value, None)


@pytest.mark.parametrize("kind", [Whole(None), Real()], ids=["whole", "real"])
def test_forty_digits_are_read(kind):
    assert kind.read(10**MAX_DIGITS - 1, None) == pytest.approx(10**MAX_DIGITS)


@pytest.mark.parametrize("value", [[10**5000], "x" * 100_000])
def test_a_refused_value_is_shown_shortened(value):
    with pytest.raises(SettingError) as caught:
        Whole().read(value, None)
    assert len(str(caught.value)) < 300
