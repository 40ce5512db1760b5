"""The page's server: what it answers, and what it keeps out. Every request goes through a real socket."""

import asyncio
import http.client
import io
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from struct import pack
from typing import Any
from urllib.parse import urlsplit

import pytest

pytest.importorskip("uvicorn")
from convlens.ir.errors import UsageError
from convlens.training.predict import predict
from convlens.training.restored import restored
from convlens.training.run import Run
from convlens.training.serving import answer as answers
from convlens.training.serving.serve import bound, serve, server_of
from tests.training.asking.conftest import COLOURS, paint, tone


class Served:
    """A server in a thread of its own."""

    def __init__(self, run: Run, lang: str = "en") -> None:
        self.listening = bound(0)
        self.server, self.address = server_of(restored(run), self.listening, lang)
        self.thread = threading.Thread(target=lambda: asyncio.run(self.server.serve([self.listening])))
        self.thread.start()
        self.port = self.listening.getsockname()[1]
        self.path = urlsplit(self.address).path
        while not self.server.started:
            time.sleep(0.01)

    def ask(self, body: Any = b"", *, path: str | None = None, method: str = "POST", **headers: str) -> tuple[int, Any, Any]:
        """Status, content (JSON where it is some) and headers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        given = {
            "Host": f"127.0.0.1:{self.port}",
            "Origin": f"http://127.0.0.1:{self.port}",
            **{k.replace("_", "-"): v for k, v in headers.items()},
        }
        try:
            connection.request(
                method, self.path + "predict" if path is None else path, body, {k: v for k, v in given.items() if v}
            )
            reply = connection.getresponse()
            content = reply.read()
            kind = reply.headers.get("content-type", "")
            return reply.status, json.loads(content) if "json" in kind else content.decode(), reply.headers
        finally:
            connection.close()

    def close(self) -> None:
        self.server.should_exit = True
        self.thread.join(20)
        self.listening.close()
        assert not self.thread.is_alive()


@pytest.fixture(scope="module")
def served(run: Run) -> Iterator[Served]:
    made = Served(run)
    yield made
    made.close()


@pytest.fixture(scope="module")
def served_text(text_run: Run) -> Iterator[Served]:
    made = Served(text_run)
    yield made
    made.close()


@pytest.fixture(scope="module")
def served_sound(sound_run: Run) -> Iterator[Served]:
    made = Served(sound_run)
    yield made
    made.close()


def test_the_answer_is_the_prediction(served: Served, run: Run, tmp_path: Path) -> None:
    picture = paint(tmp_path / "new.png", COLOURS["dog"], 5)
    status, found, _ = served.ask(picture.read_bytes())
    wanted = predict(run, picture).best()
    assert status == 200
    assert [(one["name"], one["probability"]) for one in found["classes"]] == [
        (name, pytest.approx(share, abs=1e-5)) for name, share in wanted
    ]
    assert [(layer["layer"], layer["shape"]) for layer in found["layers"]] == [("c", [4, 10, 10]), ("d", [4, 8, 8])]
    assert len(found["layers"][0]["tiles"]) == 4


def test_what_the_network_saw_is_the_picture(served: Served, tmp_path: Path) -> None:
    """Of a picture that has its size already every pixel is the same."""
    import base64

    import numpy as np
    from PIL import Image

    picture = paint(tmp_path / "new.png", COLOURS["cat"], 5)
    _, found, _ = served.ask(picture.read_bytes())
    seen = Image.open(io.BytesIO(base64.b64decode(found["seen"].partition(",")[2])))
    assert np.array_equal(np.array(seen), np.array(Image.open(picture)))


def test_sentences_and_sounds_are_answered(served_text: Served, served_sound: Served, tmp_path: Path) -> None:
    _, found, _ = served_text.ask(b"a GOOD film")
    assert found["classes"][0]["name"] == "praise"
    assert [word["text"] for word in found["words"]] == ["a", "good", "film"]
    assert (found["seen"], found["layers"]) == (None, [])
    _, found, _ = served_sound.ask(tone(tmp_path / "new.wav", 2505, 3).read_bytes())
    assert found["classes"][0]["name"] == "high"
    assert found["seen"].startswith("data:image/png")
    assert len(found["layers"]) == 1


@pytest.mark.parametrize("name", ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost", "[::1]:80", "127.0.0.1.nip.io:80"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_who_asks_for_another_host_is_refused(name: str, method: str, served: Served) -> None:
    path = served.path if method == "GET" else None
    assert served.ask(b"x", method=method, path=path, Host=name, Origin=f"http://{name}")[0] == 403


def test_localhost_is_this_machine(served: Served) -> None:
    name = f"localhost:{served.port}"
    assert served.ask(method="GET", path=served.path, Host=name)[0] == 200


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "", "https://127.0.0.1:{port}", "http://localhost:{port}", "http://127.0.0.1:{port}/"],
)
def test_another_page_may_not_ask(origin: str, served: Served) -> None:
    assert served.ask(b"x", Origin=origin.format(port=served.port))[0] == 403


def test_without_an_origin_the_header_is_named(served: Served) -> None:
    status, text, _ = served.ask(b"x", Origin="")
    assert (status, text) == (
        403,
        f"a question needs the header Origin: http://127.0.0.1:{served.port}, which a browser sends by itself",
    )
    assert served.ask(b"x", Origin="http://evil.example")[1] == "asked by another page"


def test_what_a_browser_says_of_another_site_counts(served: Served) -> None:
    assert served.ask(b"x", Sec_Fetch_Site="cross-site")[0] == 403
    assert served.ask(b"x", Sec_Fetch_Site="same-origin")[0] == 422


def test_two_hosts_or_none_are_refused(served: Served) -> None:
    for hosts in ("", f"Host: 127.0.0.1:{served.port}\r\nHost: evil.example\r\n"):
        with socket.create_connection(("127.0.0.1", served.port), 10) as line:
            line.sendall(f"GET {served.path} HTTP/1.1\r\n{hosts}\r\n".encode())
            assert line.recv(100).split()[1] in (b"400", b"403")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/x/",
        "/x/predict",
        "/../../etc/passwd",
        "{path}../../../../etc/passwd",
        "{path}%2e%2e%2f%2e%2e%2fetc/passwd",
        "{path}predict/../../..",
        "/favicon.ico",
    ],
)
def test_without_the_word_nothing_is_found(path: str, served: Served) -> None:
    for method in ("GET", "POST"):
        status, content, headers = served.ask(b"x", method=method, path=path.format(path=served.path))
        assert status in (404, 405)
        assert "root:" not in content
        assert headers["x-content-type-options"] == "nosniff"


def test_other_methods_are_refused(served: Served) -> None:
    for method in ("PUT", "DELETE", "OPTIONS", "TRACE"):
        assert served.ask(b"x", method=method)[0] == 403


def test_a_gigabyte_is_cut_off_at_the_bound(served: Served) -> None:
    """Without a length, and with one that lies: little more than the bound is taken from the line."""
    with socket.create_connection(("127.0.0.1", served.port), 30) as line:
        head = f"POST {served.path}predict HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nOrigin: http://127.0.0.1:{served.port}\r\nTransfer-Encoding: chunked\r\n\r\n"
        line.sendall(head.encode())
        sent = poured(line, b"100000\r\n" + bytes(1 << 20) + b"\r\n", 1024)
    assert 9 <= sent <= 40
    status, found, _ = served.ask(b"", Content_Length=str(1 << 30))
    assert (status, found["error"]) == (413, "at most 10 MB are read")


def poured(line: socket.socket, piece: bytes, times: int) -> int:
    """How often the piece could be sent before the other side hung up."""
    for sent in range(times):
        try:
            line.sendall(piece)
        except OSError:
            return sent
    return times


def bomb(width: int, height: int) -> bytes:
    """A PNG whose pixels are all zero: 30,000 x 30,000 of them take 0.9 MB."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return pack(">I", len(content)) + kind + content + pack(">I", zlib.crc32(kind + content))

    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes(width + 1)) for _ in range(min(height, 3000))) + packer.flush()
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
        + chunk(b"IDAT", rows)
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "begins like none"), (b"\x89PNG\r\n\x1a\nnope", "not a picture"), (bomb(30000, 30000), "pixels"), (b"%!PS-Adobe-3.0 EPSF-3.0\n", "begins like none"),
     (b"PK\x03\x04" + bytes(500), "begins like none"), (b"RIFF\xff\xff\xff\xffWEBPVP8 " + bytes(40), "")],
)  # fmt: skip
def test_broken_pictures_and_bombs_are_refused(content: bytes, message: str, served: Served) -> None:
    status, found, _ = served.ask(content)
    assert status == 422
    assert message in found["error"]


def test_broken_sounds_and_texts_are_refused(served_sound: Served, served_text: Served) -> None:
    assert "not a WAV" in served_sound.ask(b"no")[1]["error"]
    assert (
        "the sound: its header claims"
        in served_sound.ask(
            b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\xff\xff\xff\x7f\0\0"
        )[1]["error"]
    )
    assert "UTF-8" in served_text.ask(b"\xff\xfe")[1]["error"]
    assert "no word" in served_text.ask(b"... ")[1]["error"]
    assert "at most" in served_text.ask(b"good " * 300_000)[1]["error"]


def test_messages_are_in_the_language_of_the_page(served: Served) -> None:
    status, found, _ = served.ask(b"no", path=served.path + "predict?lang=xx")
    assert (status, "begins like none" in found["error"]) == (422, True)


def test_headers_of_the_page(served: Served) -> None:
    status, page, headers = served.ask(method="GET", path=served.path)
    policy = headers["content-security-policy"]
    nonce = policy.partition("script-src 'nonce-")[2].partition("'")[0]
    assert status == 200
    assert page.count(f'nonce="{nonce}"') == 2
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert {"nosniff", "DENY", "no-referrer", "no-store"} <= set(headers.values())
    assert "server" not in headers
    assert served.ask(method="GET", path=served.path)[2]["content-security-policy"] != policy


def test_one_question_at_a_time_and_not_too_many_wait(served: Served, monkeypatch: pytest.MonkeyPatch, pets: Path) -> None:
    """Of seven questions at once two are turned away; of the others never two are computed together."""
    inside, most, real, gate = [0], [0], answers.answer, threading.Event()

    def slow(*args: Any) -> Any:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        gate.wait(20)
        inside[0] -= 1
        return real(*args)

    monkeypatch.setattr("convlens.training.serving.app.answer", slow)
    content, codes = (pets / "cat" / "0.png").read_bytes(), []
    threads = [threading.Thread(target=lambda: codes.append(served.ask(content)[0])) for _ in range(7)]
    for thread in threads:
        thread.start()
    until = time.monotonic() + 20
    while len(codes) < 2 and time.monotonic() < until:
        time.sleep(0.01)
    assert codes == [503, 503]
    gate.set()
    for thread in threads:
        thread.join()
    assert most[0] == 1
    assert codes[2:] == [200] * 5
    assert served.ask(content)[0] == 200


def test_nothing_is_written(
    served: Served, served_sound: Served, run: Run, pets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither into the run nor into the folder for passing files."""
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temp"))
    (tmp_path / "temp").mkdir()
    before = {path: path.stat().st_mtime_ns for path in run.path.rglob("*")}
    assert served.ask((pets / "cat" / "0.png").read_bytes())[0] == 200
    assert served_sound.ask(tone(tmp_path / "a.wav", 400, 1).read_bytes())[0] == 200
    assert {path: path.stat().st_mtime_ns for path in run.path.rglob("*")} == before
    assert list((tmp_path / "temp").iterdir()) == []


def test_a_port_that_is_taken_is_said(run: Run) -> None:
    with bound(0) as taken, pytest.raises(UsageError, match="--port"):
        serve(run, port=taken.getsockname()[1])


def test_it_listens_on_the_loopback_address_alone(served: Served) -> None:
    assert served.listening.getsockname()[0] == "127.0.0.1"


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGINT for one process")
def test_two_commands_and_ctrl_c(pets: Path, tmp_path: Path) -> None:
    """A folder of pictures becomes a recogniser, as docs/predict.md says it."""
    page = (Path(__file__).parents[3] / "docs" / "predict.md").read_text(encoding="utf-8")
    train, ask = page.split("```sh\n")[1].split("```")[0].splitlines()
    assert (train, ask) == ("convlens train small-cnn --data pets -o runs/pets", "convlens predict runs/pets --page")
    teach, line = ([sys.executable, "-m", *each.split()] for each in (train, ask))
    (tmp_path / "pets").symlink_to(pets, target_is_directory=True)
    done = subprocess.run([*teach, "--quiet"], capture_output=True, text=True, check=False, timeout=120, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path) as process:
        try:
            answer_of(process, pets / "fish" / "3.png")
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == 0
            assert process.stderr.read() == ""
        finally:
            process.kill()


def answer_of(process: Any, picture: Path) -> None:
    """Asks the page whose address the process prints."""
    address = urlsplit(process.stdout.readline().strip())
    assert address.hostname == "127.0.0.1", process.stderr.read()
    assert "Ctrl-C" in process.stderr.readline()
    connection = http.client.HTTPConnection("127.0.0.1", int(address.port or 0), timeout=20)
    connection.request("POST", address.path + "predict", picture.read_bytes(), {"Origin": f"http://{address.netloc}"})
    assert json.loads(connection.getresponse().read())["classes"][0]["name"] == picture.parent.name
