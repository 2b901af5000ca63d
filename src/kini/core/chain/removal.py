"""Removal of sealed rows under a retention rule: whole blocks, past a term that the database enforces, with a record.

    for block in chain.removable("audit", before=moment):
        chain.remove(by=by, block=block, rule="audit trail, 5 years")

The SQL function `kini_chain_remove` deletes with the rights of the tables' owner; the program's role may not delete.
"""

from datetime import datetime

from django.db import IntegrityError, connection
from psycopg import sql

from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor
from kini.core.chain import digests
from kini.core.chain.registry import chains
from kini.core.models import ChainBlock, ChainRemoval, ChainTerm

_REMOVE = "SELECT kini_chain_remove(%s, %s, %s, %s, %s)"


class RemovalRefused(ActionRefused):
    """These rows cannot be removed: they are too young, or differ from what was sealed."""


def removable(name: str, *, before: datetime) -> list[ChainBlock]:
    """Blocks with rows that were all written before that time, the oldest first.

    The caller checks legal holds: a block with a row on hold must stay.
    """
    chain = chains.get(name)
    if chain.keep_days is None:
        return []
    gone = ChainRemoval.objects.filter(chain=name).values_list("subject", flat=True)
    blocks = ChainBlock.objects.filter(chain=name).exclude(number__in=[int(each) for each in gone]).order_by("number")
    latest = sql.SQL("SELECT max({at}) FROM {table} WHERE {key} BETWEEN %s AND %s").format(
        at=sql.Identifier(chain.at), table=sql.Identifier(chain.table), key=sql.Identifier(chain.key)
    )
    blocks_with_rows = []
    for block in blocks:
        with connection.cursor() as cursor:
            cursor.execute(latest.as_string(None), [block.first, block.last])
            newest = cursor.fetchone()[0]
        if newest is None or newest >= before:
            break  # later blocks have later rows
        blocks_with_rows.append(block)
    return blocks_with_rows


@action
def remove(*, by: Actor, block: ChainBlock, rule: str) -> ChainRemoval:
    """Remove the rows of a block under a retention rule; the block keeps its digest, a sealed record says why.

    Args:
        rule: description of the retention rule for the record.

    Raises:
        RemovalRefused: when the rows differ from what was sealed, or are younger than the term of their chain.
    """
    chain = chains.get(block.chain)
    current = digests.rows_digest(chain.table, block.columns, block.first, block.last)
    if (current.count, current.digest) != (block.rows, bytes(block.digest)):
        raise RemovalRefused(f"Block {block.number} of {block.chain} is not what was sealed; it stays for inspection.")
    removal = _note(block.chain, str(block.number), rule, block.rows, bytes(block.digest))
    try:
        with connection.cursor() as cursor:
            cursor.execute(_REMOVE, [block.chain, block.number, rule, removal.at, bytes(removal.seal)])
    except IntegrityError as error:
        raise RemovalRefused(str(error).partition("\n")[0]) from None
    removal = ChainRemoval.objects.get(chain=block.chain, subject=removal.subject)
    _audit(by, removal)
    return removal


@action
def record_removal(*, by: Actor, chain: str, subject: str, rule: str, rows: int, digest: bytes) -> ChainRemoval:
    """Record the removal of an object with a chain of its own (a case with its timeline).

    Args:
        chain: name of the object's type: "cases".
        subject: key of the object: the case's reference.
        digest: head of the removed chain.
    """
    removal = _note(chain, subject, rule, rows, digest)
    removal.save(force_insert=True)
    _audit(by, removal)
    return removal


def store_terms() -> None:
    """Store the minimum ages of all chains, which the database enforces; as the tables' owner."""
    ended = {name: chain for name in chains.names() if (chain := chains.get(name)).keep_days is not None}
    for name, chain in ended.items():
        values = {"table": chain.table, "key": chain.key, "at": chain.at, "days": chain.keep_days}
        ChainTerm.objects.update_or_create(chain=name, defaults=values)
    ChainTerm.objects.exclude(chain__in=ended).delete()


def _note(chain: str, subject: str, rule: str, rows: int, digest: bytes) -> ChainRemoval:
    removal = ChainRemoval(chain=chain, subject=subject, rule=rule, rows=rows, digest=digest, at=current_time.now())
    removal.seal = digests.removal_seal(removal)
    return removal


def _audit(by: Actor, removal: ChainRemoval) -> None:
    detail = {"subject": removal.subject, "rule": removal.rule, "rows": removal.rows}
    audit.record(by=by, action="core.chained-rows-removed", subject=f"chain:{removal.chain}", detail=detail)
