"""File sweep: unreferenced files are deleted a day after they were found, all others stay."""

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models
from django.test import Client

from kini.cases import actions
from kini.cases.models import Attachment
from kini.core import current_time, file_references, file_store, files, health, orphaned_files
from kini.core.actors import NotAllowed, system
from kini.core.models import AuditEntry, OrphanedFile
from tests.cases import town as towns
from tests.cases.town import Town

pytestmark = pytest.mark.django_db
BY = system("sweep")
#: Columns of that name that hold the hash of something that is not stored as a file.
NOT_FILES = {"core.ImportRun.sha256", "payments.ProviderNotice.sha256"}


@pytest.fixture
def document(town: Town, var: Path) -> Attachment:
    by, version = town.named("resident"), towns.offer("stall-permit", towns.PERMIT)
    draft = towns.filled(by, version, town.resident)
    attached = actions.attach_file(by=by, draft=draft, slot="letter", upload=towns.photo())
    age(attached.sha256)
    return attached


def age(sha256: str, days: int = 3) -> None:
    then = time.time() - days * 86_400
    os.utime(files.path_of(sha256), (then, then))


def sweep(days: float = 0) -> int:
    with current_time.freeze(current_time.now() + timedelta(days=days)):
        return orphaned_files.delete_orphans(by=BY)


def test_a_deleted_document_frees_its_file(town: Town, document: Attachment) -> None:
    assert [sweep(), sweep(2)] == [0, 0]
    assert document.draft is not None
    actions.discard_draft(by=town.named("resident"), draft=document.draft)
    assert [sweep(), sweep(0.9)] == [0, 0]
    assert files.exists(document.sha256)
    assert sweep(1.1) == 1
    assert not files.exists(document.sha256)
    assert not OrphanedFile.objects.exists()
    assert AuditEntry.objects.filter(action="core.files-swept", detail={"count": 1}).exists()


def test_a_file_that_was_just_kept_stays(document: Attachment) -> None:
    """Its row may not be stored yet, though the same content was an orphan for a day."""
    Attachment.objects.all().delete()
    sweep()
    os.utime(files.path_of(document.sha256))
    assert sweep(1.1) == 0
    assert not orphaned_files._remove(files.path_of(document.sha256))
    assert files.exists(document.sha256)


def test_a_file_that_is_named_again_is_no_orphan(document: Attachment) -> None:
    Attachment.objects.all().delete()
    sweep()
    document.save(force_insert=True)
    assert [sweep(1.1), sweep(3)] == [0, 0]
    assert files.exists(document.sha256)


def test_what_a_crash_left_goes(document: Attachment) -> None:
    path = files.path_of(document.sha256)
    half, leaving = path.with_name("tmp_half"), path.with_name(path.name + orphaned_files.REMOVING_SUFFIX)
    half.write_bytes(b"x")
    os.utime(half, (1, 1))
    os.replace(path, leaving)
    os.utime(leaving)
    sweep()
    assert not half.exists()
    assert not leaving.exists()
    assert path.exists()


def test_only_the_program_sweeps(town: Town) -> None:
    with pytest.raises(NotAllowed):
        orphaned_files.delete_orphans(by=town.named("resident"))


def test_every_column_that_names_files_is_registered() -> None:
    """A room that keeps files without registering would lose them after a day."""
    columns = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.CharField) and field.name == "sha256" and model is not OrphanedFile
    }
    assert columns - NOT_FILES == {f"{each.model}.{each.column}" for each in file_references.references}


def test_not_ready_when_the_disk_is_full(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Client().get("/health/ready").status_code == 200
    monkeypatch.setattr(health, "LEAST_FREE_BYTES", 2**62)
    answer = Client().get("/health/ready")
    assert (answer.status_code, answer.content) == (503, b"not ready: the disk of KINI_VAR is full\n")
    assert Client().get("/health/live").status_code == 200


def test_the_same_content_is_touched_when_it_is_kept_again(document: Attachment) -> None:
    with files.open_stored(document.sha256) as content:
        file_store.store_content(content.read())
    assert files.path_of(document.sha256).stat().st_mtime > time.time() - 60
