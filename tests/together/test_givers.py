"""Givers: aggregators with dated permits, suspension."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from kini.city.public import pack
from kini.core import current_time, retention
from kini.core.actors import ActionRefused, NotAllowed
from kini.people import actions as people_actions
from kini.people.contacts import Contact
from kini.people.models import User
from kini.together import actions, rules
from kini.together.models import Giver, Permit
from kini.together.programmes import rule_of
from kini.web.formats import today
from tests.cases.town import acting
from tests.together.conftest import HelpTown, differences, place, run
from tests.together.test_pages import post, signed_in


@pytest.fixture
def aggregator(town: HelpTown) -> Giver:
    """An aggregator whose permit ends today; its owner is the donor."""
    assert town.donor.user
    by = acting(town.coordinator)
    giver = actions.record_giver(by=by, kind="aggregator", name="Lembaga Contoh", owner=town.donor.user)
    permit = actions.NewPermit("PUB 1/2026", "Dinas Sosial", today() - timedelta(days=30), today())
    actions.record_permit(by=by, giver=giver, permit=permit)
    return giver


def test_a_permit_that_ends_at_midnight(town: HelpTown, aggregator: Giver) -> None:
    line = town.line(town.need())
    sent = town.sent(line, 10, aggregator)
    next_day = datetime.combine(today() + timedelta(days=1), datetime.min.time(), pack.current().timezone)
    with current_time.freeze(next_day - timedelta(seconds=1)):
        town.pledge(line, 1, aggregator)
    with current_time.freeze(next_day + timedelta(seconds=1)):
        with pytest.raises(ActionRefused, match="not in force today"):
            town.pledge(line, 1, aggregator)
        town.delivered(sent)
        actions.record_receipt(by=acting(town.head), pledge=sent, quantity=10)
    sent.refresh_from_db()
    assert sent.state == "received"
    new = actions.NewPermit("PUB 2", "Dinas Sosial", today() + timedelta(days=1), today() + timedelta(days=90))
    actions.record_permit(by=acting(town.coordinator), giver=aggregator, permit=new)
    with current_time.freeze(next_day + timedelta(seconds=1)):
        town.pledge(line, 1, aggregator)


def test_an_aggregator_without_a_permit_gives_nothing(town: HelpTown, aggregator: Giver) -> None:
    line = town.line(town.need())
    town.pledge(line, 1, aggregator)
    Permit.objects.all().delete()
    with pytest.raises(ActionRefused, match="not in force"):
        town.pledge(line, 1, aggregator)
    with pytest.raises(NotAllowed):
        actions.record_giver(by=acting(town.boss), kind="aggregator", name="Lain", owner=town.boss.user)  # type: ignore[arg-type]


def test_suspension_frees_pledges_at_once(town: HelpTown, aggregator: Giver) -> None:
    line = town.line(town.need())
    held, confirmed = town.pledge(line, 3, aggregator), town.confirmed(line, 4, aggregator)
    sent = town.sent(line, 5, aggregator)
    with pytest.raises(NotAllowed):
        actions.suspend_giver(by=acting(town.officer), giver=aggregator, reason="Izin dicabut")
    assert actions.suspend_giver(by=acting(town.coordinator), giver=aggregator, reason="Izin dicabut") == 2
    for each, state in ((held, "withdrawn"), (confirmed, "withdrawn"), (sent, "on-the-way")):
        each.refresh_from_db()
        assert each.state == state
    line.refresh_from_db()
    assert line.pledged == 5
    with pytest.raises(ActionRefused, match="may not give"):
        town.pledge(line, 1, aggregator)
    with pytest.raises(IntegrityError), transaction.atomic():
        run("UPDATE together_giver SET suspended_at = now(), suspended_because = ''")
    actions.end_suspension(by=acting(town.coordinator), giver=aggregator)
    town.pledge(line, 1, aggregator)
    assert list(differences()) == []


def test_the_share_for_costs_is_a_dated_rule() -> None:
    assert rules.largest_costs(rule_of(today()), 1_000_009) == 100_000


def test_a_coordinator_records_and_suspends_an_aggregator_on_pages(town: HelpTown) -> None:
    coordinator = signed_in(town.coordinator)
    post(
        coordinator, "together:desk-new-aggregator", name="Baznas Contoh", contact="+6281200000088", number="PUB 9",
        issuer="Dinas Sosial", valid_from=f"{today()}", valid_until=f"{today() + timedelta(days=60)}",
    )  # fmt: skip
    giver = Giver.objects.get(kind="aggregator")
    shown = coordinator.get(reverse("together:desk-givers")).content.decode()
    assert "PUB 9" in shown
    post(coordinator, "together:desk-giver-deed", giver.pk, "suspend", reason="Izin dicabut")
    giver.refresh_from_db()
    assert giver.suspended_because == "Izin dicabut"
    post(coordinator, "together:desk-giver-deed", giver.pk, "resume", sure="on")
    giver.refresh_from_db()
    assert giver.suspended_at is None
    assert signed_in(town.officer).get(reverse("together:desk-givers")).status_code == 403


@pytest.mark.parametrize("name", ["PT \u202eainaM", "\u3164", "Ma\u200bna"])
def test_the_name_of_a_giver_can_be_seen(town: HelpTown, name: str) -> None:
    response = signed_in(town.boss).post(reverse("together:new-giver"), {"kind": "firm", "name": name})
    assert response.status_code == 422
    assert not Giver.objects.filter(name=name).exists()


def test_an_account_that_a_record_names_is_kept_though_nobody_signed_in(town: HelpTown) -> None:
    by = acting(town.coordinator)
    owner, contact, nobody = (
        people_actions.open_account(by=by, contact=Contact("phone", f"+62812000009{number:02}")) for number in range(3)
    )
    actions.record_giver(by=by, kind="aggregator", name="Lembaga Baru", owner=owner)
    place(town, "rw", "RW 09", "31.71.01.1001", contact=contact)
    with current_time.freeze(current_time.now() + timedelta(days=30)):
        retention.apply(retention.rules.get("people.unused-accounts"))
    left = set(User.objects.filter(pk__in=[owner.pk, contact.pk, nobody.pk]).values_list("pk", flat=True))
    assert left == {owner.pk, contact.pk}
