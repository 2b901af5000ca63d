"""The processes of a city: what falls comes back, what cannot go on ends with a reason."""

import os
import signal
import sys
from collections.abc import Iterator

import pytest

from kini.core.processes import MOST_FALLS, Supervisor, spawned

SLEEPER = [sys.executable, "-c", "import signal; print('here', flush=True); signal.pause()"]
PARENT = [
    sys.executable,
    "-c",
    f"import subprocess, signal; print(subprocess.Popen({SLEEPER!r}).pid, flush=True); signal.pause()",
]


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with Supervisor() as made:
        yield made
    signal.signal(signal.SIGINT, before[0])
    signal.signal(signal.SIGTERM, before[1])


def kill(supervisor: Supervisor, name: str) -> int:
    pid = supervisor.pids()[name]
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    return pid


def test_what_was_killed_is_started_again(supervisor: Supervisor):
    supervisor.start("worker", spawned(SLEEPER, dict(os.environ)), again=True)
    before = kill(supervisor, "worker")
    assert supervisor.wait(until=lambda: bool(supervisor.revived)) is None
    assert supervisor.pids()["worker"] != before
    assert supervisor.fallen() is None


def test_what_falls_again_and_again_ends_everything(supervisor: Supervisor):
    supervisor.start("worker", spawned([sys.executable, "-c", "raise SystemExit(3)"], dict(os.environ)), again=True)
    assert supervisor.wait() == "the worker ended with code 3 again and again"
    assert len(supervisor.revived) == MOST_FALLS - 1


def test_the_end_of_anything_else_is_the_end_of_all(supervisor: Supervisor):
    supervisor.start("prepare", spawned([sys.executable, "-c", ""], dict(os.environ)))
    assert supervisor.wait() == "the prepare ended with code 0"


def test_what_a_killed_process_had_started_does_not_outlive_it(supervisor: Supervisor, tmp_path):
    with (tmp_path / "log").open("wb") as log:
        supervisor.start("web", spawned(PARENT, dict(os.environ), log), again=True)
        said = tmp_path / "log"
        supervisor.wait_until(lambda: len(said.read_bytes().splitlines()) == 2, seconds=20)
        child = int(next(line for line in said.read_text().splitlines() if line != "here"))
        kill(supervisor, "web")
        assert supervisor.mend() is None
    supervisor.wait_until(lambda: gone(child), seconds=20)


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    with open(f"/proc/{pid}/stat") as stat:
        return stat.read().rpartition(")")[2].split()[0] == "Z"


def test_what_is_no_child_is_brought_back_by_its_own_way(supervisor: Supervisor):
    lives: list[bool] = []
    supervisor.watch("database", lambda: bool(lives), lambda: lives.append(True))
    assert supervisor.mend() is None
    assert supervisor.revived == ["database"]
