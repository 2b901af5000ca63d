"""Web server: command lines of granian, and a readiness check."""

import os
import sys
import urllib.request

#: Maximum number of server processes; each uses one core.
MOST_WORKERS = 4
#: Connections per process, far more than threads: slow clients occupy only a connection (core/rsgi_adapter.py).
CONNECTIONS = 2048
#: Milliseconds for a request's head; also ends idle connections. Proxies keep theirs for less (deploy/).
HEADER_TIMEOUT = 10_000


def web_command(host: str, port: int, *, workers: int = 0, threads: int = 4) -> list[str]:
    """Command that starts the server; arguments as in `web_arguments`."""
    return [sys.executable, "-m", "kini.serving", *web_arguments(host, port, workers=workers, threads=threads)]


def web_arguments(host: str, port: int, *, workers: int = 0, threads: int = 4) -> list[str]:
    """Command-line arguments of `kini.serving`.

    Args:
        workers: processes; 0: one for each core, four at most.
        threads: concurrent requests of each.
    """
    numbers = {"--host": host, "--port": port, "--workers": workers, "--threads": threads}
    return [str(word) for pair in numbers.items() for word in pair]


def granian_arguments(application: str, host: str, port: int, workers: int) -> list[str]:
    """Command-line arguments of granian: HTTP/1 only, many connections for slow clients."""
    workers = workers or min(MOST_WORKERS, os.cpu_count() or 1)
    return [
        *("--interface", "rsgi", application, "--host", host, "--port", str(port), "--workers", str(workers)),
        *("--http", "1", "--no-ws", "--http1-header-read-timeout", str(HEADER_TIMEOUT), "--respawn-failed-workers"),
        *("--backlog", str(CONNECTIONS), "--backpressure", str(CONNECTIONS), "--log-level", "warning"),
    ]


def server_address(host: str, port: int) -> str:
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}"


def is_ready(address: str) -> bool:
    """True if the server at that URL reports that it is ready."""
    try:
        with urllib.request.urlopen(f"{address}/health/ready", timeout=5) as response:  # noqa: S310 -- our own address
            return bool(response.status == 200)
    except OSError:
        return False
