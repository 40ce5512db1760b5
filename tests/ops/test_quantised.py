"""Numbers of a quantisation that fit no tensor at all. Whether they fit this one, and what they give, is tested with the others."""

import pytest

from convlens.ir.errors import SettingError
from convlens.ir.op import lookup


@pytest.mark.parametrize("name", ["quantize", "dequantize"])
@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"scale": [0.5, 0.0]}, "scale is 0.0; it must be above 0"),
        ({"scale": -1}, "scale is -1.0; it must be above 0"),
        ({"scale": [1, 2], "zero_point": [1, 2, 3]}, "3 zero points for 2 scales; there is one for each"),
    ],
)
def test_messages(name: str, settings: dict, message: str) -> None:
    with pytest.raises(SettingError) as caught:
        lookup(name)(**settings)
    assert str(caught.value) == f"{name}: {message}"
