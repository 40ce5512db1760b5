"""What do the counters that people use say of the modules that they are known to count wrongly?

Run as ``python -m bench.known_failures`` where torchinfo, fvcore, thop and ptflops are installed; prints the table of
docs/known-failures.md. Every tool is asked in the way that its own documentation shows, on a fresh copy of the module, with
tensors of ones; a figure in FLOPs is halved.
"""

import contextlib
import io
import logging
import warnings
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

import convlens
from tests.importers.torch.known_failures import FAILURES, Failure
from tests.importers.torch.oracle import params_of

Figures = tuple[int | None, int | None]
"""Parameters and MACs; None for what a tool does not count."""


def by_convlens(module: nn.Module, case: Failure) -> Figures:
    totals = convlens.summary(module, *case.args, **case.kwargs).totals
    return totals.params, totals.macs


def by_torchinfo(module: nn.Module, case: Failure) -> Figures:
    import torchinfo

    data: Any = named(case) or ones(case)
    found = torchinfo.summary(module, input_data=data, verbose=0)
    return found.total_params, found.total_mult_adds


def by_fvcore(module: nn.Module, case: Failure) -> Figures:
    from fvcore.nn import FlopCountAnalysis, parameter_count

    return parameter_count(module)[""], int(FlopCountAnalysis(module, (*ones(case), *named(case).values())).total())


def by_thop(module: nn.Module, case: Failure) -> Figures:
    import thop

    macs, params = thop.profile(module, (*ones(case), *named(case).values()), verbose=False)
    return int(params), int(macs)


def by_ptflops(module: nn.Module, case: Failure) -> Figures:
    from ptflops import get_model_complexity_info

    def inputs(_: Any) -> Any:
        return {**dict(zip(names_of(module), ones(case), strict=False)), **named(case)}

    macs, params = get_model_complexity_info(
        module, (1,), input_constructor=inputs, as_strings=False, print_per_layer_stat=False, backend="pytorch"
    )
    return None if params is None else int(params), None if macs is None else int(macs)


def by_torch(module: nn.Module, case: Failure) -> Figures:
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        module(*ones(case), **named(case))
    return None, counter.get_total_flops() // 2


def ones(case: Failure) -> list[torch.Tensor]:
    return [torch.ones(shape) for shape in case.args]


def named(case: Failure) -> dict[str, torch.Tensor]:
    return {name: torch.ones(shape) for name, shape in case.kwargs.items()}


def names_of(module: nn.Module) -> list[str]:
    code = module.forward.__code__
    return list(code.co_varnames[1 : code.co_argcount])


TOOLS: dict[str, Callable[[nn.Module, Failure], Figures]] = {
    "torchinfo": by_torchinfo, "fvcore": by_fvcore, "thop": by_thop, "ptflops": by_ptflops, "torch": by_torch,
}  # fmt: skip


def asked(tool: Callable[[nn.Module, Failure], Figures], case: Failure) -> Figures | str:
    """What the tool says, in silence; the name of its error where it stops."""
    silent = io.StringIO()
    try:
        with contextlib.redirect_stdout(silent), contextlib.redirect_stderr(silent), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return tool(case.build().eval(), case)
    except Exception as error:  # noqa: BLE001 - that a tool stops, and how, is what is measured
        return type(error).__name__


def shown(answer: Figures | str, right: Figures) -> str:
    """Only what is wrong: "right", or the wrong figures."""
    if isinstance(answer, str):
        return f"stops: {answer}"
    wrong = [
        f"{found:,} {word}"
        for found, true, word in zip(answer, right, ("params", "MACs"), strict=True)
        if found is not None and found != true
    ]
    return ", ".join(wrong) or "right"


def main() -> None:
    logging.disable(logging.CRITICAL)
    versions = [f"{name} {version(name)}" for name in TOOLS]
    print(f"Measured with {', '.join(versions)}.\n")
    print(f"| module | convlens: params | convlens: MACs | {' | '.join(TOOLS)} |")
    print(f"|---|---|---|{'---|' * len(TOOLS)}")
    for case in FAILURES.values():
        module = case.build().eval()
        right = by_convlens(module, case)
        assert right[0] == params_of(module)
        answers = [shown(asked(tool, case), right) for tool in TOOLS.values()]
        print(f"| {case.title} | {right[0]:,} | {right[1]:,} | {' | '.join(answers)} |")


if __name__ == "__main__":
    main()
