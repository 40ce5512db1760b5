"""The server of ``predict --page``, on the loopback address alone."""

import os
import secrets
import socket
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING

from convlens.ir.errors import UsageError
from convlens.lang.sentence import Sentence
from convlens.training.restored import Restored, restored
from convlens.training.run import Run

if TYPE_CHECKING:
    import uvicorn

HOST = "127.0.0.1"
CONNECTIONS = 64


def serve(
    run: Run | str | os.PathLike[str], *, network: str = "", port: int = 0, lang: str = "en", ready: Callable[[str], None] = print
) -> None:
    """Serve the page until Ctrl-C; ``ready`` is called with its address, which holds a word that nobody can guess.

    ``port`` 0 is one that is free. Raises `UsageError` where the port is taken, the run cannot be read, or a package is missing.
    """
    need_packages()
    known = restored(run, network)
    if known.preparation.kind == "volume":
        raise UsageError(Sentence("a page shows pictures, sounds and texts, not volumes\n  fix: convlens predict RUN scan.npy"))
    with bound(port) as listening:
        server, address = server_of(known, listening, lang)
        with suppress(KeyboardInterrupt):  # the way to end it
            ready(address)
            server.run(sockets=[listening])


def need_packages() -> None:
    """`UsageError` that says what installs the server."""
    for name in ("starlette", "uvicorn"):
        try:
            import_module(name)
        except ModuleNotFoundError:
            raise UsageError(Sentence('a page needs {name}: pip install "convlens[serve]"', name=name)) from None


def bound(port: int) -> socket.socket:
    """A socket that listens on the loopback address."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name == "posix":  # elsewhere it would let two programs share the port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((HOST, port))
        listening.listen()  # from now on, not only when the server runs: the address is told before that
    except OSError as error:
        listening.close()
        raise UsageError(
            Sentence(
                "port {port} of {host}: {reason}\n  fix: another --port, or none",
                port=port, host=HOST, reason=error.strerror or error,
            )
        ) from None  # fmt: skip
    return listening


def server_of(network: Restored, listening: socket.socket, lang: str) -> tuple["uvicorn.Server", str]:
    """The server, not running yet, and the address of the page."""
    import uvicorn  # noqa: PLC0415 - of the extra `serve`

    from convlens.training.serving.app import app_of  # noqa: PLC0415 - of the extra `serve`

    token, port = secrets.token_urlsafe(24), listening.getsockname()[1]
    config = uvicorn.Config(
        app_of(network, token, port, lang), log_config=None, access_log=False, lifespan="off", ws="none", http="h11",
        loop="asyncio", proxy_headers=False, server_header=False, limit_concurrency=CONNECTIONS, timeout_keep_alive=5,
        timeout_graceful_shutdown=2,
    )  # fmt: skip
    return uvicorn.Server(config), f"http://{HOST}:{port}/{token}/"
