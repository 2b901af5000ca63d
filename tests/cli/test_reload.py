"""A running `up` takes over changed files of the pack, and goes on with what it had when they are wrong."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kini.cli import reload
from kini.cli.reload import changes_sentence
from kini.core import environment
from kini.core.environment import ROOT
from kini.core.process_supervisor import Supervisor, spawn_command
from kini.robot.scratch import free_port

SERVICE = "services/animals/pet-sterilisation-booking.yaml"


def test_the_first_changed_files_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = [tmp_path / "pack" / f"{number}.yaml" for number in range(5)]
    assert changes_sentence(files[:1]) == "pack/0.yaml changed: it is checked and loaded."
    assert changes_sentence([Path("/pack/city.toml")]) == "/pack/city.toml changed: it is checked and loaded."
    many = "pack/0.yaml, pack/1.yaml, pack/2.yaml, 2 more changed: it is checked and loaded."
    assert changes_sentence(files) == many


class ChangedOnce:
    """A watch that sees one change, and then ends the city as Ctrl-C does."""

    def __init__(self, folders: object) -> None:
        self.looks = 0

    def has_changes(self) -> bool:
        self.looks += 1
        if self.looks > 1:
            os.kill(os.getpid(), signal.SIGINT)
        return self.looks == 1

    def take_changes(self) -> list[Path]:
        return [Path("city.toml")]


def test_a_process_that_fails_after_a_change_is_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """It does not end the city, as it would while the city starts."""
    begun = tmp_path / "begun"
    fails_once = f"import pathlib, signal; p = pathlib.Path({str(begun)!r}); p.exists() or (p.touch(), exit(3))"
    codes = {"prepare": "", "worker": f"{fails_once}; signal.pause()", "web": "import signal; signal.pause()"}
    commands = {name: [sys.executable, "-c", code] for name, code in codes.items()}
    monkeypatch.setattr(reload, "kini_command", commands.get)
    monkeypatch.setattr(reload, "FolderWatch", ChangedOnce)
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with Supervisor() as supervisor:
        monkeypatch.setattr(reload, "is_ready", lambda _address: bool(supervisor.revived))
        for name in ("web", "worker"):
            supervisor.start(name, spawn_command(commands["web"], dict(os.environ)), again=True)
        assert reload.run_and_reload(supervisor, environment.read(), "", commands["web"]) is None
    signal.signal(signal.SIGINT, before[0])
    signal.signal(signal.SIGTERM, before[1])
    assert supervisor.revived == ["worker"]
    assert "The change is in use." in capfd.readouterr().out


class RunningCity:
    def __init__(self, pack: Path, var: Path) -> None:
        self.pack, self.port = pack, free_port()
        self.log = var.with_suffix(".log")
        words = ["up", "--port", str(self.port), "--demo", "small", "--city", str(pack), "--var", str(var)]
        env = {name: value for name, value in os.environ.items() if not name.startswith(("KINI_", "DATABASE_"))}
        with self.log.open("wb") as log:
            command = [sys.executable, "-m", "kini.cli", *words]
            self.process = subprocess.Popen(
                command, env=env | {"PYTHONPATH": str(ROOT / "src")}, stdout=log, stderr=subprocess.STDOUT
            )

    def printed(self) -> str:
        return self.log.read_text("utf-8")

    def page(self, path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return str(answer.read().decode())

    def wait(self, true: Callable[[], bool], seconds: float) -> None:
        end = time.monotonic() + seconds
        while not true():
            assert self.process.poll() is None, self.printed()
            assert time.monotonic() < end, self.printed()
            time.sleep(0.2)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait(60)


@pytest.fixture
def city(tmp_path: Path) -> Iterator[RunningCity]:
    shutil.copytree(ROOT / "cities" / "jakarta", tmp_path / "pack")
    running = RunningCity(tmp_path / "pack", tmp_path / "var")
    yield running
    running.stop()


@pytest.mark.long
@pytest.mark.timeout(400)
def test_a_changed_service_is_seen_and_a_wrong_one_is_refused(city: RunningCity) -> None:
    city.wait(lambda: "Kini is ready" in city.printed(), 200)
    service = city.pack / SERVICE
    before = service.read_text("utf-8")
    changed = re.sub("^name: {id: [^,]+", "name: {id: Steril kucing di taman", before, count=1, flags=re.MULTILINE)
    assert changed != before
    service.write_text(changed, "utf-8")
    city.wait(lambda: "changed: it is checked and loaded" in city.printed(), 10)
    city.wait(lambda: "The change is in use." in city.printed(), 90)
    assert "Steril kucing di taman" in city.page("/services/pet-sterilisation-booking/")
    service.write_text(changed.replace("name:", "nama:", 1), "utf-8")
    city.wait(lambda: "Kini goes on with what it read before" in city.printed(), 60)
    assert f"{SERVICE}" in city.printed().rpartition("changed:")[2], "the error names the file"
    assert "Steril kucing di taman" in city.page("/services/pet-sterilisation-booking/")
    service.write_text(changed, "utf-8")
    city.wait(lambda: city.printed().count("The change is in use.") == 2, 90)
