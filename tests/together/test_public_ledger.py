"""The public ledger: no persons, no small counts, recomputable by anybody."""

import csv
import hashlib
import subprocess
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from pytest_django import Settings

from kini.core import current_time
from kini.documents.public import signing_keys
from kini.services.models import Service
from kini.together import head_signatures, public_ledger
from kini.together.actions import publish_days, record_giver, sign_heads
from kini.together.models import PublishedDay, PublishedMovement
from tests.cases.town import acting
from tests.environment import replace
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


@pytest.fixture
def signing(town: HelpTown, settings: Settings, tmp_path: Path) -> Path:
    """Folder with a key of the agency, whose service is in the catalogue."""
    folder = tmp_path / "keys"
    settings.ENV = replace(settings.ENV, signing_keys=folder)
    Service.objects.create(id="ksbb-collaboration", category="aid", kind="assistance", agency=town.officer.agency)
    signing_keys.make_development_keys(folder, [(town.officer.agency_id, "Dinas Sosial")])
    return folder


def test_heads_are_signed_once_and_openssl_verifies_them(town: HelpTown, signing: Path, tmp_path: Path) -> None:
    town.received(town.line(town.need()), 25)
    publish(2)
    assert head_signatures.signing_agency() == town.officer.agency_id
    assert (sign_heads(by=BY), sign_heads(by=BY)) == (2, 0)
    assert list(differences()) == []
    day, client = PublishedDay.objects.order_by("day")[0], CheckedClient()
    statement = client.get(reverse("together:ledger-head", args=[f"{day.day}"])).content
    signature = client.get(reverse("together:ledger-signature", args=[f"{day.day}"])).content
    assert day.head in statement.decode()
    assert reverse("together:ledger-signature", args=[f"{day.day}"]) in client.get(reverse("together:ledger")).text
    authority = tmp_path / "authority.pem"
    certificate = (signing / "authority.pem").read_text()
    authority.write_text(certificate[certificate.index("-----BEGIN CERTIFICATE") :])
    for content, expected in ((statement, 0), (statement.replace(b"row", b"Row"), 4)):
        (tmp_path / "head.txt").write_bytes(content)
        (tmp_path / "head.p7s").write_bytes(signature)
        command = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "head.p7s", "-content", "head.txt"]
        command += ["-CAfile", "authority.pem", "-purpose", "any", "-out", "out.txt"]
        assert subprocess.run(command, cwd=tmp_path, check=False, capture_output=True).returncode == expected


def test_a_signed_head_stays_and_a_changed_one_is_named(town: HelpTown, signing: Path) -> None:
    town.received(town.line(town.need()), 25)
    publish(1)
    sign_heads(by=BY)
    for statement in ("UPDATE together_signedhead SET statement = 'x'", "DELETE FROM together_signedhead"):
        with pytest.raises(IntegrityError), transaction.atomic():
            run(statement)
    run("SET LOCAL session_replication_role = replica")
    run("UPDATE together_signedhead SET statement = replace(statement, 'row', 'Row')")
    named = " ".join(differences())
    assert "is not the published one" in named
    assert "is invalid" in named


def test_heads_wait_for_a_key(town: HelpTown, signing: Path) -> None:
    town.received(town.line(town.need()), 25)
    publish(1)
    key = signing / f"{town.officer.agency_id}.pem"
    key.rename(signing / "away")
    assert sign_heads(by=BY) == 0
    (signing / "away").rename(key)
    assert sign_heads(by=BY) == 1
    assert CheckedClient().get(reverse("together:ledger-head", args=["2020-01-01"])).status_code == 404
    assert CheckedClient().get(reverse("together:ledger-head", args=["none"])).status_code == 404


def test_a_name_is_no_formula_in_a_spreadsheet(town: HelpTown) -> None:
    name = '=HYPERLINK("https://x.example","Dinas")'
    assert town.boss.user
    giver = record_giver(by=acting(town.boss), kind="firm", name=name, owner=town.boss.user)
    town.received(town.line(town.need()), 7, giver)
    publish(1)
    rows = list(csv.reader(public_ledger.csv_lines(PublishedMovement.objects.order_by("number"))))
    assert {row[7] for row in rows[2:]} == {f"'{name}"}
    assert list(differences()) == []
