"""Process supervisor: crashed processes are restarted, repeated crashes end with a reason."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from kini.core.process_supervisor import FAILED_START, MAX_CRASHES, Supervisor, WatchedProcess, spawn_command

SLEEPER = [sys.executable, "-c", "import signal; print('here', flush=True); signal.pause()"]
PARENT = [
    sys.executable,
    "-c",
    f"import subprocess, signal; print(subprocess.Popen({SLEEPER!r}).pid, flush=True); signal.pause()",
]


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with Supervisor() as running:
        yield running
    signal.signal(signal.SIGINT, before[0])
    signal.signal(signal.SIGTERM, before[1])


def kill(supervisor: Supervisor, name: str) -> int:
    pid = supervisor.pids()[name]
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    return pid


def test_what_was_killed_is_started_again(supervisor: Supervisor):
    supervisor.start("worker", spawn_command(SLEEPER, dict(os.environ)), again=True)
    before = kill(supervisor, "worker")
    assert supervisor.wait(until=lambda: bool(supervisor.revived)) is None
    assert supervisor.pids()["worker"] != before
    assert supervisor.reason_to_stop() is None


def test_what_ends_well_is_started_again_without_a_word(supervisor: Supervisor, tmp_path, capsys):
    once = tmp_path / "once"
    code = f"import pathlib, time; p = pathlib.Path({str(once)!r}); p.exists() and time.sleep(60); p.touch()"
    supervisor.start("worker", spawn_command([sys.executable, "-c", code], dict(os.environ)), again=True)
    assert supervisor.wait(lambda: bool(supervisor.revived)) is None
    assert supervisor.revived == ["worker"]
    assert capsys.readouterr().err == ""


def test_what_falls_again_and_again_ends_everything(supervisor: Supervisor):
    supervisor.start(
        "worker", spawn_command([sys.executable, "-c", "raise SystemExit(3)"], dict(os.environ)), again=True
    )
    assert supervisor.wait() == "the worker ended with code 3 again and again"
    assert len(supervisor.revived) == MAX_CRASHES - 1


def test_an_end_with_code_0_is_a_crash_only_soon_after_the_start() -> None:
    """The worker ends that way whenever the database restarts."""
    watched = WatchedProcess(lambda: False, lambda: None, 0)
    for _time in range(2 * MAX_CRASHES):
        watched.since = time.monotonic() - FAILED_START - 1
        assert watched.may_return(ended_well=True)
    assert [watched.may_return(ended_well=True) for _time in range(MAX_CRASHES)] == [True] * (MAX_CRASHES - 1) + [False]


def test_the_end_of_anything_else_is_the_end_of_all(supervisor: Supervisor):
    supervisor.start("prepare", spawn_command([sys.executable, "-c", ""], dict(os.environ)))
    assert supervisor.wait() == "the prepare ended with code 0"


def test_what_a_killed_process_had_started_does_not_outlive_it(supervisor: Supervisor, tmp_path):
    with (tmp_path / "log").open("wb") as log:
        supervisor.start("web", spawn_command(PARENT, dict(os.environ), log), again=True)
        log_file = tmp_path / "log"
        supervisor.wait_until(lambda: len(log_file.read_bytes().splitlines()) == 2, seconds=20)
        child = int(next(line for line in log_file.read_text().splitlines() if line != "here"))
        kill(supervisor, "web")
        assert supervisor.restart_ended() is None
    supervisor.wait_until(lambda: gone(child), seconds=20)


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    with open(f"/proc/{pid}/stat") as stat:
        return stat.read().rpartition(")")[2].split()[0] == "Z"


def test_a_replaced_process_is_stopped_and_the_new_one_is_kept_running(supervisor: Supervisor):
    supervisor.start("web", spawn_command(SLEEPER, dict(os.environ)), again=True)
    before = supervisor.pids()["web"]
    supervisor.replace("web", spawn_command([*SLEEPER, "new"], dict(os.environ)))
    assert gone(before)
    new = supervisor.pids()["web"]
    kill(supervisor, "web")
    assert supervisor.wait(until=lambda: bool(supervisor.revived)) is None
    assert supervisor.pids()["web"] not in (before, new)


def test_what_is_no_child_is_brought_back_by_its_own_way(supervisor: Supervisor):
    lives: list[bool] = []
    supervisor.watch("database", lambda: bool(lives), lambda: lives.append(True))
    assert supervisor.restart_ended() is None
    assert supervisor.revived == ["database"]


#: A city whose one process is a copy of this program: it says what it shares and its own number, and waits.
COPIES = """
import os, signal, sys
from kini.core.process_supervisor import Supervisor, fork_process

loaded = "loaded before"

def work():
    print(loaded, os.getpid(), flush=True)
    return 0 if "ends" in sys.argv else signal.pause()

with Supervisor() as supervisor:
    if "ends" in sys.argv:
        print(supervisor.run("prepare", fork_process(work)), flush=True)
    else:
        supervisor.start("worker", fork_process(work), again=True)
        print(supervisor.wait(), flush=True)
"""


@pytest.fixture
def city() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-u", "-c", COPIES]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as started:
        yield started
        started.kill()


def copy(city: subprocess.Popen[str]) -> int:
    assert city.stdout
    words, pid = city.stdout.readline().rsplit(maxsplit=1)
    assert words == "loaded before"
    return int(pid)


def test_a_copy_of_the_program_does_its_work_and_ends():
    done = subprocess.run([sys.executable, "-c", COPIES, "ends"], capture_output=True, text=True, check=True)
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["loaded", "0"]


def test_a_killed_copy_is_made_again_and_all_end_politely(city, supervisor):
    first = copy(city)
    os.kill(first, signal.SIGKILL)
    second = copy(city)
    assert second != first
    city.send_signal(signal.SIGINT)
    assert city.wait(20) == 0
    assert gone(second)


def test_copies_end_when_the_program_was_killed(city, supervisor):
    child = copy(city)
    city.kill()
    supervisor.wait_until(lambda: gone(child), seconds=20)


def test_a_process_ends_when_its_starter_is_killed(supervisor: Supervisor):
    code = (
        "import os, signal; from kini.core.process_supervisor import spawn_command;"
        f" print(spawn_command({SLEEPER!r}, dict(os.environ))().pid, flush=True); signal.pause()"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout
        child = int(starter.stdout.readline())
        starter.kill()
    supervisor.wait_until(lambda: gone(child), seconds=20)
