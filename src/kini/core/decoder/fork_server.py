"""`python -m kini.core.decoder.fork_server FD`: loads the decoders and forks for each file.

Its environment has no secrets. The kernel enforces limits on each fork, also inside C libraries: CPU time, memory, wall
time, open files, no writing to disk.
"""

import gc
import os
import resource
import signal
import socket
import sys
from typing import Any

from PIL import JpegImagePlugin, MpoImagePlugin, PngImagePlugin, WebPImagePlugin

from kini.core.decoder import RejectedFile, images, pdfs
from kini.core.decoder.wire import READY, receive, send

#: Seconds of CPU time; a 50 megapixel photo takes about two.
CPU_SECONDS = 3
#: Seconds of wall time, for a decoder that gets no CPU.
WALL_SECONDS = 12
#: Address space; a 50 megapixel photo in memory takes 200 MB and its smaller copy 70 MB.
MEMORY_BYTES = 640_000_000
#: Largest result of a decoder: a scan of an A4 page as PNG is smaller.
MAX_OUTPUT_BYTES = 20_000_000
#: Lower priority than the web server.
NICENESS = 5
PRELOADED = (JpegImagePlugin, MpoImagePlugin, PngImagePlugin, WebPImagePlugin)


def serve(control: socket.socket) -> None:
    """Fork for each received pair of descriptors (a connection, a lock), until the other end closes."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # ended children leave no zombies
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the web process, whose end ends this one
    control.send(READY)
    while True:
        message, descriptors, _flags, _address = socket.recv_fds(control, 1, 2)
        if not message:
            return
        if os.fork() == 0:
            control.close()
            _work(descriptors[0])
        for descriptor in descriptors:
            os.close(descriptor)


def _work(descriptor: int) -> None:
    """Decode one file and exit, which frees the lock."""
    try:
        _set_limits()
        with socket.socket(fileno=descriptor) as connection:
            head, content = receive(connection)
            send(connection, *_answer(head["type"], content))
    finally:
        os._exit(0)


def _set_limits() -> None:
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))
    signal.alarm(WALL_SECONDS)


def _answer(content_type: str, content: bytes) -> tuple[dict[str, Any], bytes]:
    try:
        if content_type == "application/pdf":
            pdfs.check(content)
            return {}, b""
        cleaned = images.clean(content, content_type)
        if len(cleaned.content) > MAX_OUTPUT_BYTES:
            raise RejectedFile("too-costly")
        said = cleaned.metadata
        return {"taken": said.taken, "offset": said.offset, "point": said.point}, cleaned.content
    except RejectedFile as unfit:
        return {"unfit": unfit.code, "number": unfit.number}, b""
    except MemoryError:
        return {"unfit": "too-costly", "number": 0}, b""


if __name__ == "__main__":
    gc.freeze()  # keep memory shared: collections in forks would write to it
    with socket.socket(fileno=int(sys.argv[1])) as inherited:
        serve(inherited)
