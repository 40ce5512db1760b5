"""Run by torchrun: train every case, and say how many processes did."""

import json
import os
import sys
from pathlib import Path

import torch.distributed as dist

from tests.training.distributed.cases import CASES, rates, trained

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    for name in CASES:
        trained(folder, name, "two")
    trained(folder, "batch norm", "pieces", batch=15, accumulate=2)
    found = rates(folder).to_dict()
    (folder / f"rates-{os.environ['RANK']}.json").write_text(json.dumps(found))
    if os.environ["RANK"] == "0":
        (folder / "world.json").write_text(json.dumps(dist.get_world_size()))
