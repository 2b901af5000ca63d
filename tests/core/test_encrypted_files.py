"""Encrypted files: nothing on disk is readable, and changed files are never returned."""

import base64
import io
import os
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from kini.core import encrypted_files, file_store, files
from kini.core.crypto import DecryptionError
from tests.core.test_files import pdf, picture
from tests.environment import replace

CHUNK = encrypted_files.CHUNK
NEW_KEY = f"new:{base64.b64encode(b'N' * 32).decode()}"
CONTENT = bytes(range(256)) * 1100  # four chunks and a part


def sealed(content: bytes, context: str = "name") -> bytes:
    target = io.BytesIO()
    encrypted_files.encrypt_file(io.BytesIO(content), target, context)
    return target.getvalue()


def opened(data: bytes, context: str = "name") -> bytes:
    with encrypted_files.open_encrypted(io.BytesIO(data), context) as content:
        return content.read()


@given(st.sampled_from([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK]))
def test_contents_of_every_length_come_back(size: int) -> None:
    content = os.urandom(size)
    assert opened(sealed(content)) == content
    assert encrypted_files.verify(io.BytesIO(sealed(content)), "name") == size


def test_equal_contents_are_sealed_differently() -> None:
    assert sealed(CONTENT) != sealed(CONTENT)


def head_of(data: bytes) -> int:
    return len(encrypted_files.MAGIC) + 2 + data[len(encrypted_files.MAGIC) + 1] + encrypted_files.SALT_BYTES


def chunk(data: bytes, number: int) -> slice:
    size = CHUNK + encrypted_files.TAG_BYTES
    return slice(head_of(data) + number * size, head_of(data) + (number + 1) * size)


def test_chunks_cannot_be_dropped_swapped_repeated_or_cut_off() -> None:
    data = sealed(CONTENT)
    first, second = data[chunk(data, 0)], data[chunk(data, 1)]
    head, rest = data[: head_of(data)], data[chunk(data, 2).start :]
    for bent in (
        head + second + first + rest,
        head + first + rest,
        head + first + first + second + rest,
        data[: chunk(data, 2).start],
        data[:-1],
        data + b"x",
        head,
        b"",
    ):
        with pytest.raises(DecryptionError):
            opened(bent)


@given(st.integers(0, len(sealed(b"")) - 1 + 40), st.integers(1, 255))
def test_no_changed_byte_goes_unnoticed(place: int, change: int) -> None:
    data = bytearray(sealed(b"x" * 40))
    data[place] ^= change
    with pytest.raises(DecryptionError):
        opened(bytes(data))


def test_another_name_or_an_unknown_key_reads_nothing(settings: Settings) -> None:
    data = sealed(CONTENT)
    with pytest.raises(DecryptionError):
        opened(data, "other")
    settings.ENV = replace(settings.ENV, data_keys=NEW_KEY)
    with pytest.raises(DecryptionError, match="is not in KINI_DATA_KEYS"):
        opened(data)


def on_disk(var: Path) -> bytes:
    return b"".join(path.read_bytes() for path in (var / "files").rglob("*") if path.is_file())


def test_nothing_readable_lies_on_the_disk(var: Path) -> None:
    known = b"A letter about one resident, which nobody else reads."
    files.store_content(known)
    for content in (picture(), picture("PNG"), picture("WEBP"), pdf()):
        files.store(SimpleUploadedFile("upload", content), accept=files.DOCUMENTS)
    lying = on_disk(var)
    assert lying.count(encrypted_files.MAGIC) == 5
    for word in (known, known[:12], b"\xff\xd8\xff", b"JFIF", b"PNG\r\n", b"WEBP", b"%PDF-", b"/Catalog", b"%%EOF"):
        assert word not in lying


@pytest.mark.parametrize("damage", ["change", "cut", "swap", "plain"])
def test_a_changed_file_is_never_given_out(var: Path, damage: str) -> None:
    sha256, other = files.store_content(CONTENT), files.store_content(b"another paper")
    path = files.path_of(sha256)
    data = path.read_bytes()
    plain_of = {
        "change": data[:-5] + bytes([data[-5] ^ 1]) + data[-4:],
        "cut": data[: chunk(data, 2).start],
        "swap": files.path_of(other).read_bytes(),
        "plain": CONTENT,
    }
    path.write_bytes(plain_of[damage])
    with pytest.raises(files.FileChanged):
        files.open_stored(sha256)
    assert not files.is_intact(sha256)
    assert files.store_content(CONTENT) == sha256  # sent again, it is whole again
    with files.open_stored(sha256) as content:
        assert content.read() == CONTENT


def plain_city(var: Path) -> tuple[str, str]:
    """Files as older releases stored them, one of them changed."""
    chunks = []
    for content in (CONTENT, b"a letter"):
        sha256 = files.store_content(content)
        files.path_of(sha256).write_bytes(content)
        chunks.append(sha256)
    files.path_of(chunks[1]).write_bytes(b"a changed letter")
    return chunks[0], chunks[1]


def test_files_of_the_release_before_are_sealed_once(var: Path) -> None:
    whole, changed = plain_city(var)
    before = files.path_of(whole).stat().st_mtime_ns
    assert file_store.encrypt_plain_files() == (1, [changed])
    assert CONTENT[:600] not in on_disk(var)
    with files.open_stored(whole) as content:
        assert content.read() == CONTENT
    assert files.path_of(whole).stat().st_mtime_ns == before
    with pytest.raises(files.FileChanged):
        files.open_stored(changed)
    files.path_of(changed).unlink()
    assert file_store.encrypt_plain_files() == (0, [])
    assert (var / "files" / file_store.ENCRYPTED_MARKER).exists()


def test_sealing_that_was_stopped_goes_on(var: Path) -> None:
    """Partial files of a crash are ignored."""
    whole, changed = plain_city(var)
    files.path_of(changed).unlink()
    half = files.path_of(whole).with_name("tmp_half")
    half.write_bytes(sealed(CONTENT)[:1000])
    assert file_store.encrypt_plain_files() == (1, [])
    assert file_store.partial_files() == [half]


def test_keys_of_files_are_replaced(var: Path, settings: Settings) -> None:
    sha256, broken = files.store_content(CONTENT), files.store_content(b"broken")
    settings.ENV = replace(settings.ENV, data_keys=f"{NEW_KEY},{settings.ENV.data_keys}")
    path = files.path_of(broken)
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes((content[-1] ^ 1,)))
    assert file_store.rotate_keys() == (1, [broken])
    path.unlink()
    assert file_store.rotate_keys() == (0, [])
    settings.ENV = replace(settings.ENV, data_keys=NEW_KEY)
    with files.open_stored(sha256) as content:
        assert content.read() == CONTENT
