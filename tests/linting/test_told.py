"""What the results say: of a call that is misspelt, of nothing to mend, of values that a program looked at."""

import pytest
import torch
from torch import nn

import convlens
from convlens.explanations.rule import RuleExplanation
from convlens.ir.errors import UsageError
from convlens.ir.text import parse
from convlens.linting.assertion import assert_network
from convlens.linting.forms.sarif import sarif
from convlens.linting.repair import repair
from convlens.linting.settings import Settings
from convlens.linting.table import every, lookup

NET = "input x: 1x3x8x8\nc = conv(x, out=4, kernel=3x3)\nb = batch_norm(c)\noutput b"


class Looking(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.lost = nn.Conv2d(3, 4, 3), nn.Conv2d(3, 4, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.conv(x)
        return y * 2 if y.abs().mean() > 0 else y


class Losing(Looking):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.lost(x)
        return self.conv(x)


def unused(module: nn.Module, **options: bool) -> list[tuple[str, bool]]:
    findings = convlens.lint(module, (1, 3, 8, 8), select=["S07"], **options).findings
    return [(finding.severity, "looked" in finding.message.text()) for finding in findings if finding.nodes]


def test_what_a_condition_may_have_looked_at_is_a_note() -> None:
    assert unused(Looking(), real=True) == [("info", True)]


def test_an_unused_layer_with_weights_stays_an_error() -> None:
    assert unused(Losing(), real=True) == unused(Losing()) == [("error", False)]


@pytest.mark.parametrize("model", [parse(NET), "lenet5"])
def test_a_misspelt_option_is_no_input(model: object) -> None:
    with pytest.raises(UsageError, match=r"there is no option 'max_parms' \(did you mean 'max_params'\?\)"):
        assert_network(model, max_parms=5)
    with pytest.raises(UsageError) as refused:
        assert_network(model, zzzzzz="1x3x8x8")
    assert "option" not in str(refused.value)


def test_a_module_says_so_too() -> None:
    with pytest.raises(UsageError, match=r"did you mean 'max_params'"):
        assert_network(nn.Conv2d(3, 4, 3), (1, 3, 8, 8), max_parms="5M")


def test_an_assertion_names_no_option_of_the_command_line() -> None:
    with pytest.raises(AssertionError) as failed:
        assert_network("alexnet", max_params=1)
    assert "note" in str(failed.value)
    assert "--all" not in str(failed.value)
    assert "--all" in convlens.lint("alexnet").text()


def test_nothing_to_mend_is_not_a_fix_that_fails() -> None:
    from convlens.linting.forms.mended import lines

    def said(text: str, **settings: tuple[str, ...]) -> str:
        return "\n".join(line for _, line in lines(repair(parse(text), Settings(**settings)), 100, "en", False))

    assert "nothing had to be mended" in said(NET.replace("3x3", "3x3, bias=false"))
    assert "nothing had to be mended" in said(NET, select=("G12",))
    assert "no finding has a fix that works" in said("input x: 1x3x8x8\nc = conv(x, out=4, kernel=3x3, groups=2)\noutput c")


@pytest.mark.parametrize("code", [rule.code for rule in every()])
def test_code_in_a_sentence_shows_no_marks(code: str) -> None:
    told = RuleExplanation(lookup(code), "en")
    assert "`" not in "\n".join(line for kind, line in told.lines() if kind in ("text", "source"))
    assert "``" not in told.to_markdown().replace("```", "")


def test_code_in_sarif_shows_no_marks() -> None:
    report = convlens.lint(parse(NET), max_params=1)
    text = str(sarif([report], "en"))
    assert "max\\\\_params" not in text
    assert "``max" not in text
