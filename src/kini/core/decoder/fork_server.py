"""`python -m kini.core.decoder.fork_server FD`: a helper with the decoders loaded, which forks for each file.

The environment it is started with holds no secret, and each fork has limits that the kernel enforces, also in the
middle of a C library: processor time, memory, wall time, open files, and not one byte on the disk.
"""

import gc
import os
import resource
import signal
import socket
import sys
from typing import Any

from PIL import JpegImagePlugin, MpoImagePlugin, PngImagePlugin, WebPImagePlugin

from kini.core import images, pdfs
from kini.core.decoder.errors import Unfit
from kini.core.decoder.wire import READY, receive, send

#: Seconds of processor time; a 50 megapixel photo takes about two.
CPU_SECONDS = 3
#: Seconds until a decoder that gets no processor is killed.
WALL_SECONDS = 12
#: Address space; a 50 megapixel photo in memory takes 200 MB and its smaller copy 70 MB.
MEMORY_BYTES = 640_000_000
#: Largest answer of a decoder: a scan of an A4 page as PNG is smaller.
MAX_OUTPUT_BYTES = 20_000_000
#: A lower priority than all processes that answer visitors.
NICENESS = 5
PRELOADED = (JpegImagePlugin, MpoImagePlugin, PngImagePlugin, WebPImagePlugin)


def serve(control: socket.socket) -> None:
    """Fork once for each pair of descriptors that arrives (a connection, a held lock), until the other end closes."""
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
    """Decode the one file of a connection and end this process; its lock is free when it has ended."""
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
            raise Unfit("too-costly")
        return {"taken": cleaned.taken, "offset": cleaned.offset}, cleaned.content
    except Unfit as unfit:
        return {"unfit": unfit.code, "number": unfit.number}, b""
    except MemoryError:
        return {"unfit": "too-costly", "number": 0}, b""


if __name__ == "__main__":
    gc.freeze()  # shared with the forks, and not written to by their collectors
    with socket.socket(fileno=int(sys.argv[1])) as inherited:
        serve(inherited)
