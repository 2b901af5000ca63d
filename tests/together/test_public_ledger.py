"""The public ledger: no persons, no small counts, recomputable by anybody."""

import csv
import hashlib
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from kini.core import current_time
from kini.together import public_ledger
from kini.together.actions import publish_days
from kini.together.models import PublishedDay, PublishedMovement
from tests.pagechecks import CheckedClient
from tests.together.conftest import BY, HelpTown, differences, place, run


def publish(days: int) -> int:
    """Publish, so many days from now."""
    with current_time.freeze(current_time.now() + timedelta(days=days)):
        return publish_days(by=BY)


def published() -> list[tuple[object, ...]]:
    rows = PublishedMovement.objects.order_by("number")
    return list(rows.values_list("movement", "package", "area", "giver", "quantity"))


def test_small_counts_wait_until_they_are_no_longer_small(town: HelpTown) -> None:
    line = town.line(town.need())
    town.received(line, 3)
    assert publish(1) == 0
    with current_time.freeze(current_time.now() + timedelta(days=1)):
        town.received(line, 4)
    assert publish(2) == 3
    area = "31.71.01.1001"
    assert published() == [(movement, "staples", area, "PT Contoh", 7) for movement in ("pledged", "received", "sent")]
    assert publish(3) == 0
    assert PublishedDay.objects.count() == 3
    assert list(differences()) == []


def test_two_days_together_reveal_no_count_below_five(town: HelpTown) -> None:
    line, other = town.line(town.need(staples=100)), town.line(town.need(town.other, staples=100))
    files = []
    for day, (one, two) in enumerate(((3, 9), (2, 1), (8, 4), (1, 3), (6, 2)), 1):
        with current_time.freeze(current_time.now() + timedelta(days=day - 1)):
            town.received(line, one)
            town.received(other, two, town.donor_giver)
        publish(day)
        files.append(list(public_ledger.csv_lines(PublishedMovement.objects.order_by("number"))))
    for earlier, later in pairwise(files):
        assert later[: len(earlier)] == earlier, "what was published stays"
    rows = list(csv.DictReader([files[-1][0], *files[-1][2:]]))
    assert min(int(row["quantity"]) for row in rows) >= 5
    assert {row["giver"] for row in rows} == {"PT Contoh", "resident"}
    assert list(differences()) == []


def test_hidden_places_are_the_city_and_persons_are_residents(town: HelpTown) -> None:
    home = place(town, "orphanage", "Rumah aman", "31.71.01.1002", hidden=True, contact=town.head.user)
    tiny = place(town, "rw", "RW 01", "31.71.01.1002", families=4, contact=town.head.user)
    for each in (home, tiny):
        town.received(town.line(town.need(each)), 5, town.donor_giver)
    publish(1)
    assert {row[2:4] for row in published()} == {("31", "resident")}


def test_anybody_recomputes_the_published_head(town: HelpTown) -> None:
    town.received(town.line(town.need()), 25)
    publish(1)
    text = CheckedClient().get(reverse("together:ledger-file")).getvalue().decode()
    head = ""
    for line in text.splitlines()[2:]:
        content, _comma, its_head = line.rpartition(",")
        head = hashlib.sha256(f"{head}\n{content}".encode()).hexdigest()
        assert head == its_head
    assert head == PublishedDay.objects.get().head
    page = CheckedClient().get(reverse("together:ledger")).content.decode()
    assert head in page
    assert text.splitlines()[1].startswith("#meta+number,#date,")
    assert town.rw.name not in text


def test_what_was_published_cannot_be_changed(town: HelpTown) -> None:
    town.received(town.line(town.need()), 25)
    publish(1)
    for statement in (
        "UPDATE together_publishedmovement SET quantity = 26",
        "DELETE FROM together_publishedmovement",
        "UPDATE together_publishedday SET head = ''",
        "INSERT INTO together_publishedmovement SELECT 99, day, movement, programme, package, area, giver, 4, value,"
        " head FROM together_publishedmovement LIMIT 1",
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            run(statement)
    run("SET LOCAL session_replication_role = replica")
    run("UPDATE together_publishedmovement SET quantity = 26 WHERE number = 2")
    assert any("row 2 of the public ledger" in each for each in differences())
