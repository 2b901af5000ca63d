"""Virus scanner: malware is refused, and so is every upload without a verdict."""

import shutil
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django.fixtures import Settings

from kini.core import environment, file_errors, files, virus_scanner
from tests.core.test_files import pdf, picture
from tests.environment import read, replace

#: The test file of the European Institute for Computer Antivirus Research, in two parts, as scanners look here too.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-" + rb"ANTIVIRUS-TEST-FILE!$H+H*"
pytestmark = pytest.mark.usefixtures("var")


class Clamd:
    """Loopback server for clamd's INSTREAM: refuses other commands, wrong lengths, and streams above its limit."""

    def __init__(self, limit: int = 25_000_000) -> None:
        self.limit = limit
        self.seen: list[bytes] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _address = self._socket.accept()
                with connection, connection.makefile("rb") as stream, suppress(ConnectionError):
                    connection.sendall(self._answer(stream) + b"\0")

    def _answer(self, stream: object) -> bytes:
        if stream.read(10) != b"zINSTREAM\0":
            return b"UNKNOWN COMMAND"
        content = b""
        while size := struct.unpack(">I", stream.read(4))[0]:
            content += stream.read(size)
            if len(content) > self.limit:
                return b"INSTREAM size limit exceeded. ERROR"
        self.seen.append(content)
        return b"stream: Eicar-Test-Signature FOUND" if EICAR in content else b"stream: OK"

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def clamd(settings: Settings) -> Iterator[Clamd]:
    server = Clamd()
    settings.ENV = replace(settings.ENV, clamd=f"tcp://127.0.0.1:{server.port}")
    yield server
    server.close()


def store(content: bytes) -> files.StoredFile:
    return files.store(SimpleUploadedFile("upload", content), accept=files.DOCUMENTS)


def infected() -> bytes:
    return pdf().replace(b"%PDF-1.3\n", b"%PDF-1.3\n%" + EICAR + b"\n")


def test_without_a_scanner_files_are_taken() -> None:
    assert store(picture()).size


def test_a_file_is_scanned_as_it_was_sent(clamd: Clamd) -> None:
    large = picture("PNG", size=(2000, 2000)) + bytes(3 * virus_scanner.CHUNK)
    store(large)
    assert clamd.seen == [large]


def test_what_the_scanner_knows_is_refused(clamd: Clamd) -> None:
    with pytest.raises(files.FileRefused, match="virus scanner found a threat") as refusal:
        store(infected())
    assert refusal.value.status == 422


def test_without_a_verdict_nothing_is_taken(clamd: Clamd) -> None:
    clamd.limit = 10
    with pytest.raises(file_errors.FileBusy, match="Try again in a few minutes"):
        store(picture())
    clamd.close()
    with pytest.raises(file_errors.FileBusy):
        store(picture())


def test_a_scanner_that_says_nothing_is_not_waited_for(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(virus_scanner, "SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.ENV = replace(settings.ENV, clamd=f"tcp://127.0.0.1:{silent.getsockname()[1]}")
        began = time.monotonic()
        with pytest.raises(file_errors.FileBusy):
            store(picture())
        assert time.monotonic() - began < 3


@pytest.mark.parametrize("written", ["clamd", "tcp://host", "tcp://host:x", "unix:", "unix://host/path", "http://h:1"])
def test_a_wrong_address_is_said_at_the_start(written: str) -> None:
    with pytest.raises(environment.InvalidEnvironment, match="KINI_CLAMD must read like"):
        read({"KINI_ENV": "local", "KINI_CLAMD": written})


def wait_for(ready: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.skipif(not shutil.which("clamd"), reason="clamd is not here; install clamav-daemon")
def test_clamd_itself_is_understood(tmp_path: Path, settings: Settings) -> None:
    """ClamAV's daemon, with a database of one signature."""
    (tmp_path / "db").mkdir()
    (tmp_path / "db" / "test.ndb").write_text(f"Test-Signature:0:*:{EICAR.hex()}\n")
    path = tmp_path / "clamd.ctl"
    options = (f"LocalSocket {path}", f"DatabaseDirectory {tmp_path / 'db'}", "Foreground yes", "User root")
    (tmp_path / "clamd.conf").write_text("\n".join(options) + "\n")
    words = ["clamd", "-c", str(tmp_path / "clamd.conf")]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(path.exists)
        settings.ENV = replace(settings.ENV, clamd=f"unix://{path}")
        assert store(picture()).size
        with pytest.raises(files.FileRefused, match="virus scanner found a threat"):
            store(infected())
    finally:
        process.terminate()
        process.wait()
    with pytest.raises(file_errors.FileBusy):
        store(picture())
