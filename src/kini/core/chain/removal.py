"""The lawful removal of sealed rows: whole blocks, past a term that the database itself enforces, with a sealed note.

    for block in chain.removable("audit", before=moment):
        chain.remove(by=by, block=block, rule="audit trail, 5 years")

The function `kini_chain_remove` deletes with the rights of the tables' owner; the program's role may not delete.
"""

from datetime import datetime

from django.db import IntegrityError, connection
from psycopg import sql

from kini.core import audit, moments
from kini.core.actions import action
from kini.core.actors import Actor, Refused
from kini.core.chain import digests
from kini.core.chain.registry import chains
from kini.core.models import ChainBlock, ChainRemoval, ChainTerm

_REMOVE = "SELECT kini_chain_remove(%s, %s, %s, %s, %s)"


class RemovalRefused(Refused):
    """These rows cannot be removed: they are too young, or are not what was sealed."""


def removable(name: str, *, before: datetime) -> list[ChainBlock]:
    """Blocks that still have their rows, all written before that moment; the oldest first.

    Legal holds are the caller's: a block with a row that is held stays whole.
    """
    chain = chains.get(name)
    if chain.keep_days is None:
        return []
    gone = ChainRemoval.objects.filter(chain=name).values_list("subject", flat=True)
    blocks = ChainBlock.objects.filter(chain=name).exclude(number__in=[int(each) for each in gone]).order_by("number")
    latest = sql.SQL("SELECT max({at}) FROM {table} WHERE {key} BETWEEN %s AND %s").format(
        at=sql.Identifier(chain.at), table=sql.Identifier(chain.table), key=sql.Identifier(chain.key)
    )
    found = []
    for block in blocks:
        with connection.cursor() as cursor:
            cursor.execute(latest.as_string(None), [block.first, block.last])
            newest = cursor.fetchone()[0]
        if newest is None or newest >= before:
            break  # later blocks have later rows
        found.append(block)
    return found


@action
def remove(*, by: Actor, block: ChainBlock, rule: str) -> ChainRemoval:
    """Remove the rows of a block under a retention rule; the block keeps its digest, and a sealed note says why.

    Args:
        rule: the retention rule in a few words; it stands in the note for ever.

    Raises:
        RemovalRefused: when the rows are not what was sealed, or are younger than the term of their chain.
    """
    chain = chains.get(block.chain)
    found = digests.rows_digest(chain.table, block.columns, block.first, block.last)
    if (found.count, found.digest) != (block.rows, bytes(block.digest)):
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
def note_removal(*, by: Actor, chain: str, subject: str, rule: str, rows: int, digest: bytes) -> ChainRemoval:
    """Note the lawful removal of something with a chain of its own (a case with its timeline).

    Args:
        chain: a name of its own for such things: "cases".
        subject: what it was: the case's reference.
        digest: the head of what was removed.
    """
    removal = _note(chain, subject, rule, rows, digest)
    removal.save(force_insert=True)
    _audit(by, removal)
    return removal


def set_terms() -> None:
    """Write down the terms of all chains, below which the database refuses to remove rows; as the tables' owner."""
    ended = {name: chain for name in chains.names() if (chain := chains.get(name)).keep_days is not None}
    for name, chain in ended.items():
        values = {"table": chain.table, "key": chain.key, "at": chain.at, "days": chain.keep_days}
        ChainTerm.objects.update_or_create(chain=name, defaults=values)
    ChainTerm.objects.exclude(chain__in=ended).delete()


def _note(chain: str, subject: str, rule: str, rows: int, digest: bytes) -> ChainRemoval:
    removal = ChainRemoval(chain=chain, subject=subject, rule=rule, rows=rows, digest=digest, at=moments.now())
    removal.seal = digests.removal_seal(removal)
    return removal


def _audit(by: Actor, removal: ChainRemoval) -> None:
    detail = {"subject": removal.subject, "rule": removal.rule, "rows": removal.rows}
    audit.record(by=by, action="core.chained-rows-removed", subject=f"chain:{removal.chain}", detail=detail)
