"""Chained tables: sealed outside of requests, and every change around the program is found."""

from collections.abc import Iterator
from datetime import timedelta
from threading import Event, Thread

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone
from pytest_django import Settings

from kini.core import audit, chain
from kini.core.actors import system
from kini.core.chain import blocks
from kini.core.database.fast_models import allocate_pk
from kini.core.models import AuditEntry, ChainBlock, ChainProposal, ChainRemoval
from tests.environment import replace

BY = system("tests")


def write(count: int, start: int = 1) -> None:
    for number in range(start, start + count):
        audit.record(by=BY, action="core.tried", subject=f"lamp:{number}", detail={"hours": number, "ä": "\t\n\\"})


def behind(statement: str) -> None:
    """Execute SQL past the triggers, as an attacker with the owner's rights."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement)
        cursor.execute("SET LOCAL session_replication_role = origin")


def faults(name: str = "audit") -> list[str]:
    return chain.verify(name).findings


def seal_now() -> list[ChainBlock]:
    """Seal twice: the test's transaction writes to the table, so the first run only proposes."""
    blocks.seal_all()
    ChainProposal.objects.update(writers=[])
    return list(blocks.seal("audit"))


@pytest.fixture
def sealed(db: None, monkeypatch: pytest.MonkeyPatch) -> list[ChainBlock]:
    """Twenty-three audit rows in blocks of at most ten, and one later row."""
    monkeypatch.setattr(blocks, "BLOCK_ROWS", 10)
    write(23)
    blocks_sealed = seal_now()
    write(1, 24)
    return blocks_sealed


def test_blocks_of_an_older_hash_key_still_verify(sealed: list[ChainBlock], settings: Settings) -> None:
    """Low 14: a chain continues under a new key; blocks of the old key need it for verification."""
    new = "new:bmV3LWhhc2gta2V5LTMyLWJ5dGVzLWxvbmcuLi4uLi4="
    settings.ENV = replace(settings.ENV, hash_key=f"{new},old:{settings.ENV.hash_key}")
    assert seal_now()
    assert faults() == []
    settings.ENV = replace(settings.ENV, hash_key=new)
    assert faults() == [f"block {number} was changed or not made by this city's program" for number in (1, 2, 3)]


def test_rows_are_sealed_in_blocks(sealed: list[ChainBlock]) -> None:
    assert [block.rows for block in sealed] == [10, 10, 3]
    assert [block.number for block in sealed] == [1, 2, 3]
    report = chain.verify("audit")
    assert (report.blocks, report.rows, report.unsealed, report.findings) == (3, 23, 1, [])


#: The second block has the rows "lamp:11" to "lamp:20".
TAMPERING = {
    "a changed row": "UPDATE core_auditentry SET actor_name = 'somebody' WHERE subject = 'lamp:14'",
    "a changed detail": "UPDATE core_auditentry SET detail = '{}' WHERE subject = 'lamp:14'",
    "a row's moment": "UPDATE core_auditentry SET at = at + interval '1 microsecond' WHERE subject = 'lamp:14'",
    "a deleted row": "DELETE FROM core_auditentry WHERE subject = 'lamp:14'",
    "a moved row": "UPDATE core_auditentry SET id = id + 1000 WHERE subject = 'lamp:14'",
    "an exchanged row": "UPDATE core_auditentry SET subject = CASE subject WHEN 'lamp:14' THEN 'lamp:15' ELSE 'lamp:14'"
    " END WHERE subject IN ('lamp:14', 'lamp:15')",
    "an inserted row": "INSERT INTO core_auditentry (id, at, actor_kind, actor_name, action, subject, detail)"
    " SELECT min(id) - 1, now(), 'system', '', 'core.tried', 'lamp:0', '{}' FROM core_auditentry",
    "a deleted block": "DELETE FROM core_chainblock WHERE number = 2",
    "a deleted block with its rows": "DELETE FROM core_auditentry WHERE subject BETWEEN 'lamp:11' AND 'lamp:20';"
    " DELETE FROM core_chainblock WHERE number = 2",
    "swapped blocks": "UPDATE core_chainblock SET number = 9 WHERE number = 1;"
    " UPDATE core_chainblock SET number = 1 WHERE number = 2; UPDATE core_chainblock SET number = 2 WHERE number = 9",
    "a digest computed anew": "UPDATE core_auditentry SET detail = '{}' WHERE subject = 'lamp:14';"
    " UPDATE core_chainblock SET digest = sha256('x') WHERE number = 2",
    "fewer columns": "UPDATE core_chainblock SET columns = columns[1:2] WHERE number = 2",
    "an added block": "INSERT INTO core_chainblock"
    " (chain, number, first, last, rows, columns, digest, previous, seal, made_at)"
    " SELECT chain, 4, last + 1, last + 1, 1, columns, sha256('x'), seal, sha256('y'), now() FROM core_chainblock"
    " WHERE number = 3",
    "a forged note of removal": "DELETE FROM core_auditentry WHERE id BETWEEN (SELECT first FROM core_chainblock WHERE"
    " number = 1) AND (SELECT last FROM core_chainblock WHERE number = 1);"
    " INSERT INTO core_chainremoval (chain, subject, rule, at, rows, digest, seal)"
    " SELECT chain, '1', 'a rule', now(), rows, digest, sha256('z') FROM core_chainblock WHERE number = 1",
}


@pytest.mark.parametrize("statement", TAMPERING.values(), ids=TAMPERING)
def test_whatever_is_changed_in_the_database_is_found(sealed: list[ChainBlock], statement: str) -> None:
    assert faults() == []
    behind(statement)
    assert faults() != []


def test_a_fault_says_where(sealed: list[ChainBlock]) -> None:
    behind(TAMPERING["a deleted row"])
    [fault] = faults()
    block = sealed[1]
    assert fault == f"block 2 (core_auditentry, id {block.first} to {block.last}): 1 of 10 rows are missing"


def test_an_auditor_computes_the_same_digest(sealed: list[ChainBlock]) -> None:
    """The canonical form is PostgreSQL's, so it can be computed without this program and its key."""
    block = sealed[0]
    with connection.cursor() as cursor:
        cursor.execute(
            r"""
            SELECT sha256(convert_to(string_agg(concat_ws(E'\t', id, at, actor_kind, coalesce(actor_id::text, '\N'),
                actor_name, action, subject, replace(detail::text, '\', '\\')) || E'\n', '' ORDER BY id), 'UTF8'))
            FROM core_auditentry WHERE id BETWEEN %s AND %s
            """,
            [block.first, block.last],
        )
        assert bytes(cursor.fetchone()[0]) == bytes(block.digest)


def test_blocks_and_notes_only_grow(sealed: list[ChainBlock]) -> None:
    for statement in ("UPDATE core_chainblock SET rows = 1", "DELETE FROM core_chainblock", "TRUNCATE core_chainblock"):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_new_column_leaves_sealed_blocks_whole(sealed: list[ChainBlock]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_auditentry ADD COLUMN purpose text NOT NULL DEFAULT 'none'")
    assert faults() == []


def test_keys_of_a_chained_table_are_not_taken_ahead(db: None) -> None:
    with pytest.raises(TypeError, match="core_auditentry is chained"):
        allocate_pk(AuditEntry())


class TestRemoval:
    """Rows can only be removed as a whole block, past the term, with a sealed record."""

    @pytest.fixture(autouse=True)
    def _terms(self, db: None) -> None:
        chain.removal.store_terms()

    @pytest.fixture
    def old(self, monkeypatch: pytest.MonkeyPatch) -> list[ChainBlock]:
        """Blocks of rows of two years ago."""
        monkeypatch.setattr(blocks, "BLOCK_ROWS", 10)
        write(23)
        behind("UPDATE core_auditentry SET at = at - interval '2 years'")
        return seal_now()

    def test_removed_blocks_keep_the_chain_whole(self, old: list[ChainBlock]) -> None:
        write(1, 24)
        year_ago = timezone.now() - timedelta(days=365)
        assert chain.removable("audit", before=year_ago) == old
        removal = chain.remove(by=BY, block=old[0], rule="audit trail, a year")
        assert (removal.rows, bytes(removal.digest)) == (10, bytes(old[0].digest))
        assert not AuditEntry.objects.filter(pk__lte=old[0].last).exists()
        assert chain.removable("audit", before=year_ago) == old[1:]
        report = chain.verify("audit")
        assert (report.findings, report.rows, report.removed) == ([], 13, 10)
        assert AuditEntry.objects.filter(action="core.chained-rows-removed", subject="chain:audit").exists()

    def test_a_row_that_comes_back_is_found(self, old: list[ChainBlock]) -> None:
        chain.remove(by=BY, block=old[0], rule="audit trail, a year")
        behind(
            "INSERT INTO core_auditentry (id, at, actor_kind, actor_name, action, subject, detail)"
            f" VALUES ({old[0].last}, now(), 'system', '', 'core.tried', 'lamp:10', '{{}}')"
        )
        assert any("stand where all were removed" in fault for fault in faults())

    def test_a_note_that_goes_is_found(self, old: list[ChainBlock]) -> None:
        chain.remove(by=BY, block=old[0], rule="audit trail, a year")
        behind("DELETE FROM core_chainremoval")
        assert any("10 of 10 rows are missing" in fault for fault in faults())

    def test_young_rows_stay(self, sealed: list[ChainBlock]) -> None:
        with pytest.raises(chain.RemovalRefused, match="younger than 365 days"):
            chain.remove(by=BY, block=sealed[0], rule="because")
        assert faults() == []
        assert not ChainRemoval.objects.exists()

    def test_tampered_rows_stay_for_inspection(self, old: list[ChainBlock]) -> None:
        behind("UPDATE core_auditentry SET actor_name = 'somebody' WHERE subject = 'lamp:3'")
        with pytest.raises(chain.RemovalRefused, match="not what was sealed"):
            chain.remove(by=BY, block=old[0], rule="audit trail, a year")

    def test_the_ledger_is_never_removed(self, db: None) -> None:
        assert chain.removable("ledger-entries", before=timezone.now()) == []


@pytest.fixture
def slow_writer(transactional_db: None) -> Iterator[tuple[Event, Event, Thread]]:
    """A concurrent transaction that has taken a key and not committed."""
    written, finish = Event(), Event()

    def run() -> None:
        try:
            with transaction.atomic():
                write(1, 1)
                with connection.cursor() as cursor:
                    cursor.execute("SELECT 1")  # sends what waits
                written.set()
                finish.wait(10)
        finally:
            connections["default"].close()

    thread = Thread(target=run)
    thread.start()
    yield written, finish, thread
    finish.set()
    thread.join()


def test_a_block_waits_for_transactions_that_took_a_lower_key(slow_writer: tuple[Event, Event, Thread]) -> None:
    written, finish, thread = slow_writer
    assert written.wait(10)
    write(2, 2)
    assert blocks.seal_all() == 0
    write(3, 4)  # new ones do not put it off
    assert list(blocks.seal("audit")) == []
    finish.set()
    thread.join()
    assert [block.rows for block in blocks.seal("audit")] == [3, 3]
    assert chain.verify("audit").findings == []


def test_a_proposal_of_another_server_is_dropped(slow_writer: tuple[Event, Event, Thread]) -> None:
    """A restored database has transaction ids of another server."""
    written, finish, thread = slow_writer
    assert written.wait(10)
    write(2, 2)
    assert blocks.seal_all() == 0
    ChainProposal.objects.update(server=timezone.now() - timedelta(days=1))
    assert list(blocks.seal("audit")) == []
    assert (timezone.now() - ChainProposal.objects.get().server).days == 0
    finish.set()
    thread.join()
    assert sum(block.rows for block in blocks.seal("audit")) == 3
