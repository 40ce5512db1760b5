"""Where and in which numbers it computes."""

from dataclasses import dataclass

from convlens.lang.messages import marked
from convlens.training.settings.setting import setting


@dataclass(frozen=True, kw_only=True)
class MachineSettings:
    """Where and in which numbers it computes."""

    device: str = setting(
        "auto", marked("Where it computes."), marked("The accelerator where there is one."), words=("auto", "cpu", "cuda", "mps")
    )
    precision: str = setting(
        "auto",
        marked("The numbers in which layers compute; weights stay float32."),
        marked("bfloat16 where a trial of a few steps shows that it is faster."),
        words=("auto", "float32", "bfloat16"),
    )
    layout: str = setting(
        "auto",
        marked("The order of a picture's numbers in memory."),
        marked("Channels last is what convolutions read fastest; a trial of a few steps says so."),
        words=("auto", "channels-last", "channels-first"),
    )
    threads: int | None = setting(
        None,
        marked("Threads of the processor for one process."),
        marked("PyTorch's own choice."),
        kinds=(int,),
        least=1,
        most=4096,
    )
    sync_batch_norm: bool = setting(
        False,
        marked("Take batch statistics over all processes."),
        marked("Each process's own batch is large enough as a rule."),
    )
