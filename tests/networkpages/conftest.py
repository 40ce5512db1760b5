"""A browser, and pages in it whose every request and every complaint is kept."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest


@pytest.fixture
def opened(browser: Any) -> Iterator[Callable[..., Any]]:
    """Opens an address or a path in a fresh context; afterwards nothing may have been asked for or complained about."""
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
