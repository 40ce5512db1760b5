"""What every request must have, and every answer has: other pages of the same browser are not trusted.

A page from elsewhere can send requests to this machine. It is kept out by the name that it was asked by (its own name may
point to 127.0.0.1: DNS rebinding), by its origin, and by a word in the path that it cannot know.
"""

from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS: Mapping[str, str] = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
"""Of every answer that has none of its own."""

METHODS = ("GET", "HEAD", "POST")
SAME = ("same-origin", "none")
"""Values of Sec-Fetch-Site: the page itself, and what a person typed."""


class Guard:
    """Refuses what was not asked by one of ``hosts`` ("127.0.0.1:8000"), and answers with `HEADERS`."""

    def __init__(self, app: ASGIApp, hosts: tuple[str, ...]) -> None:
        self.app = app
        self.hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        if scope["type"] != "http":
            return
        refused = self._refused(str(scope["method"]), Headers(scope=scope))
        if refused:
            # The rest of a body is not waited for.
            await PlainTextResponse(refused, 403, {"connection": "close"})(scope, receive, sent)
        else:
            await self.app(scope, receive, sent)

    def _refused(self, method: str, headers: Headers) -> str:
        """Why, or nothing."""
        host = headers.getlist("host")
        if len(host) != 1 or host[0] not in self.hosts:
            return "another host was asked for"
        if method not in METHODS:
            return "another method"
        site = headers.get("sec-fetch-site", SAME[0])
        if method == "POST" and not headers.getlist("origin"):
            return f"a question needs the header Origin: http://{host[0]}, which a browser sends by itself"
        if method == "POST" and (headers.getlist("origin") != [f"http://{host[0]}"] or site not in SAME):
            return "asked by another page"
        return ""
