"""The processes of one city: started together, stopped together; the end of one is the end of all, with a reason."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import IO

GRACE = 8.0  # seconds for a process to stop by itself


class ProcessFault(Exception):
    """A process did not do what it was started for; the message is one clear sentence."""


class Supervisor:
    """Use as a context manager: leaving it stops everything that it started, the newest first."""

    def __init__(self) -> None:
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._watched: dict[str, Callable[[], bool]] = {}
        self._stopping = False

    def __enter__(self) -> "Supervisor":
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for child in reversed(self._children.values()):
            stop(child)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True

    def run(self, name: str, command: list[str], env: dict[str, str]) -> int:
        """Run a command to its end; its exit code, or 130 when it was interrupted."""
        child = self.start(name, command, env)
        while child.poll() is None:
            if self._stopping:
                stop(child)
                return 130
            time.sleep(0.05)
        del self._children[name]
        return child.returncode

    def start(
        self, name: str, command: list[str], env: dict[str, str], log: IO[bytes] | None = None
    ) -> subprocess.Popen[bytes]:
        """Start a process; what it says goes to `log`, else to where this program's words go."""
        # A session of its own: Ctrl-C reaches this process alone, which then stops the others in order.
        self._children[name] = subprocess.Popen(
            command, env=env, start_new_session=True, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        return self._children[name]

    def pids(self) -> dict[str, int]:
        """The processes that were started and not yet waited for, by name."""
        return {name: child.pid for name, child in self._children.items()}

    def watch(self, name: str, alive: Callable[[], bool]) -> None:
        """Also watch something that is not a child of this process."""
        self._watched[name] = alive

    def fallen(self) -> str | None:
        """Why things cannot go on, or None while all is well."""
        for name, child in self._children.items():
            if child.poll() is not None:
                return f"the {name} ended with code {child.returncode}"
        return next((f"the {name} has gone" for name, alive in self._watched.items() if not alive()), None)

    def wait_until(self, ready: Callable[[], bool], *, seconds: float) -> None:
        """Wait for something to come true.

        Raises:
            ProcessFault: when a process fell, or the time is over.
        """
        end = time.monotonic() + seconds
        while not self._stopping and not ready():
            if reason := self.fallen():
                raise ProcessFault(f"{reason} before it was ready; its last words stand above.")
            if time.monotonic() > end:
                raise ProcessFault(f"the web server did not answer within {seconds:.0f} seconds.")
            time.sleep(0.1)

    def wait(self) -> str | None:
        """Wait for Ctrl-C (None) or for the first process that ends (why)."""
        while not self._stopping:
            if reason := self.fallen():
                return reason
            time.sleep(0.25)
        print("\nStopping ...", file=sys.stderr, flush=True)
        return None


def stop(child: subprocess.Popen[bytes]) -> None:
    """End a process: politely, and after the grace time by force."""
    if child.poll() is None:
        child.send_signal(signal.SIGINT)
        try:
            child.wait(GRACE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
