"""Checkpoints: a case that vanished whole, or was put back, is found; so is anything else that is checked."""

import argparse
from pathlib import Path

import pytest

from kini.cases import actions, timeline
from kini.cases.commands import check_chain
from kini.cases.models import Attachment, Case, Checkpoint
from kini.cases.timeline import checkpoints
from kini.core import chain, files
from kini.core.actors import system
from kini.core.chain import blocks
from kini.core.models import ChainProposal
from kini.services.models import ServiceVersion
from tests.cases.test_timeline import behind
from tests.cases.town import Town, filled, opened, photo


def seal(name: str = "audit") -> None:
    """Seal within the transaction of a test."""
    list(blocks.seal(name))
    ChainProposal.objects.update(writers=[])
    list(blocks.seal(name))


@pytest.fixture
def case(town: Town, permit: ServiceVersion) -> Case:
    """A case whose opening was recorded, and that was moved since."""
    by = town.named("resident")
    case = opened(by, permit, town.resident)
    seal()
    assert checkpoints.record_checkpoint() == 1
    case = actions.move(by=town.named("clerk"), case=case, move="ask", values={"message": "Why?"})
    seal()
    assert checkpoints.record_checkpoint() == 1
    return case


def test_nothing_is_recorded_twice(case: Case) -> None:
    assert checkpoints.record_checkpoint() == 0
    assert list(checkpoints.verify_checkpoints()) == []
    assert Checkpoint.objects.count() == 2


def test_a_vanished_case_is_found_without_its_audit_entries(case: Case) -> None:
    behind("DELETE FROM core_auditentry WHERE subject = %s", f"case:{case.reference}")
    for table, column in (("timelineentry", "case_id"), ("document", "case_id"), ("draft", "case_id"), ("case", "id")):
        behind(f"DELETE FROM cases_{table} WHERE {column} = %s", case.pk)
    [fault] = checkpoints.verify_checkpoints()
    assert fault.startswith(f"{case.reference}: the whole case is gone (checkpoint of ")


def test_a_case_that_was_put_back_is_found(case: Case, town: Town, permit: ServiceVersion) -> None:
    """Its rows as they were an hour ago agree with each other, seal and all."""
    before = Case.objects.filter(pk=case.pk).values().get()
    actions.add_note(by=town.named("clerk"), case=case, text="Fine.")
    seal()
    checkpoints.record_checkpoint()
    behind("DELETE FROM cases_timelineentry WHERE case_id = %s AND number > %s", case.pk, before["entries"])
    columns = ("state", "public", "entries", "head", "seal", "due_at", "at_risk_at", "paused_at", "state_since")
    assignments = ", ".join(f"{column} = %s" for column in columns)
    behind(f"UPDATE cases_case SET {assignments} WHERE id = %s", *(before[column] for column in columns), case.pk)
    assert list(timeline.verify_all()) == [(case.reference, [])]
    [fault] = checkpoints.verify_checkpoints()
    assert f"{case.reference}: it had entry 3, which is gone" in fault


def test_a_case_that_was_removed_lawfully_is_no_fault(case: Case) -> None:
    digest = bytes(case.head)
    for table, column in (("timelineentry", "case_id"), ("document", "case_id"), ("draft", "case_id"), ("case", "id")):
        behind(f"DELETE FROM cases_{table} WHERE {column} = %s", case.pk)
    by = system("retention")
    chain.record_removal(
        by=by, chain=checkpoints.REMOVED, subject=case.reference, rule="five years", rows=2, digest=digest
    )
    assert list(checkpoints.verify_checkpoints()) == []
    assert list(timeline.verify_all()) == []


def test_entries_that_follow_from_another_case_are_recorded_each_night(case: Case) -> None:
    assert checkpoints.record_recent_checkpoint() == 1
    assert list(checkpoints.verify_checkpoints()) == []


def test_a_changed_checkpoint_is_found(case: Case) -> None:
    seal("timelines")
    assert chain.verify("timelines").findings == []
    behind("UPDATE cases_checkpoint SET heads = ''")
    assert chain.verify("timelines").findings != []


@pytest.mark.parametrize("kind", ["changed", "missing"])
def test_a_file_of_a_draft_is_checked(town: Town, permit: ServiceVersion, kind: str, capsys) -> None:
    by = town.named("resident")
    document = actions.attach_file(by=by, draft=filled(by, permit, town.resident), slot="letter", upload=photo(1))
    assert check_chain.run(argparse.Namespace(heads=None)) == 0
    path = files.path_of(Attachment.objects.get(pk=document.pk).sha256)
    if kind == "changed":
        path.write_bytes(b"x" + path.read_bytes()[1:])
    else:
        path.unlink()
    assert check_chain.run(argparse.Namespace(heads=None)) == 1
    assert f"the stored file {path.name} is {kind}" in capsys.readouterr().out


def test_the_whole_check_says_what_is_wrong(case: Case, tmp_path: Path, capsys) -> None:
    assert check_chain.run(argparse.Namespace(heads=None)) == 0
    assert "No tampering found." in capsys.readouterr().out
    behind("DELETE FROM core_auditentry WHERE action = 'cases.moved'")
    assert check_chain.run(argparse.Namespace(heads=None)) == 1
    output = capsys.readouterr().out
    assert "audit: block " in output
    assert "1 of " in output
