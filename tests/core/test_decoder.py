"""Decoders: the kernel bounds the cost of a hostile file, and other uploads do not wait for it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kini.bench.upload_bombs import BOMBS
from kini.core import file_errors, files
from kini.core.decoder import RejectedFile, client, images
from kini.core.environment import ROOT
from tests.core.test_files import pdf, picture

pytestmark = pytest.mark.usefixtures("var")
#: Bombs that are within every limit that can be read from the file: taken, or ended by the limit of time.
WITHIN_LIMITS = ("JPEG with as many scans as are taken", "PDF with 29,000 objects in an object stream")
#: Bombs that only the limit of time ends; on a busy machine the sender is told to come back instead.
BY_TIME = ("PDF with many object streams", *WITHIN_LIMITS)


def store(content: bytes) -> files.StoredFile:
    return files.store(SimpleUploadedFile("upload", content), accept=files.DOCUMENTS)


@pytest.mark.parametrize("name", [name for name in BOMBS if name not in WITHIN_LIMITS])
def test_a_bomb_is_refused_within_its_time(name: str) -> None:
    content = BOMBS[name][1]()
    assert len(content) <= files.MAX_BYTES
    began = time.monotonic()
    with pytest.raises(files.FileRefused) as refusal:
        store(content)
    assert time.monotonic() - began < client.DEADLINE + 2
    assert name in BY_TIME or not isinstance(refusal.value, file_errors.FileBusy)


@pytest.mark.parametrize("name", WITHIN_LIMITS)
def test_what_is_within_all_limits_ends_in_time(name: str) -> None:
    content, began = BOMBS[name][1](), time.monotonic()
    with suppress(files.FileRefused):
        assert store(content).size
    assert time.monotonic() - began < client.DEADLINE + 2


@contextmanager
def places_taken(number: int) -> Iterator[None]:
    for _place in range(number):
        assert client._places.acquire(blocking=False)
    try:
        yield
    finally:
        client._places.release(number)


def test_a_process_works_on_a_few_uploads_and_refuses_further_ones_at_once() -> None:
    with places_taken(client.PER_PROCESS):
        began = time.monotonic()
        with pytest.raises(file_errors.FileBusy, match="Send yours again in a minute"):
            store(picture())
        assert time.monotonic() - began < 1
    assert store(picture()).size


def test_the_machine_works_on_as_many_uploads_as_it_has_cores(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "DEADLINE", 0.2)
    (var / "locks").mkdir()
    locks = [client._free(var / "locks") for _core in range(os.cpu_count() or 1)]
    assert client._free(var / "locks") is None
    with pytest.raises(file_errors.FileBusy):
        store(picture())
    for slot in locks:
        assert slot is not None
        os.close(slot)
    monkeypatch.setattr(client, "DEADLINE", 10)
    assert store(picture()).size


def test_a_decoder_holds_no_key_of_the_city() -> None:
    store(pdf())
    process = client._server._process
    assert process is not None
    environment = Path(f"/proc/{process.pid}/environ").read_bytes().split(b"\0")
    assert [entry.partition(b"=")[0] for entry in environment if entry] == [b"PYTHONPATH"]


def test_a_helper_that_fell_is_started_again() -> None:
    store(pdf())
    process = client._server._process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert store(picture()).size
    assert client._server._process is not process


def test_a_decoder_can_write_nothing(tmp_path: Path) -> None:
    target = tmp_path / "written"
    code = (
        "from pathlib import Path; from kini.core.decoder import fork_server;"
        f"fork_server._set_limits(); Path({str(target)!r}).write_bytes(b'x')"
    )
    done = subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": str(ROOT / "src")}, capture_output=True)
    assert b"File too large" in done.stderr
    assert not target.read_bytes()


def test_scans_are_counted_before_any_is_decoded() -> None:
    content, began = BOMBS["progressive JPEG, last scan repeated"][1](), time.monotonic()
    with pytest.raises(RejectedFile) as refusal:
        images.clean(content, "image/jpeg")
    assert refusal.value.code == "too-many-scans"
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("work", "ends"),
    [
        ("while True: pass", -signal.SIGKILL),
        ("bytearray(700_000_000)", 1),
        ("[open('/dev/null') for _ in range(20)]", 1),
    ],
)
def test_the_kernel_ends_what_costs_too_much(work: str, ends: int) -> None:
    code = (
        "from kini.core.decoder import fork_server; fork_server.CPU_SECONDS = 1; fork_server.WALL_SECONDS = 60;"
        f"fork_server._set_limits()\n{work}"
    )
    done = subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": str(ROOT / "src")}, capture_output=True)
    assert done.returncode == ends
