"""HTTP load generator: wrk with a Lua script."""

import subprocess
import tempfile
import urllib.error
import urllib.request
import uuid
from pathlib import Path

from kini.bench.workloads import Measurement, Requests
from kini.core import system_programs

CONNECTIONS = 32
SCRIPT = Path(__file__).with_name("load.lua")
WARM_UP = 3  # one second of warm-up for this many seconds of measurement


class NotMeasured(Exception):
    """A workload cannot be measured; the message is one sentence."""


def find_wrk() -> str:
    """Path of wrk, installed from the system's packages if allowed.

    Raises:
        NotMeasured: it is missing; the message names the package.
    """
    if path := system_programs.find_or_install(["wrk"], "wrk"):
        return path
    raise NotMeasured("the load generator is missing; install the package wrk.")


def check_response(address: str, requests: Requests, expected_text: str) -> None:
    """Send the first request and check its response.

    Raises:
        NotMeasured: unexpected status or text.
    """
    headers = {name: values[0] for name, values in requests.headers if name.lower() != "accept-encoding"}
    if requests.keyed:
        headers["Idempotency-Key"] = uuid.uuid4().hex
    body = requests.bodies[0].encode() if requests.bodies else None
    if requests.stock:
        requests.stock.sent = 1
    sent = urllib.request.Request(address + requests.paths[0], body, headers, method=requests.method)  # noqa: S310
    try:
        with urllib.request.urlopen(sent, timeout=30) as response:  # noqa: S310 -- our own server
            status, text = response.status, response.read().decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        status, text = error.code, error.read().decode("utf-8", "replace")
    if status != requests.status or expected_text not in text:
        raise NotMeasured(
            f"{requests.method} {sent.full_url} answered {status} without “{expected_text}”: {text[:300]}"
        )


def measure(address: str, requests: Requests, seconds: float, connections: int = CONNECTIONS) -> Measurement:
    """Send the requests over `connections` for `seconds`, after a warm-up.

    Raises:
        NotMeasured: wrk failed.
    """
    with tempfile.TemporaryDirectory(prefix="kini-load-") as folder:
        _write(Path(folder), requests)
        if warm_up := round(seconds) // WARM_UP:
            _run(folder, address, requests, warm_up, connections)
        return _run(folder, address, requests, seconds, connections)


def _write(folder: Path, requests: Requests) -> None:
    lists = {"paths": requests.paths, "bodies": requests.bodies, "headers": [name for name, _ in requests.headers]}
    lists |= {f"header-{name}": values for name, values in requests.headers}
    for name, lines in lists.items():
        (folder / name).write_text("".join(f"{line}\n" for line in lines), "utf-8")


def _run(folder: str, address: str, requests: Requests, seconds: float, connections: int) -> Measurement:
    command = [
        find_wrk(),
        "--threads",
        "1",
        "--connections",
        str(connections),
        "--duration",
        f"{max(1, round(seconds))}s",
    ]
    command += ["--timeout", "30s", "--script", str(SCRIPT), address, "--"]
    command += [folder, requests.method, str(requests.status), uuid.uuid4().hex if requests.keyed else "-"]
    command += [str(requests.stock.sent if requests.stock else 0)]
    command += [str(requests.rate)]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    result = next((line for line in done.stdout.splitlines() if line.startswith("MEASURED ")), None)
    if result is None:
        raise NotMeasured(f"wrk ended with code {done.returncode}: {(done.stderr or done.stdout).strip()[-300:]}")
    for wrong in (line for line in done.stdout.splitlines() if line.startswith("WRONG ")):
        print(f"\n  {requests.method} {requests.paths[0]} answered {wrong.removeprefix('WRONG ')}", flush=True)
    count, microseconds, p50, p99, errors = result.split()[1:]
    if requests.stock:
        requests.stock.sent += int(count) + connections  # in flight at the end
        if requests.stock.sent > len(requests.bodies):
            raise NotMeasured(
                f"all {len(requests.bodies)} requests were sent; make the city larger or the time shorter."
            )
    return Measurement(int(count) * 1_000_000 / int(microseconds), float(p50), float(p99), int(errors))
