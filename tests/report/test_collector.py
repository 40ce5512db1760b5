"""Python's garbage collector is left as it was found."""

import gc

import pytest

from convlens.ir.errors import ConvlensError
from convlens.report.collector import paused
from convlens.report.summary import summary


@pytest.mark.parametrize("on", [True, False])
def test_it_is_as_before(on: bool) -> None:
    try:
        (gc.enable if on else gc.disable)()
        with pytest.raises(ZeroDivisionError), paused():
            print(1 // gc.isenabled())
        assert gc.isenabled() == on
        summary("lenet5").to_dict()
        with pytest.raises(ConvlensError):
            summary("no such network")
        assert gc.isenabled() == on
    finally:
        gc.enable()
