"""Public ledger of help: one row for each movement of packages or money, without persons and without small counts.

Each day the new movements are added to what is pending of their group: movement, programme, package, area and giver. A
group is published when it has reached SMALLEST_COUNT, with all that is pending. So no row, no sum of rows and no
difference of two days is a smaller count, and there is no total that would give a hidden one back. Rows are chained by
SHA-256, so that anybody can check the file with the published head of a day.
"""

import csv
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from io import StringIO

from django.db import connection
from django.db.models import F

from kini.city import queries as city_queries
from kini.city.public import pack
from kini.core.database.prepared_statements import execute_prepared
from kini.together.models import PendingMovement, PublishedDay, PublishedMovement
from kini.together.money.public_movements import RESIDENT, money_movements
from kini.together.programmes import package_of
from kini.together.rules import SMALLEST_COUNT, is_publishable
from kini.web.downloads import safe_cell

COLUMNS = ("number", "date", "movement", "iati", "programme", "package", "area", "giver", "quantity", "value", "head")
#: Hashtags of the Humanitarian Exchange Language, in the row below the header.
HXL = (
    *("#meta+number", "#date", "#activity+movement", "#activity+iati", "#sector", "#item", "#adm4+code"),
    *("#org+name", "#output+packages", "#value", "#meta+head"),
)
#: Transaction types of IATI: incoming pledge, disbursement, expenditure. What is returned or lost has none.
#: Of money: incoming funds, reimbursement, disbursement, expenditure.
IATI = {
    "pledged": "13",
    "sent": "3",
    "received": "4",
    "returned": "",
    "written-off": "",
    "given": "1",
    "refunded": "7",
    "paid-out": "3",
    "spent": "4",
    "lost": "",
    "costs": "4",
    "paid-back": "7",
}
_FIRST = "SELECT min(at) FROM ledger_entry WHERE key ~ '^together:(pledge|gift|payout):'"
_MOVEMENTS = """
    SELECT split_part(e.key, ':', 4), n.programme, l.package, b.area_id, b.kind, b.hidden, b.families, g.name,
        p.quantity, coalesce(d.agreed_quantity, 0)
    FROM ledger_entry e
    JOIN together_pledge p ON p.id = split_part(e.key, ':', 3)::bigint
    JOIN together_needline l ON l.id = p.line_id
    JOIN together_need n ON n.id = l.need_id
    JOIN together_beneficiary b ON b.id = n.beneficiary_id
    JOIN together_giver g ON g.id = p.giver_id
    LEFT JOIN together_delivery d ON d.pledge_id = p.id
    WHERE e.key LIKE 'together:pledge:%%' AND e.at >= %s AND e.at < %s
"""
_WORDS = {"held": "pledged", "on-the-way": "sent"}
_GROUP = ("movement", "programme", "package", "area", "giver")
type _Group = tuple[str, str, str, str, str]


def first_day() -> date | None:
    """Day of the first movement."""
    [(first,)] = execute_prepared(_FIRST)
    return first.astimezone(pack.current().timezone).date() if first else None


def movements_of(day: date) -> dict[_Group, tuple[int, int]]:
    """Packages and money moved on a day of the city by group, each with the number that is counted."""
    starts = datetime.combine(day, time(), pack.current().timezone)
    city = city_queries.whole_city()
    groups = Counter[_Group]()
    with connection.cursor() as cursor:
        cursor.execute(_MOVEMENTS, [starts, starts + timedelta(days=1)])
        for state, programme, package, area, kind, hidden, families, giver, quantity, agreed in cursor.fetchall():
            shown = area if is_publishable(kind, hidden, families) else city.code if city else ""
            about = (programme, package, shown, giver or RESIDENT)
            if state == "received":
                groups["received", *about] += agreed
                groups["written-off", *about] += quantity - agreed
            else:
                groups[_WORDS.get(state, "returned"), *about] += quantity
    packages = {group: (quantity, quantity) for group, quantity in groups.items() if quantity}
    return packages | money_movements(starts, starts + timedelta(days=1), city.code if city else "")


def add_pending(movements: dict[_Group, tuple[int, int]]) -> None:
    """Add movements to what is pending of their groups."""
    for group, (quantity, counted) in movements.items():
        fields = dict(zip(_GROUP, group, strict=True))
        values = {"quantity": quantity, "counted": counted}
        _row, created = PendingMovement.objects.get_or_create(**fields, defaults=values)
        if not created:
            PendingMovement.objects.filter(**fields).update(
                quantity=F("quantity") + quantity, counted=F("counted") + counted
            )


def publish_pending(day: date) -> tuple[int, str, int]:
    """Publish the groups that are large enough; returns the last number, its head, and the number of new rows."""
    due = list(PendingMovement.objects.filter(counted__gte=SMALLEST_COUNT).order_by(*_GROUP))
    last = PublishedMovement.objects.order_by("-number").first()
    number, head = (last.number, last.head) if last else (0, "")
    for each in due:
        number += 1
        package = package_of(each.programme, each.package)
        row = PublishedMovement(
            number=number,
            day=day,
            quantity=each.quantity,
            value=each.quantity * (package.price if package else int(is_money(each.movement))),
            **{name: getattr(each, name) for name in _GROUP},
        )
        row.head = head = next_head(head, row_line(row))
        row.save(force_insert=True)
    PendingMovement.objects.filter(pk__in=[each.pk for each in due]).update(quantity=0, counted=0)
    return number, head, len(due)


def is_money(movement: str) -> bool:
    """True for movements of money, whose quantity is an amount."""
    return movement in ("given", "refunded", "paid-out", "spent", "lost", "costs", "paid-back")


def row_line(row: PublishedMovement) -> str:
    """A row as the line of the file that is hashed: all columns but the head, as CSV."""
    about = (row.programme, row.package, row.area, row.giver, row.quantity, row.value)
    return _csv_line((row.number, f"{row.day}", row.movement, IATI[row.movement], *about))


def next_head(head: str, line: str) -> str:
    """Head after a line: SHA-256 of the head before, a line feed, and the line."""
    return hashlib.sha256(f"{head}\n{line}".encode()).hexdigest()


def csv_lines(rows: Iterable[PublishedMovement]) -> Iterator[str]:
    """Lines of the public file: header, HXL hashtags, rows."""
    yield _csv_line(COLUMNS) + "\n"
    yield _csv_line(HXL) + "\n"
    yield from (f"{row_line(row)},{row.head}\n" for row in rows)


def _csv_line(cells: Iterable[object]) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="").writerow(map(safe_cell, cells))
    return text.getvalue()


def chain_differences() -> Iterator[str]:
    """Yield a sentence for a row or day whose number or head is not what the rows before it lead to."""
    number, head = 0, ""
    heads = {0: ""}
    for row in PublishedMovement.objects.order_by("number").iterator():
        number, head = number + 1, next_head(head, row_line(row))
        heads[row.number] = row.head
        if (row.number, row.head) != (number, head):
            yield f"row {row.number} of the public ledger does not follow from the rows before it"
            return
    for day in PublishedDay.objects.order_by("day"):
        if heads.get(day.last_number) != day.head:
            yield f"the head of {day.day} is not that of row {day.last_number} of the public ledger"
