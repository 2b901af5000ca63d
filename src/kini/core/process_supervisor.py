"""Supervisor of the processes of one city, which start and stop together.

A process started with `again` is restarted when it ends, silently after exit code 0. Any other end, or repeated
crashes, end all processes with a reason. A process is a command (`spawned`) or a fork of this one (`forked`), which
starts at once and shares loaded memory.
"""

import ctypes
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import FrameType, TracebackType
from typing import IO, Protocol

from kini.core.command_line import OperatorError

GRACE = 8.0  # seconds for a process to stop by itself
#: A process that crashes so often, each time within SHORT_LIFE seconds, is not restarted. An end with exit code 0 is a
#: crash only within FAILED_START seconds: the worker ends that way when the database restarts.
MAX_CRASHES = 5
SHORT_LIFE, FAILED_START = 20.0, 2.0


class ProcessError(OperatorError):
    """A process failed to start or run; the message is one sentence."""


class Child(Protocol):
    """Interface of a started process, as of `subprocess.Popen`."""

    @property
    def pid(self) -> int: ...

    @property
    def returncode(self) -> int | None: ...

    def poll(self) -> int | None: ...

    def wait(self, timeout: float | None = None) -> int: ...

    def send_signal(self, sig: int) -> None: ...


def kini_command(*words: str) -> list[str]:
    """Command that runs a verb of `./kini` with these arguments."""
    return [sys.executable, "-m", "kini.cli", *words]


def spawn_command(command: list[str], env: dict[str, str], log: IO[bytes] | None = None) -> Callable[[], Child]:
    """Return a function that starts a command with its output in `log`, else in this program's output.

    Call that function in the main thread: the command gets SIGTERM when the thread that started it ends.
    """

    def launch() -> Child:
        # In its own session: Ctrl-C reaches only this process, which stops the others in order.
        return subprocess.Popen(
            command,
            env=env,
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            preexec_fn=_end_with_starter,
        )

    return launch


def fork_process(work: Callable[[], int]) -> Callable[[], Child]:
    """Return a function that forks this process to run `work`, which returns the exit code.

    This process must have no threads and no database connections.
    """
    return lambda: _Forked(work)


class _Forked:
    def __init__(self, work: Callable[[], int]) -> None:
        self._process = multiprocessing.get_context("fork").Process(target=_alone, args=[work, os.getpid()])
        self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired(self._process.name, timeout or 0)
        return self._process.exitcode

    def send_signal(self, sig: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, sig)


def _alone(work: Callable[[], int], parent: int) -> None:
    """In the fork: reset session and signals, and do the work."""
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    end_with_parent(signal.SIGTERM)
    if os.getppid() == parent:  # else the parent ended before
        sys.exit(work())


def _end_with_starter() -> None:
    """In the child, before it becomes the command."""
    end_with_parent(signal.SIGTERM)


_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)


def end_with_parent(number: int) -> None:
    """Request that signal for this process when its parent ends (Linux only)."""
    if sys.platform == "linux":
        _LIBC.prctl(_PR_SET_PDEATHSIG, number)


@dataclass(slots=True)
class WatchedProcess:
    """A watched process: check, restart function, time of the last start, recent crashes."""

    alive: Callable[[], bool]
    revive: Callable[[], object] | None
    since: float
    crashes: int = 0

    def may_return(self, *, ended_well: bool) -> bool:
        """Count a crash; return True if the process may be restarted."""
        now = time.monotonic()
        lived, self.since = now - self.since, now
        if not ended_well or lived < FAILED_START:
            self.crashes = self.crashes + 1 if lived < SHORT_LIFE else 1
        return self.revive is not None and self.crashes < MAX_CRASHES


class Supervisor:
    """Context manager that starts and watches processes, and stops them on exit, the newest first.

    Attributes:
        revived: names of restarted processes, in order.
    """

    def __init__(self) -> None:
        self.revived: list[str] = []
        self._children: dict[str, Child] = {}
        self._watched: dict[str, WatchedProcess] = {}
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

    def run(self, name: str, launch: Callable[[], Child]) -> int:
        """Run a process to its end and return its exit code; 130 when interrupted."""
        child = self.start(name, launch)
        while child.poll() is None:
            if self._stopping:
                stop(child)
                return 130
            time.sleep(0.05)
        del self._children[name], self._watched[name]
        return child.wait()

    def start(self, name: str, launch: Callable[[], Child], *, again: bool = False) -> Child:
        """Start a process by a function of `spawned` or `forked`.

        Args:
            again: restart it when it ends.
        """

        def relaunch() -> None:
            kill_process_group(self._children[name])
            self._children[name] = launch()

        self._children[name] = launch()
        self.watch(name, lambda: self._children[name].poll() is None, relaunch if again else None)
        return self._children[name]

    def replace(self, name: str, launch: Callable[[], Child]) -> Child:
        """Stop a process and start another in its place, which is restarted when it ends."""
        stop(self._children[name])
        return self.start(name, launch, again=True)

    @property
    def stopping(self) -> bool:
        """True after Ctrl-C or SIGTERM."""
        return self._stopping

    def pids(self) -> dict[str, int]:
        """Process ids of running children, by name."""
        return {name: child.pid for name, child in self._children.items()}

    def watch(self, name: str, alive: Callable[[], bool], revive: Callable[[], object] | None = None) -> None:
        """Watch something that is not a child of this process; `revive` restarts it."""
        self._watched[name] = WatchedProcess(alive, revive, time.monotonic())

    def reason_to_stop(self) -> str | None:
        """Reason why a process ended, or None while all run."""
        return next((self._end_of(name) for name, watched in self._watched.items() if not watched.alive()), None)

    def restart_ended(self) -> str | None:
        """Restart ended processes; returns a reason when that is not possible."""
        for name, watched in self._watched.items():
            if watched.alive():
                continue
            reason = self._end_of(name)
            ended_well = name in self._children and self._children[name].returncode == 0
            if not watched.may_return(ended_well=ended_well):
                return f"{reason} again and again" if watched.revive else reason
            assert watched.revive is not None
            watched.revive()
            self.revived.append(name)
            if not ended_well:
                print(f"kini: {reason}; it was started again.", file=sys.stderr, flush=True)
        return None

    def _end_of(self, name: str) -> str:
        child = self._children.get(name)
        return f"the {name} ended with code {child.returncode}" if child else f"the {name} has gone"

    def wait_until(self, ready: Callable[[], bool], *, seconds: float) -> None:
        """Wait until `ready` returns True.

        Raises:
            ProcessError: when a process ended, or after that many seconds.
        """
        end = time.monotonic() + seconds
        while not self._stopping and not ready():
            if reason := self.reason_to_stop():
                raise ProcessError(f"{reason} before it was ready; see its output above.")
            if time.monotonic() > end:
                raise ProcessError(
                    f"the {next(reversed(self._children), 'program')} was not ready in {seconds:.0f} seconds."
                )
            time.sleep(0.1)

    def wait(self, until: Callable[[], bool] = lambda: False) -> str | None:
        """Keep processes running until `until` returns True or Ctrl-C (None), or one cannot be restarted (reason)."""
        while not self._stopping and not until():
            if reason := self.restart_ended():
                return reason
            time.sleep(0.1)
        if self._stopping:
            print("\nStopping ...", file=sys.stderr, flush=True)
        return None


def stop(child: Child) -> None:
    """Stop a process by SIGINT, after GRACE seconds by SIGKILL."""
    if child.poll() is None:
        child.send_signal(signal.SIGINT)
        try:
            child.wait(GRACE)
        except subprocess.TimeoutExpired:
            kill_process_group(child)
            child.wait()


def kill_process_group(child: Child) -> None:
    """Kill a process and its children, which would otherwise survive it and keep its port."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
