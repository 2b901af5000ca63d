"""Decode an upload in a process of its own, without holding many threads of this one for long.

At most PER_PROCESS uploads are in hand at the same time, so that threads for other visitors remain; as many decoders
run on the machine as it has cores, by locks on files that end with the decoder that holds them. What finds no place
is refused as `Busy`.
"""

import atexit
import fcntl
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import kini
from kini.core.decoder.errors import Unfit
from kini.core.decoder.wire import READY, receive, send

#: Uploads that one process handles at the same time; a web server's process has four threads.
PER_PROCESS = 3
#: Seconds in all until a visitor is told to try again, and between two looks for a free decoder.
DEADLINE, PAUSE = 10.0, 0.02
START_SECONDS = 20.0
HELPER = "kini.core.decoder.fork_server"


class Busy(Exception):
    """Every decoder is busy; try again later."""


class DecoderFault(Exception):
    """The helper does not start."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """Result of decoding: the new content (empty for a PDF, which is only checked), and the camera's clock."""

    content: bytes
    taken: str = ""
    offset: str = ""


#: Uploads being handled.
_places = threading.BoundedSemaphore(PER_PROCESS)


@contextmanager
def place() -> Iterator[None]:
    """Take one of this process's slots for simultaneous uploads.

    Raises:
        Busy: at once, when all are taken.
    """
    places = _places
    if not places.acquire(blocking=False):
        raise Busy
    try:
        yield
    finally:
        places.release()


def decode(content: bytes, content_type: str, *, locks: Path) -> Decoded:
    """Check a PDF, or decode and re-encode a picture.

    Args:
        locks: folder for the locks, the same for all processes of the machine.

    Raises:
        Unfit: when it cannot be taken.
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
        raise Busy from None
    except (EOFError, BrokenPipeError, ConnectionResetError):  # the kernel ended it at one of its limits
        raise Unfit("too-costly") from None
    if "unfit" in head:
        raise Unfit(head["unfit"], head["number"])
    return Decoded(decoded, **head)


@contextmanager
def _slot(locks: Path, end: float) -> Iterator[int]:
    """Descriptor of a locked file: the lock is held until every copy of it is closed, also the decoder's."""
    locks.mkdir(parents=True, exist_ok=True, mode=0o700)
    while (slot := _free(locks)) is None:
        if time.monotonic() > end:
            raise Busy
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
    """Helper of this process, started with its first upload and again when it has ended."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def connect(self, slot: int) -> socket.socket:
        """A connection to a new decoder, which holds the lock of `slot` from now on."""
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
        raise DecoderFault("the helper that decodes uploads ends at once")

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        source = str(Path(kini.__file__).parents[1])
        command = [sys.executable, "-m", HELPER, str(theirs.fileno())]
        with theirs:
            self._process = subprocess.Popen(
                command,
                env={"PYTHONPATH": source},  # and nothing else: no key of the city is in reach of a decoder
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
            raise DecoderFault("the helper that decodes uploads does not start")
        ours.settimeout(None)
        return ours

    def _stop(self) -> None:
        if self._control:
            self._control.close()
        if self._process:
            self._process.wait()
        self._control = self._process = None

    def abandon(self) -> None:
        """Detach from the helper after a fork: it belongs to the parent process."""
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
