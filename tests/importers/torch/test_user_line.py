"""An error names a line that the user wrote, never one of Python's own library."""

import torch
from torch import nn

import convlens
from convlens.importers.torch.frames import user_line


def test_a_decorator_of_the_standard_library_is_not_the_users_line() -> None:
    module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())
    error = convlens.summary(module, (8, 1, 64, 64)).facts.error
    assert "contextlib" not in str(error)
    assert "test_user_line.py" in str(error)


class Written(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.conv(x)


def test_the_line_of_a_forward_goes_before_that_of_the_caller() -> None:
    """The partner: where the user has a frame inside, it is that one."""
    assert "in forward: return self.conv(x)" in str(convlens.summary(Written(), (8, 1, 64, 64)).facts.error)
    assert "test_user_line.py" in user_line()
