"""Client of the decoder processes.

A web process handles at most PER_PROCESS uploads at a time, so that threads for other visitors remain. The machine runs
as many decoders as it has cores, by file locks that end with the decoder. Further uploads raise `Busy`.
"""

import atexit
import fcntl
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import kini
from kini.core.decoder import RejectedFile
from kini.core.decoder.wire import READY, receive, send

#: Concurrent uploads of one process, which has four threads.
PER_PROCESS = 3
#: Seconds until an upload is refused, and between two attempts to get a free decoder.
DEADLINE, PAUSE = 10.0, 0.02
START_SECONDS = 20.0
HELPER = "kini.core.decoder.fork_server"


class DecoderBusy(Exception):
    """All decoders are busy; try again later."""


class DecoderError(Exception):
    """The helper does not start."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """Result: the new content (empty for a PDF, which is only checked), the camera's time, offset and point."""

    content: bytes
    taken: str = ""
    offset: str = ""
    point: Sequence[float] | None = None


#: Uploads being handled.
_places = threading.BoundedSemaphore(PER_PROCESS)


@contextmanager
def upload_slot() -> Iterator[None]:
    """Take one of this process's slots for uploads.

    Raises:
        Busy: when none is free.
    """
    places = _places
    if not places.acquire(blocking=False):
        raise DecoderBusy
    try:
        yield
    finally:
        places.release()


def decode(content: bytes, content_type: str, *, locks: Path) -> Decoded:
    """Check a PDF, or decode and encode an image again.

    Args:
        locks: folder of the lock files, the same for all processes of the machine.

    Raises:
        RejectedFile: when the file is rejected.
        Busy: when no decoder is free.
    """
    end = time.monotonic() + DEADLINE
    with _slot(locks, end) as slot, _server.connect(slot) as connection:
        return _exchange(connection, content, content_type, end)


def _exchange(connection: socket.socket, content: bytes, content_type: str, end: float) -> Decoded:
    try:
        connection.settimeout(max(0.1, end - time.monotonic()))
        send(connection, {"type": content_type}, content)
        head, decoded = receive(connection)
    except TimeoutError:
        raise DecoderBusy from None
    except (EOFError, BrokenPipeError, ConnectionResetError):  # the kernel killed it at one of its limits
        raise RejectedFile("too-costly") from None
    if "unfit" in head:
        raise RejectedFile(head["unfit"], head["number"])
    return Decoded(decoded, **head)


@contextmanager
def _slot(locks: Path, end: float) -> Iterator[int]:
    """File descriptor of a lock, which is held until all copies are closed, also the decoder's."""
    locks.mkdir(parents=True, exist_ok=True, mode=0o700)
    while (slot := _free(locks)) is None:
        if time.monotonic() > end:
            raise DecoderBusy
        time.sleep(PAUSE)
    try:
        yield slot
    finally:
        os.close(slot)


def _free(locks: Path) -> int | None:
    for number in range(os.cpu_count() or 1):
        slot = os.open(locks / f"decoder-{number}", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(slot, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(slot)
        else:
            return slot
    return None


class _Server:
    """Fork server of this process, started with the first upload and again when it has ended."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def connect(self, slot: int) -> socket.socket:
        """Start a decoder and return the connection to it; it now holds the lock of `slot`."""
        ours, theirs = socket.socketpair()
        with theirs, self._lock:
            for _attempt in range(2):
                control = self._control or self._start()
                try:
                    socket.send_fds(control, [b"file"], [theirs.fileno(), slot])
                    return ours
                except (BrokenPipeError, ConnectionResetError):
                    self._stop()
        ours.close()
        raise DecoderError("the helper that decodes uploads ends at once")

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        source = str(Path(kini.__file__).parents[1])
        command = [sys.executable, "-m", HELPER, str(theirs.fileno())]
        with theirs:
            self._process = subprocess.Popen(
                command,
                env={"PYTHONPATH": source},  # nothing else: a decoder must not see the city's keys
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._control = ours
        ours.settimeout(START_SECONDS)
        if ours.recv(16) != READY:
            self._stop()
            raise DecoderError("the helper that decodes uploads does not start")
        ours.settimeout(None)
        return ours

    def _stop(self) -> None:
        if self._control:
            self._control.close()
        if self._process:
            self._process.wait()
        self._control = self._process = None

    def abandon(self) -> None:
        """Detach from the fork server after a fork: it belongs to the parent process."""
        if self._control:
            self._control.close()
        if self._process:
            self._process.returncode = 0

    def close(self) -> None:
        with self._lock:
            self._stop()


_server = _Server()


def _after_fork() -> None:
    global _server, _places
    _server.abandon()
    _server, _places = _Server(), threading.BoundedSemaphore(PER_PROCESS)


atexit.register(lambda: _server.close())
os.register_at_fork(after_in_child=_after_fork)
