"""Where processes leave their addresses for each other."""

import os
import time
from datetime import timedelta

from torch.distributed import TCPStore  # type: ignore[attr-defined] # documented, but not in its list

KEY = "convlens/port"
TRY_SECONDS = 5.0
MEET_SECONDS = 600.0


def fresh_store(rank: int, size: int) -> TCPStore:
    """A store of this start alone, on the machine of the first process.

    torchrun keeps one store through all its restarts, in which gloo and NCCL find the addresses of processes that are gone
    and wait for them (pytorch/pytorch#135712; its count of restarts is each machine's own, so that it cannot tell the starts
    apart). The first process therefore opens a store of its own and leaves its port in the lasting one; a port that is
    found there from an earlier start answers no longer, since all its processes have ended before the next start.
    """
    host = os.environ["MASTER_ADDR"]
    lasting = TCPStore(host, int(os.environ["MASTER_PORT"]), is_master=False)
    if rank == 0:
        own = TCPStore(host, 0, size, is_master=True, wait_for_workers=False)
        lasting.set(KEY, str(own.port))
        return own
    return _reached(host, lasting, size)


def _reached(host: str, lasting: TCPStore, size: int) -> TCPStore:
    end = time.monotonic() + MEET_SECONDS
    while True:
        port = int(lasting.get(KEY))
        try:
            store = TCPStore(host, port, size, is_master=False, timeout=timedelta(seconds=TRY_SECONDS))
        except RuntimeError:  # nobody answers there
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
            continue
        store.set_timeout(timedelta(seconds=MEET_SECONDS))
        return store
