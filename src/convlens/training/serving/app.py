"""The addresses of the page: itself, and where it sends what it asks. Nothing of the disk is reached by a path."""

import asyncio
import secrets
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from convlens.ir.errors import ConvlensError
from convlens.lang.choice import LANGUAGES
from convlens.lang.messages import say
from convlens.training.restored import Restored
from convlens.training.serving.answer import answer
from convlens.training.serving.body import MAX_BYTES, TooLargeError, body_of
from convlens.training.serving.guard import Guard
from convlens.training.serving.page import html, policy

WAITING = 4
"""Questions that wait for the one that is computed; more are turned away."""


class Page:
    """Answers for one network, one question at a time. ``token`` is the word in the path without which nothing is found."""

    def __init__(self, network: Restored, token: str, lang: str) -> None:
        self.network = network
        self.token = token
        self.lang = lang
        self._turn = asyncio.Lock()
        self._inside = 0

    async def shown(self, request: Request) -> Response:
        """The page."""
        self._check(request)
        nonce = secrets.token_urlsafe(16)
        return HTMLResponse(html(self.network, self.lang, nonce), headers={"content-security-policy": policy(nonce)})

    async def predicted(self, request: Request) -> Response:
        """The answer to a body that is a file or a sentence."""
        self._check(request)
        lang = request.query_params.get("lang", self.lang)
        lang = lang if lang in LANGUAGES else self.lang
        if self._inside > WAITING:
            return _refused(503, say(lang, "too many questions at once"))
        self._inside += 1
        try:
            return await self._answered(request, lang)
        finally:
            self._inside -= 1

    async def _answered(self, request: Request, lang: str) -> Response:
        try:
            content = await body_of(request)
            async with self._turn:
                found: dict[str, Any] = await asyncio.to_thread(answer, self.network, content)
        except TooLargeError:
            return _refused(413, say(lang, "at most {most} MB are read", most=MAX_BYTES >> 20))
        except (TimeoutError, ClientDisconnect):
            return _refused(408, say(lang, "it did not come whole"))
        except ConvlensError as error:
            return _refused(422, error.text(lang))
        return JSONResponse(found)

    def _check(self, request: Request) -> None:
        if not secrets.compare_digest(request.path_params["token"].encode(), self.token.encode()):
            raise HTTPException(404)


def app_of(network: Restored, token: str, port: int, lang: str = "en") -> Starlette:
    """The page of this network behind the token, for those who ask 127.0.0.1 or localhost at this port."""
    page = Page(network, token, lang)
    routes = [
        Route("/{token:str}/", page.shown, methods=["GET"]),
        Route("/{token:str}/predict", page.predicted, methods=["POST"]),
    ]
    hosts = (f"127.0.0.1:{port}", f"localhost:{port}")
    app = Starlette(routes=routes, middleware=[Middleware(Guard, hosts=hosts)])
    app.router.redirect_slashes = False  # an address without the word leads nowhere
    return app


def _refused(status: int, text: str) -> Response:
    """The connection is closed, so that the rest of a body is not read."""
    return JSONResponse({"error": text}, status, {"connection": "close"})
