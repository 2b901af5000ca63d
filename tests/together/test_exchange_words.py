"""The public file in the words of HXL 1.1 and IATI 2.03, so that programs of others read it.

`libhxl` reads the file too; it is no dependency of the tests, as it writes into its own installation when imported.
"""

import csv
import re

from kini.together import public_ledger
from kini.together.models import PublishedMovement
from tests.together.conftest import HelpTown
from tests.together.test_public_ledger import publish

#: A hashtag with its attributes (HXL 1.1, section 2): no other order, no spaces, no capitals.
HASHTAG = re.compile(r"#[a-z][a-z0-9_]*(\+[a-z][a-z0-9_]*)*")
#: Core hashtags of HXL 1.1 that may head these columns.
CORE = {"#meta", "#date", "#activity", "#sector", "#item", "#adm4", "#org", "#output", "#value"}
#: Codes of IATI's codelist TransactionType, 2.03.
TRANSACTION_TYPES = {f"{number}" for number in range(1, 14)}


def test_every_column_has_a_hashtag_of_the_standard() -> None:
    assert len(public_ledger.HXL) == len(public_ledger.COLUMNS)
    assert len(set(public_ledger.HXL)) == len(public_ledger.HXL), "columns can be told apart by their hashtags"
    for tag in public_ledger.HXL:
        assert HASHTAG.fullmatch(tag), tag
        assert tag.partition("+")[0] in CORE, tag


def test_the_row_of_hashtags_follows_the_header(town: HelpTown) -> None:
    town.received(town.line(town.need()), 25)
    publish(1)
    lines = list(public_ledger.csv_lines(PublishedMovement.objects.order_by("number")))
    header, tags, *rows = csv.reader(lines)
    assert (tuple(header), tuple(tags)) == (public_ledger.COLUMNS, public_ledger.HXL)
    assert rows
    assert all(len(row) == len(tags) for row in rows)
    column = tags.index("#date")
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", row[column]) for row in rows)


def test_movements_have_transaction_types_of_iati(town: HelpTown) -> None:
    assert set(public_ledger.IATI) == set(PublishedMovement.MOVEMENTS)
    assert set(public_ledger.IATI.values()) - {""} <= TRANSACTION_TYPES
    meant = {"pledged": "13", "sent": "3", "received": "4", "given": "1", "refunded": "7", "paid-out": "3"}
    assert {movement: public_ledger.IATI[movement] for movement in meant} == meant
