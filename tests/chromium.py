"""Debian's Chromium for the tests of pages, driven by playwright. Where one of them is missing, that is said loudly."""

import shutil
import subprocess
import tarfile
import tempfile
from functools import cache
from importlib.util import find_spec
from pathlib import Path

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
