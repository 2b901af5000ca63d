"""The web server: how granian is started, and whether it answers."""

import os
import sys
import urllib.request

#: Processes of the web server, where the machine has as many cores: one works on one core.
MOST_WORKERS = 4
#: Connections of one process, far more than its threads: clients that send slowly hold one each (core/http_gateway.py).
CONNECTIONS = 2048
#: Milliseconds for a request's head, which also ends idle connections; proxies keep theirs for less (deploy/).
HEADER_TIMEOUT = 10_000


def web_command(host: str, port: int, *, workers: int = 0, threads: int = 4) -> list[str]:
    """The command that starts the server; `web_words` says what the numbers mean."""
    return [sys.executable, "-m", "kini.serving", *web_words(host, port, workers=workers, threads=threads)]


def web_words(host: str, port: int, *, workers: int = 0, threads: int = 4) -> list[str]:
    """Words of the command line for `kini.serving`.

    Args:
        workers: processes; 0: one for each core, four at most.
        threads: how many requests each works on at the same time.
    """
    numbers = {"--host": host, "--port": port, "--workers": workers, "--threads": threads}
    return [str(word) for pair in numbers.items() for word in pair]


def granian_words(application: str, host: str, port: int, workers: int) -> list[str]:
    """Words of granian's command line: HTTP/1 alone, and room for clients that send slowly."""
    workers = workers or min(MOST_WORKERS, os.cpu_count() or 1)
    return [
        *("--interface", "rsgi", application, "--host", host, "--port", str(port), "--workers", str(workers)),
        *("--http", "1", "--no-ws", "--http1-header-read-timeout", str(HEADER_TIMEOUT), "--respawn-failed-workers"),
        *("--backlog", str(CONNECTIONS), "--backpressure", str(CONNECTIONS), "--log-level", "warning"),
    ]


def address_of(host: str, port: int) -> str:
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}"


def answers(address: str) -> bool:
    """Whether a server there says that it is ready."""
    try:
        with urllib.request.urlopen(f"{address}/health/ready", timeout=5) as response:  # noqa: S310 -- our own address
            return bool(response.status == 200)
    except OSError:
        return False
