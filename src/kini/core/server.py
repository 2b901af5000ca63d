"""The web server: how granian is started, and whether it answers."""

import sys
import urllib.request


def web_command(host: str, port: int, *, workers: int = 1, threads: int = 4) -> list[str]:
    """The words that start the server; `threads` is how many requests each worker works on at the same time."""
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "kini.wsgi:application"),
        *("--host", host, "--port", str(port), "--workers", str(workers), "--blocking-threads", str(threads)),
        *("--backpressure", "64", "--no-ws", "--log-level", "warning", "--respawn-failed-workers"),
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
