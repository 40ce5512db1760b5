"""Debian's Chromium for the tests of pages, driven by playwright. Where one of them is missing, that is said loudly."""

import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

AXE = "axe-core@4.14.1"
"""A rule set for accessibility, fetched from npm for the tests alone."""

FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"
).split()
"""A browser that asks nothing of a network by itself."""


def program() -> str:
    """The browser, or ""."""
    return next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), "")


def missing() -> str:
    """Why no page can be tested in a browser; "" where all is there."""
    if find_spec("playwright") is None:
        return "the package playwright is not installed (pip install playwright)"
    return "" if program() else "there is no Chromium (apt-get install chromium)"


@cache
def axe() -> str:
    """The script of axe-core; "" where npm or the network is missing."""
    kept = Path(tempfile.gettempdir()) / f"convlens-{AXE.replace('@', '-')}.js"
    if not kept.exists():
        npm = shutil.which("npm")
        if npm is None:
            return ""
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                [npm, "pack", "--silent", AXE], cwd=folder, capture_output=True, text=True, timeout=120, check=False
            )
            packed = next(Path(folder).glob("*.tgz"), None)
            if done.returncode or packed is None:
                return ""
            with tarfile.open(packed) as archive:
                script = archive.extractfile("package/axe.min.js")
                if script is None:
                    return ""
                content = script.read()
        fresh = kept.with_suffix(f".{id(content)}")
        fresh.write_bytes(content)
        fresh.replace(kept)
    return kept.read_text(encoding="utf-8")


def pages(browser: Any) -> Iterator[Callable[..., Any]]:
    """What opens an address or a path in a fresh context; afterwards nothing may have been asked for or complained about."""
    contexts, faults, asked = [], [], []

    def open_(address: str, *, width: int = 1240, script: bool = True, **settings: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=script, **settings)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text))
        page.on("request", lambda request: asked.append(request.url))
        page.route(
            "**/*",
            lambda route: (
                route.continue_() if route.request.url.startswith(("file:", "data:", "http://127.0.0.1")) else route.abort()
            ),
        )
        page.goto(address if "://" in str(address) else f"file://{address}")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert faults == []
    assert [url for url in asked if not url.startswith(("file:", "data:", "about:", "http://127.0.0.1"))] == []
