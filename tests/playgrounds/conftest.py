"""A browser with the page. Where none is found, the tests of the page are skipped, and say so loudly."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from convlens.playgrounds.play import playground_page


class Opened:
    """A page, what it asked for beyond its own file, and what it complained about."""

    def __init__(self, browser: Any, url: str, **options: Any) -> None:
        self.context = browser.new_context(**{"viewport": {"width": 1200, "height": 900}, **options})
        self.page = self.context.new_page()
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("console", lambda m: self.complaints.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda e: self.complaints.append(str(e)))
        self.page.route("**/*", self._asked)
        self.page.goto(url)
        self.page.wait_for_function("window.convlens")

    def _asked(self, route: Any) -> None:
        self.requests.append(route.request.url)
        if route.request.url.startswith(("file:", "data:", "http://127.0.0.1:")):
            route.continue_()
        else:
            route.abort()


@pytest.fixture(scope="session")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("playground") / "playground.html"
    path.write_text(playground_page(), encoding="utf-8")
    return path


@pytest.fixture
def visit(browser: Any, file: Path) -> Iterator[Callable[..., Opened]]:
    """Opens the page with these settings in its address; afterwards nothing may have been asked of a network, or gone wrong."""
    opened: list[Opened] = []

    def visit(settings: str = "", **options: Any) -> Opened:
        opened.append(Opened(browser, f"{file.as_uri()}#{settings}", **options))
        return opened[-1]

    yield visit
    for one in opened:
        one.context.close()
        assert one.complaints == []
        assert [url for url in one.requests if not url.startswith(("file:", "data:", "blob:"))] == []
