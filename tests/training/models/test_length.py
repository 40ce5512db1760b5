"""Texts of any length or of one alone: batches are cut to their longest text, which a flattened network cannot take."""

from pathlib import Path

import pytest
import torch

from convlens.training.models.fields import Fields
from convlens.training.models.network import Network, network_of
from convlens.training.settings.settings import Settings

FIELDS = Fields("text", (20,), "int64", 3, words=11)
TABLE = "network t\ninput x: 1x20: int64\ne = embedding(x, count=50, width=4)\n"
POOLED = (
    "p = permute(e, order=[0, 2, 1])\nc = conv(p, out=6, kernel={kernel})\nm = adaptive_max_pool(c, size=1)\nf = flatten(m)\n"
)
ANY = {"windows of 3": POOLED.format(kernel=3), "windows of 6": POOLED.format(kernel=6)}
ONE = {
    "flattened": "f = flatten(e)\n",
    "a window wider than the shortest batch": POOLED.format(kernel=7),
    "a weight for each place": "p = permute(e, order=[0, 2, 1])\nl = linear(p, out=6)\nf = flatten(l)\n",
}


def network(folder: Path, body: str) -> Network:
    path = folder / "t.txt"
    path.write_text(f"{TABLE}{body}y = linear(f, out=2)\noutput y\n")
    return network_of(str(path), FIELDS, Settings())


@pytest.mark.parametrize("name", ANY)
def test_windows_that_slide_take_any_length(name: str, tmp_path: Path) -> None:
    made = network(tmp_path, ANY[name])
    assert made.any_length
    for length in (6, 13, 20):
        assert made.module(torch.zeros((2, length), dtype=torch.int64)).shape == (2, 3)


@pytest.mark.parametrize("name", ONE)
def test_others_take_the_length_of_the_data_alone(name: str, tmp_path: Path) -> None:
    made = network(tmp_path, ONE[name])
    assert not made.any_length
    assert made.module(torch.zeros((2, 20), dtype=torch.int64)).shape == (2, 3)
    with pytest.raises(Exception, match=r"\d"):
        made.module(torch.zeros((2, 6), dtype=torch.int64))


@pytest.mark.parametrize(("body", "any_length"), [("x.mean(1)", True), ("x.flatten(1)[:, :80]", False)])
def test_the_users_own_code_is_asked_itself(body: str, any_length: bool, tmp_path: Path) -> None:
    path = tmp_path / "own.py"
    width = 4 if any_length else 80
    path.write_text(
        "import torch\nclass Net(torch.nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        f"        self.e = torch.nn.Embedding(50, 4)\n        self.y = torch.nn.Linear({width}, 3)\n"
        f"    def forward(self, x):\n        x = self.e(x)\n        return self.y({body})\n"
    )
    assert network_of(f"{path}:Net", FIELDS, Settings()).any_length is any_length


def test_other_data_have_no_lengths(tmp_path: Path) -> None:
    assert network_of("lenet5", Fields("image", (1, 32, 32), "float32", 3), Settings()).any_length
