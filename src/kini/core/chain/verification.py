"""Verification of chained tables: every block against its rows, its seal, and the block before it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import connection, transaction
from psycopg import sql

from kini.core.chain import digests
from kini.core.chain.registry import Chain, chains
from kini.core.models import ChainBlock, ChainRemoval


@dataclass(slots=True)
class Report:
    """The verification of one chain.

    Attributes:
        rows: sealed rows that were read.
        removed: sealed rows that were removed lawfully.
        unsealed: rows that came after the last block.
    """

    chain: str
    blocks: int = 0
    rows: int = 0
    removed: int = 0
    unsealed: int = 0
    findings: list[str] = field(default_factory=list)


def verify_all() -> Iterator[Report]:
    """Verify every registered chain."""
    yield from map(verify, chains.names())


def verify(name: str) -> Report:
    """Verify one chain; `findings` has a sentence for each thing that is wrong."""
    report, chain = Report(name), chains.get(name)
    removals = {each.subject: each for each in ChainRemoval.objects.filter(chain=name)}
    report.findings += [f"the note of removed rows {each.subject} is forged" for each in _forged(removals)]
    before: ChainBlock | None = None
    for block in ChainBlock.objects.filter(chain=name).order_by("number").iterator():
        report.findings += _link_faults(block, before)
        report.findings += _row_faults(report, chain, block, removals.pop(str(block.number), None))
        report.blocks, before = report.blocks + 1, block
    report.findings += [f"block {subject}, whose rows were removed, is gone" for subject in removals]
    report.unsealed = _count(chain, before.last + 1 if before else 0, None)
    return report


def _link_faults(block: ChainBlock, before: ChainBlock | None) -> Iterator[str]:
    """Faults of the block itself and of its place among the others."""
    number, first, previous = (
        (before.number + 1, before.last + 1, bytes(before.seal)) if before else (1, 0, digests.NO_BLOCK)
    )
    if block.number != number:
        yield f"block {number} is missing"
    elif bytes(block.previous) != previous or block.first != first:
        yield f"block {block.number} does not follow the block before it"
    if not digests.is_block_sealed(block):
        yield f"block {block.number} was changed or not made by this city's program"


@transaction.atomic
def _row_faults(report: Report, chain: Chain, block: ChainBlock, removal: ChainRemoval | None) -> list[str]:
    """Faults of the rows that a block sealed."""
    where = f"block {block.number} ({chain.table}, {chain.key} {block.first} to {block.last})"
    current = digests.rows_digest(chain.table, block.columns, block.first, block.last)
    if removal is not None:
        report.removed += block.rows
        return [f"{where}: {current.count} rows stand where all were removed"] if current.count else []
    report.rows += current.count
    if current.count < block.rows:
        return [f"{where}: {block.rows - current.count} of {block.rows} rows are missing"]
    if current.count > block.rows:
        return [f"{where}: {current.count - block.rows} rows were inserted"]
    return [] if current.digest == bytes(block.digest) else [f"{where}: rows were changed"]


def _forged(removals: dict[str, ChainRemoval]) -> list[ChainRemoval]:
    """Find forged notes of removal, which the program did not write, and take them off the others."""
    forged = [each for each in removals.values() if not digests.is_removal_sealed(each)]
    for each in forged:
        del removals[each.subject]
    return forged


def _count(chain: Chain, first: int, last: int | None) -> int:
    statement = sql.SQL("SELECT count(*) FROM {table} WHERE {key} >= %s").format(
        table=sql.Identifier(chain.table), key=sql.Identifier(chain.key)
    )
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(None), [first])
        return int(cursor.fetchone()[0])
