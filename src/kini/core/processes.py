"""The processes of one city: started together, stopped together.

One that was started with `again` is started anew when it falls; where it ended well (code 0), without a word. Any other
end, and a fall again and again, is the end of all, with a reason. A process is a command of its own (`spawned`), or a
copy of this one that goes on with other work (`forked`): what was loaded before is in memory once for all copies, and a
copy stands at once.
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

GRACE = 8.0  # seconds for a process to stop by itself
#: One that falls so often, each time within so many seconds, is not started again.
MOST_FALLS = 5
SHORT_LIFE = 20.0


class ProcessFault(Exception):
    """A process did not do what it was started for; the message is one clear sentence."""


class Child(Protocol):
    """A started process, as `subprocess.Popen` shows it."""

    @property
    def pid(self) -> int: ...

    @property
    def returncode(self) -> int | None: ...

    def poll(self) -> int | None: ...

    def wait(self, timeout: float | None = None) -> int: ...

    def send_signal(self, sig: int) -> None: ...


def spawned(command: list[str], env: dict[str, str], log: IO[bytes] | None = None) -> Callable[[], Child]:
    """Return a function that starts a command; its output goes to `log`, else to the output of this program.

    The command gets a signal to stop when the thread that started it ends: call it from the main thread.
    """

    def launch() -> Child:
        # A session of its own: Ctrl-C reaches this process alone, which then stops the others in order.
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


def forked(work: Callable[[], int]) -> Callable[[], Child]:
    """How a copy of this process is started that does `work`, whose answer is its exit code, and nothing else.

    This process must have no threads and no connection to a database.
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
    """In the copy: as a command that was just started would find things, and do the work."""
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    end_with_parent(signal.SIGTERM)
    if os.getppid() == parent:  # else it was gone before
        sys.exit(work())


def _end_with_starter() -> None:
    """In the child, before it becomes the command."""
    end_with_parent(signal.SIGTERM)


_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)


def end_with_parent(number: int) -> None:
    """Have this process told by that signal when its parent is gone, however it went (Linux only)."""
    if sys.platform == "linux":
        _LIBC.prctl(_PR_SET_PDEATHSIG, number)


@dataclass(slots=True)
class Kept:
    """Something that must go on: how one sees that it lives, how it is brought back, how often it fell of late."""

    alive: Callable[[], bool]
    revive: Callable[[], object] | None
    since: float
    falls: int = 0

    def may_return(self) -> bool:
        """Count one more fall; whether it is brought back."""
        now = time.monotonic()
        self.falls = self.falls + 1 if now - self.since < SHORT_LIFE else 1
        self.since = now
        return self.revive is not None and self.falls < MOST_FALLS


class Supervisor:
    """Use as a context manager: leaving it stops everything that it started, the newest first.

    Attributes:
        revived: names of what fell and was started again, in order.
    """

    def __init__(self) -> None:
        self.revived: list[str] = []
        self._children: dict[str, Child] = {}
        self._kept: dict[str, Kept] = {}
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
        """Run something to its end; its exit code, or 130 when it was interrupted."""
        child = self.start(name, launch)
        while child.poll() is None:
            if self._stopping:
                stop(child)
                return 130
            time.sleep(0.05)
        del self._children[name], self._kept[name]
        return child.wait()

    def start(self, name: str, launch: Callable[[], Child], *, again: bool = False) -> Child:
        """Start a process, in the way that `spawned` or `forked` say.

        Args:
            again: whether it is started anew when it falls.
        """

        def relaunch() -> None:
            end_family(self._children[name])
            self._children[name] = launch()

        self._children[name] = launch()
        self.watch(name, lambda: self._children[name].poll() is None, relaunch if again else None)
        return self._children[name]

    def pids(self) -> dict[str, int]:
        """The processes that were started and not yet waited for, by name."""
        return {name: child.pid for name, child in self._children.items()}

    def watch(self, name: str, alive: Callable[[], bool], revive: Callable[[], object] | None = None) -> None:
        """Also watch something that is not a child of this process; `revive` brings it back."""
        self._kept[name] = Kept(alive, revive, time.monotonic())

    def fallen(self) -> str | None:
        """Why things cannot go on, or None while all is well."""
        return next((self._end_of(name) for name, kept in self._kept.items() if not kept.alive()), None)

    def mend(self) -> str | None:
        """Bring back what fell; why things cannot go on, or None while they can."""
        for name, kept in self._kept.items():
            if kept.alive():
                continue
            reason = self._end_of(name)
            ended_well = name in self._children and self._children[name].returncode == 0
            if not kept.may_return():
                return f"{reason} again and again" if kept.revive else reason
            assert kept.revive is not None
            kept.revive()
            self.revived.append(name)
            if not ended_well:
                print(f"kini: {reason}; it was started again.", file=sys.stderr, flush=True)
        return None

    def _end_of(self, name: str) -> str:
        child = self._children.get(name)
        return f"the {name} ended with code {child.returncode}" if child else f"the {name} has gone"

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
                raise ProcessFault(
                    f"the {next(reversed(self._children), 'program')} was not ready in {seconds:.0f} seconds."
                )
            time.sleep(0.1)

    def wait(self, until: Callable[[], bool] = lambda: False) -> str | None:
        """Keep everything going until that comes true or Ctrl-C is pressed (None), or something cannot go on (why)."""
        while not self._stopping and not until():
            if reason := self.mend():
                return reason
            time.sleep(0.1)
        if self._stopping:
            print("\nStopping ...", file=sys.stderr, flush=True)
        return None


def stop(child: Child) -> None:
    """End a process: politely, and after the grace time by force."""
    if child.poll() is None:
        child.send_signal(signal.SIGINT)
        try:
            child.wait(GRACE)
        except subprocess.TimeoutExpired:
            end_family(child)
            child.wait()


def end_family(child: Child) -> None:
    """Kill a process and what it started, which outlives it when it falls and would keep its port."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
